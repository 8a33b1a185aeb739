/* What this wake takes: marks, levels on pins, and one line in the log before sleep. From any task. */
#ifndef WH_WAKE_LOG_H
#define WH_WAKE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "warmhello/outcome.h"
#include "warmhello/wake.h"

/* Begins, first of all in a wake: reads the strap, raises the pins. False: no memory. */
bool wh_wake_log_begin(void);

/* A phase ends now. */
void wh_wake_log_mark(wh_phase phase);

/* How the connect of this number went, so far. The wake's first one that came as far as TLS counts. */
void wh_wake_log_connect(uint32_t id, const wh_outcome *outcome);

/* This wake makes a full handshake, for comparison. */
bool wh_wake_log_is_full_turn(void);

/* It is not the app that ends this wake, but this. */
void wh_wake_log_ended_by(wh_wake_end end);

/* Prints the line and takes the pins down. Once; nothing is marked afterwards. `stack_left`: the least stack
 * that was ever left to the task that owns TLS, in bytes. */
void wh_wake_log_end(uint32_t stack_left);

#endif
