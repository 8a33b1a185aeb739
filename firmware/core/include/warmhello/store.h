/** @file
 * Where sessions wait for the next wake: sealed, in RTC RAM and in flash, one for each of as many peers as
 * the platform says.
 *
 * The contract of the store:
 * - Power may fail at any moment. Afterwards it holds the old session or the new one, and never a session
 * that may be offered only once, and was, as if it were fresh.
 * - Nothing in RTC RAM or flash is believed before its seal opens; what does not is wiped.
 * - A session is offered only to the peer and under the configuration that authenticated it.
 * - RTC RAM is written at each change and is lost with the power. Flash is for a loss of power and wears, so
 * it is written only when its copy is of no more use and the wear budget of the platform allows.
 * - One session for one peer. Where there are as many as the platform allows, that of another peer takes the
 * place of the one that was used least recently, unless it is pinned.
 * - Whatever goes wrong here, the next connect makes a full handshake.
 */
#ifndef WARMHELLO_STORE_H
#define WARMHELLO_STORE_H

#include <stdint.h>

#include "warmhello/errors.h"
#include "warmhello/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Overwrites both tiers, for all peers; nothing is offered afterwards. Power may fail in the middle: the
 * next use of the store goes on with it, but for a power loss in the very first operation
 * on flash, which leaves flash as it was. WH_PLATFORM_FLASH: bytes are left in flash; the
 * next use goes on, as long as RTC RAM or flash remembers. */
WH_MUST_CHECK int wh_store_forget(void);

/** No session keeps its place any more, until a pinned peer connects. */
void wh_store_unpin(void);

/** Which tiers hold a session that is not spent, of whichever peer. */
wh_tiers wh_store_tiers(void);

/** The store as a user wants to see it. */
typedef struct wh_store_report {
    wh_tiers tiers;
    /** Seconds in which the newest session, whichever peer's, may still be offered, the last full handshake's
     * age aside; WH_AGE_UNKNOWN; 0 when there is none. */
    uint32_t expires_in_s;
    /** Erases of the most worn sector, of about 100,000. 0 without flash. */
    uint32_t erases;
} wh_store_report;

/** Looks into both tiers. Of the newest session only the header is read, without its seal; but the first look
 * after a loss of power opens seals, to find the newest record in flash, and ends what was begun there.
 * WH_PLATFORM_*. */
WH_MUST_CHECK int wh_store_report_make(wh_store_report *out);

#ifdef __cplusplus
}
#endif

#endif
