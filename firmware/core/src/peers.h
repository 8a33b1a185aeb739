/* Which slot is whose. Each call into the store begins here. A peer has the slot with its session, or with
 * what is remembered of it. One that has none gets a free one, then one without a session, then that of the
 * peer that was used least recently; never that of the pinned one. Private.
 */
#ifndef WH_PEERS_H
#define WH_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "opened.h"
#include "rtc.h"
#include "warmhello/errors.h"

typedef struct wh_place {
    wh_rtc state;
    /* It has the peer's session or what is remembered of the peer, or there is only this one. */
    bool is_its;
    /* The session of this peer was pushed out by another's. */
    bool was_replaced;
} wh_place;

/* Begins a look at all slots. */
uint64_t wh_peers_begin(void);

/* Uses that slot and reads its state, after a loss of power begun anew, with what flash holds. `epoch`: as
 * wh_peers_begin() returned it or the call before left it. Errors as wh_rtc_load() and wh_rtc_save(). */
WH_MUST_CHECK int wh_peers_load(unsigned slot, uint64_t *epoch, wh_rtc *out);

/* Saves the state of a slot that was looked at and not used by its peer. As wh_rtc_save(). */
WH_MUST_CHECK int wh_peers_save(wh_rtc *state);

/* Uses the slot of the peer whose binding has that tag, or the one that it would get. The seal of its session
 * that was opened for that stays open in `opened`, which begins as zeros and which the caller releases.
 * `will_save`: the caller saves the state whatever comes, so that where there is one slot it need not be
 * saved here as well. Errors as wh_peers_load(). */
WH_MUST_CHECK int wh_peers_find(uint32_t tag, bool will_save, wh_place *out, wh_opened *opened);

/* The tag of the binding of the session in the slot in use; 0 when it has none. */
uint32_t wh_peers_held(const wh_rtc *state);

/* Overwrites all slots and all parts of flash. `epoch` as in wh_peers_load(), errors as wh_store_forget(). */
WH_MUST_CHECK int wh_peers_forget(uint64_t *epoch);

#endif
