/** @file
 * Whose turn in the core it is, where several threads call it.
 *
 * The core is not thread-safe and never takes this lock. Whoever calls it beside others does, for as long as
 * the core works, and never while it waits for the network. The machine's: port/host and port/esp32 have one
 * each. Not recursive.
 */
#ifndef WARMHELLO_LOCK_H
#define WARMHELLO_LOCK_H

#ifdef __cplusplus
extern "C" {
#endif

/** Waits until it is the caller's turn. */
void wh_core_lock(void);

/** Ends the caller's turn. */
void wh_core_unlock(void);

#ifdef __cplusplus
}
#endif

#endif
