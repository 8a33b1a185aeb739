/* One TCP connection of a connect, and the TLS connection on it. Private to connect.c. */
#ifndef WH_ATTEMPT_H
#define WH_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conn.h"
#include "warmhello/connect.h"

typedef struct wh_attempt {
    wh_conn conn;
    /* In memory of the platform's, this struct and its buffers. */
    size_t size;
    /* It is wanted now; the caller was asked to open TCP; and it is up, or was once. */
    bool is_due;
    bool is_begun;
    bool is_up;
    bool was_up;
    bool is_prepared;
    /* Nobody is served by it any more: what is left is sent, then TCP is closed. */
    bool is_retired;
    /* TCP takes no bytes for now. */
    bool is_full;
    /* The server has ended its side, or TCP broke. */
    bool has_ended;
    /* Our side ends once all is sent. */
    bool wants_shut;
    uint8_t room[];
} wh_attempt;

/* `client`: NULL for plain TCP. TCP is opened once `is_due` is set. NULL: no memory. */
wh_attempt *wh_attempt_new(wh_client *client, size_t room);

/* Makes what needs no TCP, once: the ClientHello. */
void wh_attempt_prepare(wh_attempt *attempt);

/* What is to be done on this TCP connection; false: nothing. After WH_STEP_CLOSE it is to be freed. */
bool wh_attempt_step(wh_attempt *attempt, wh_step *step);

/* TCP is up: the ClientHello is on its way. */
void wh_attempt_up(wh_attempt *attempt);

/* The server has ended its side. */
void wh_attempt_end(wh_attempt *attempt);

/* TCP was reset: no byte comes or goes. */
void wh_attempt_break(wh_attempt *attempt);

/* Everything has left for the network. */
bool wh_attempt_is_drained(const wh_attempt *attempt);

/* It is given up, after what can be sent at once. The connection's outcome stays. */
void wh_attempt_retire(wh_attempt *attempt);

void wh_attempt_free(wh_attempt *attempt);

#endif
