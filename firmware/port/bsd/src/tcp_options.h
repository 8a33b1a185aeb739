/* What TCP sockets are set to. Private to socket.c. */
#ifndef WH_TCP_OPTIONS_H
#define WH_TCP_OPTIONS_H

#include <stdbool.h>

#include "warmhello/socket.h"

/* Whether it could be done. */
bool wh_tcp_set_blocking(int fd, bool blocks);

/* What a second TCP connection takes over from the caller's. */
void wh_tcp_copy_options(int from, int to);

/* An option that is a positive number; 0 leaves it as it is. */
void wh_tcp_set_number(int fd, int level, int name, int value);

/* TCP's keep-alive as it was asked for. */
void wh_tcp_keep_alive(int fd, const wh_socket_options *options);

#endif
