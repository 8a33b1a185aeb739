/* The TCP connections of a connect: lwIP's sockets, which are POSIX ones as far as they are used here. Never
 * waits. For one connect at a time. */
#ifndef WH_SOCKETS_H
#define WH_SOCKETS_H

#include <stdbool.h>

#include "lwip/sockets.h"
#include "network/resolver.h"
#include "warmhello/connect.h"

/* Does what a step asks of TCP, and tells what came of it. `server`: where to open to. */
void wh_sockets_perform(wh_connect *c, const wh_step *step, const wh_address *server);

/* Sets what select() is to wait for. */
void wh_sockets_watch(const wh_connect *c, fd_set *readable, fd_set *writable, int *highest);

/* Tells which of those that select() found are up, or take bytes again. */
void wh_sockets_tell_ready(wh_connect *c, const fd_set *writable);

/* Takes what has arrived, once from each. True if there may be more. */
bool wh_sockets_receive(wh_connect *c);

#endif
