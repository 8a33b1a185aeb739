/** Offer a stored session or not, and why. */
#ifndef WARMHELLO_POLICY_H
#define WARMHELLO_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "warmhello/outcome.h"
#include "warmhello/record.h"

/** No TLS 1.3 ticket lives longer, whatever the server says (RFC 8446 4.6.1), in seconds. */
#define WH_TICKET_LIFETIME_MAX_S 604800

/** What the application decides. Zeros are the defaults. */
typedef struct wh_policy {
    /** Never offer a session; sessions are still stored. */
    bool disabled;
    /** How long after the last full handshake a session may still be offered, in seconds;
     * 0 for WH_TICKET_LIFETIME_MAX_S. */
    uint32_t max_authenticated_s;
} wh_policy;

/** How long after its capture a session may be offered, in seconds. */
uint32_t wh_policy_lifetime_s(const wh_record_info *info);

/** WH_REASON_ACCEPTED if a session with this header may be offered at `now`, otherwise why
 * not. The binding is not looked at: the store has checked it. */
wh_reason wh_policy_check(const wh_policy *policy, const wh_record_info *info, const wh_instant *now);

#endif
