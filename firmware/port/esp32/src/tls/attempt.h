/* One TCP connection, and the core's TLS connection on top of it; without the latter it is plain TCP. Never
 * waits.
 *
 * Sockets are lwIP's, which are POSIX ones as far as they are used here. */
#ifndef WH_ATTEMPT_H
#define WH_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lwip/sockets.h"
#include "network/resolver.h"
#include "warmhello/conn.h"

/* Wire bytes under way, each way; a TLS record need not fit. */
enum { WH_ATTEMPT_BYTES = 1024 };

typedef enum wh_attempt_state {
    WH_ATTEMPT_NONE,
    WH_ATTEMPT_CONNECTING, /* TCP is not up yet */
    WH_ATTEMPT_UP,
    WH_ATTEMPT_REFUSED, /* TCP did not come about */
    WH_ATTEMPT_BROKEN,  /* TCP was up and is lost: no byte comes or goes */
} wh_attempt_state;

typedef struct wh_attempt {
    wh_attempt_state state;
    int fd;
    /* REFUSED: why, as errno tells it. */
    int error;
    /* Its conn was opened: look at the core's state, and free it. */
    bool has_conn;
    /* Nobody is served by it any more. */
    bool retired;
    /* The server has ended its side; and the connection was told, after all that came before. */
    bool ended;
    bool eof_told;
    wh_client *client;
    wh_conn conn;
    uint8_t in[WH_ATTEMPT_BYTES];
    uint8_t out[WH_ATTEMPT_BYTES];
    /* Arrived, and not taken yet. */
    uint8_t wire[WH_ATTEMPT_BYTES];
    size_t wire_size;
    /* To be sent. */
    uint8_t unsent[WH_ATTEMPT_BYTES];
    size_t unsent_size;
} wh_attempt;

/* Begins to connect. `client`: NULL for plain TCP. */
void wh_attempt_begin(wh_attempt *attempt, const wh_address *address, wh_client *client);

/* Sets what select() is to wait for. */
void wh_attempt_watch(const wh_attempt *attempt, fd_set *readable, fd_set *writable, int *highest);

/* Sees whether TCP has come up, given what select() found. True if it has, now: the ClientHello is on its
 * way. */
bool wh_attempt_came_up(wh_attempt *attempt, const fd_set *writable);

/* Moves wire bytes both ways. True if any moved. */
bool wh_attempt_pump(wh_attempt *attempt);

/* The state of the TLS connection, or what would be one. */
wh_conn_state wh_attempt_conn_state(const wh_attempt *attempt);

/* Takes plaintext to send; how much, 0 for now not. An error only of TLS. */
int wh_attempt_write(wh_attempt *attempt, const uint8_t *bytes, size_t size);

/* Gives plaintext; 0 for none now. An error only of TLS. */
int wh_attempt_read(wh_attempt *attempt, uint8_t *out, size_t size);

/* Everything has left for the network. */
bool wh_attempt_has_drained(const wh_attempt *attempt);

/* Says that nothing more will be sent, once all is drained. */
void wh_attempt_shut(wh_attempt *attempt);

/* Gives TCP up, sending what can be sent at once. The connection's outcome stays. */
void wh_attempt_hang_up(wh_attempt *attempt);

/* The same, and frees the connection. May be called twice. */
void wh_attempt_drop(wh_attempt *attempt);

#endif
