/** Offer a stored session or not, and why. */
#ifndef WARMHELLO_POLICY_H
#define WARMHELLO_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "warmhello/outcome.h"
#include "warmhello/record.h"
#include "warmhello/session.h"

/** How long to wait for a ticket after the last byte, in milliseconds, unless set otherwise:
 * about a round trip on a slow line. */
#define WH_TICKET_WAIT_DEFAULT_MS 250

/** Do not wait. */
#define WH_TICKET_WAIT_NONE UINT32_MAX

/** The longest advice to leave a failing server alone, in seconds, unless set otherwise. */
#define WH_BACKOFF_MAX_DEFAULT_S 3600

/** What the application decides. Zeros are the defaults. */
typedef struct wh_policy {
    /** Never offer a session; sessions are still stored. */
    bool disabled;
    /** How long after the last full handshake a session may still be offered, in seconds;
     * 0 for WH_TICKET_LIFETIME_MAX_S. */
    uint32_t max_authenticated_s;
    /** How long a connection may stay open for a ticket that has not come yet, in
     * milliseconds; 0 for WH_TICKET_WAIT_DEFAULT_MS, WH_TICKET_WAIT_NONE for not at all. */
    uint32_t ticket_wait_ms;
    /** Upper bound of wh_outcome's backoff_s; 0 for WH_BACKOFF_MAX_DEFAULT_S. */
    uint32_t backoff_max_s;
    /** Of all peers this one keeps its session: another cannot take its place while it may
     * still be offered. */
    bool pinned;
} wh_policy;

/** How long after its capture a session may be offered, in seconds. */
uint32_t wh_policy_lifetime_s(const wh_record_info *info);

/** Parts of a lifetime, in millionths: all of it, and what is over when a copy in flash wants
 * replacing. */
enum { WH_POLICY_WHOLE_PPM = 1000000, WH_POLICY_STALE_PPM = 750000 };

/** Microseconds until such a part of the lifetime is over. An unknown age counts as 0: what
 * depends on it ends at the latest so long after the loss of power. */
uint64_t wh_policy_left_us(const wh_record_info *info, const wh_instant *now, uint32_t part_ppm);

/** WH_REASON_ACCEPTED if a session with this header may be offered at `now`, otherwise why
 * not. The binding is not looked at: the store has checked it. */
wh_reason wh_policy_check(const wh_policy *policy, const wh_record_info *info, const wh_instant *now);

/** The wait for a ticket, in milliseconds, 0 for none. */
uint32_t wh_policy_ticket_wait_ms(const wh_policy *policy);

/** How long to leave a server alone that has broken off so many connects running, in seconds:
 * not at all after two, then a minute, and twice as long after each further one. */
uint32_t wh_policy_backoff_s(const wh_policy *policy, unsigned failures);

#endif
