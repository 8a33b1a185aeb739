/* What the app writes before the handshake is over: kept until the server is known to have it. Private to
 * connect.c and plaintext.c. */
#ifndef WH_EARLY_WRITES_H
#define WH_EARLY_WRITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attempt.h"
#include "warmhello/connect.h"

/* Of a connect, whether the app writes before the handshake. */
typedef enum wh_early {
    WH_EARLY_UNTOLD, /* it was not told that it may */
    WH_EARLY_TAKEN,  /* it was, and what it writes is taken */
    WH_EARLY_FULL,   /* a write was not: nothing overtakes what waits for the handshake */
} wh_early;

/* A hello that offers early data waits for TCP or for an answer. */
bool wh_early_writes_are_possible(const wh_connect *c);

/* Takes what the app writes, if it was told to, such a hello is there and the write fits into its limit
 * beside those before it. Returns how many bytes were taken: all or 0, and from then on 0. */
int wh_early_writes_take(wh_connect *c, const uint8_t *bytes, size_t size);

/* TCP of this attempt is up: what was taken leaves with its hello, if that offers so much. */
void wh_early_writes_attach(const wh_connect *c, wh_attempt *attempt);

/* The attempt has opened: what the server has not taken early is to be sent on it, before all else. */
void wh_early_writes_settle(wh_connect *c, wh_attempt *attempt);

/* Writes on the attempt that has opened, and notes what TCP has yet to take for it. As wh_conn_write(). */
int wh_early_writes_pass(wh_connect *c, const uint8_t *bytes, size_t size);

/* Sends what is to be sent now. False: some is left, and nothing else may overtake it. */
bool wh_early_writes_send(wh_connect *c);

/* The server is not known to have all of it, nor is the rest on its way after the handshake. */
bool wh_early_writes_are_owed(const wh_connect *c);

/* Wipes and frees it. */
void wh_early_writes_forget(wh_connect *c);

#endif
