/* What a connection does with the store (warmhello/store.h): for each peer one session, sealed, in a slot in
 * RTC RAM and in a journal in flash. Both hold the same kind of record (record.h). Flash offers one session
 * of a peer at most: a new one takes the place of the one before. Private.
 */
#ifndef WH_KEPT_H
#define WH_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "peer.h"
#include "record.h"
#include "session.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "warmhello/store.h"

/** A session as it comes out of the store. Release `session` when done. */
typedef struct wh_stored {
    wh_session session;
    wh_record_info info;
    /** Since its capture. */
    wh_age age;
    wh_instant now;
    /** Of the peer asked for; also when there is no session. */
    wh_peer peer;
    /** How long its slot was not used, in microseconds; 0: not known. */
    uint64_t away_us;
    /** The session keeps its place against others. */
    bool is_pinned;
} wh_stored;

/** Now, in the present run of the elapsed clock. WH_PLATFORM_ENTROPY, WH_PLATFORM_RTC. */
WH_MUST_CHECK int wh_store_now(wh_instant *out);

/** Restores the newest session that is not spent, of either tier, if it is tied to `binding`.
 *
 * WH_MISS_EMPTY, WH_MISS_SPENT, WH_MISS_SUSPECT: none. WH_MISS_BINDING: another's, which stays;
 * WH_MISS_ALTERNATING: it took the place of one for `binding`. Damaged
 * records are wiped on the way and count as none, WH_DAMAGE_RECORD or WH_DAMAGE_SESSION if
 * nothing else is left. WH_PLATFORM_*. On every error `out->session` is empty. */
WH_MUST_CHECK int wh_store_get(const wh_binding *binding, wh_stored *out);

/** Whether a session that wh_store_get() has given in this wake is still the one to offer. If so, `age` and
 * `now` are those of the present. Opens no seal. */
bool wh_store_still_has(wh_stored *stored);

/** Makes sure that the session of this generation, which wh_store_get() gave for `binding`, is not offered
 * again, in flash first, then in RTC RAM, and wipes the RTC copy. On WH_OK that is durable.
 * WH_PLATFORM_FLASH, WH_PLATFORM_RTC: it is not certain, so it may not be offered now. The same where power
 * fails in the middle: the session may still be found afterwards, and may yet vanish. */
WH_MUST_CHECK int wh_store_spend(const wh_binding *binding, uint32_t generation);

/** The same for a session that is of no use any more. `why`: what wh_store_get() says as long as there is no
 * other, WH_MISS_*; WH_OK for nothing in particular. */
WH_MUST_CHECK int wh_store_drop(const wh_binding *binding, uint32_t generation, int why);

/** Tells how a handshake went in which the session was offered. A session that failed is
 * suspect: it may be the network's fault, so only a second failure in a row deletes it. */
WH_MUST_CHECK int wh_store_suspect(const wh_binding *binding, uint32_t generation, bool failed);

/** Seals a session and puts it into RTC RAM, in place of what was there; `beside`: one for the same peer
 * stays as a spare, if there is room for both. Fills in info->generation, info->kind, info->lifetime_s and
 * info->build.
 *
 * WH_MISS_PINNED: a pinned peer's session stays where it is. WH_MISS_NOT_RESUMABLE and others
 * WH_MISS_*, which wh_store_get() says as well then, WH_PLATFORM_*: the slot is empty, or has the spare. */
WH_MUST_CHECK int wh_store_put(wh_record_info *info, const wh_session *session, bool beside);

/** Whether flash has use for a new session of `binding`. `is_of_full`: of a full handshake;
 * `is_lasting`: it may be offered more than once. It has, if it holds none that is not spent, or one near its
 * end, or one that a session of a full handshake would do better than: it has outlived a loss of power, or
 * does not know what the peer breaks off. But a session that the next wake will spend is worth a write only
 * where the power was lost in the last days. False while RTC RAM has another's session. */
bool wh_store_wants_flash(const wh_binding *binding, bool is_of_full, bool is_lasting);

/** Copies this peer's record in RTC RAM to flash, in place of what was there, if it is not there
 * already. Both tiers then hold the same bytes.
 *
 * WH_MISS_EMPTY: there is no record, or no flash. WH_MISS_WEAR: not within the wear budget.
 * WH_DAMAGE_RECORD: its seal is broken. In these cases flash holds what it held.
 * WH_PLATFORM_*: it holds the old session or the new one. */
WH_MUST_CHECK int wh_store_persist_rtc(const wh_binding *binding);

/** Seals a session as wh_store_put() does, into memory of the caller with room for
 * WH_RECORD_MAX bytes. Returns the record's length. */
WH_MUST_CHECK int wh_store_seal(wh_record_info *info, const wh_session *session, uint8_t *record);

/** Writes such a record to flash. The two tiers then hold one session each. Errors as
 * wh_store_persist_rtc(). */
WH_MUST_CHECK int wh_store_persist(const uint8_t *record, uint16_t size);

/** Remembers this of the peer with that binding, in place of any other. It is advice for later
 * connects; RTC RAM that fails loses it. */
void wh_store_note_peer(const wh_binding *binding, wh_peer peer);

/** The peer of the stored session is the pinned one from now on, or no longer. As with peers, a
 * loss of power forgets that: then the session is what it was when it was stored. */
void wh_store_pin(const wh_record_info *info, bool pinned);

/** For how long the session of this peer in RTC RAM is good from now on, in seconds; 0 when there is none. Of
 * an unknown age: at the most. */
uint32_t wh_store_lasts_s(const wh_binding *binding);

/** Which tiers hold a session of this peer that is not spent; with one slot, of any peer. */
wh_tiers wh_store_tiers_of(const wh_binding *binding);

/** What is remembered of it; nothing, as for a peer never met, when it was another. */
wh_peer wh_store_peer(const wh_binding *binding);

#endif
