/** Where the one session waits for the next wake: the RTC slot.
 *
 * The slot holds at most one record and may hold anything at all after a loss of
 * power, so nothing in it is believed before its checksum and its binding fit.
 * It is not encrypted; sealing comes with the flash tier.
 */
#ifndef WARMHELLO_STORE_H
#define WARMHELLO_STORE_H

#include <stdint.h>

#include "warmhello/binding.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "warmhello/session.h"

/** A session as it comes out of the store. Release `session` when done. */
typedef struct wh_stored {
    wh_session session;
    wh_protocol protocol;
    wh_kind kind;
    /** Seconds since it was captured, on the elapsed clock. */
    uint32_t age_s;
} wh_stored;

/** Stores `session`, in place of what was there. A reset in the middle leaves the
 * slot empty, never half a record that is believed. WH_PLATFORM_RTC: too long
 * for the slot; the slot is empty then. */
WH_MUST_CHECK int wh_store_put(const wh_binding *binding, wh_protocol protocol, const wh_session *session);

/** Restores the stored session if it is tied to `binding`.
 *
 * WH_MISS_EMPTY, WH_MISS_BINDING: none, or another's; the slot stays as it is.
 * WH_DAMAGE_RECORD, WH_DAMAGE_SESSION: damaged; the slot was wiped. On every
 * error `out->session` is empty. */
WH_MUST_CHECK int wh_store_get(const wh_binding *binding, wh_stored *out);

/** Overwrites the slot: afterwards nothing can be offered. */
void wh_store_forget(void);

#endif
