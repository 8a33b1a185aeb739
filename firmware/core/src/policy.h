/** Offer a stored session or not, and why. */
#ifndef WARMHELLO_POLICY_H
#define WARMHELLO_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/outcome.h"
#include "kept.h"
#include "record.h"
#include "session.h"

/** How long after its capture a session may be offered, in seconds. */
uint32_t wh_policy_lifetime_s(const wh_record_info *info);

/** Parts of a lifetime, in millionths: all of it, and what is over when a copy in flash wants
 * replacing. */
enum { WH_POLICY_WHOLE_PPM = 1000000, WH_POLICY_STALE_PPM = 750000 };

/** Microseconds until such a part of the lifetime is over. An unknown age counts as 0: what
 * depends on it ends at the latest so long after the loss of power. */
uint64_t wh_policy_left_us(const wh_record_info *info, const wh_instant *now, uint32_t part_ppm);

/** Counts the loss of power since the last full handshake if there was one that no clock has measured, as the
 * session is offered now. True if there was. */
bool wh_policy_count_loss(const wh_record_info *info, const wh_instant *now, wh_lineage *out);

/** WH_REASON_ACCEPTED if a session with this header may be offered at `now`, otherwise why
 * not. The binding is not looked at: the store has checked it. */
wh_reason wh_policy_check(const wh_policy *policy, const wh_record_info *info, const wh_instant *now);

/** The server has broken off a handshake with a session, and then not the one without: after two such
 * connects in a row none is offered in the next 8, and in twice as many each time it happens again, up to
 * 128. */
void wh_policy_note_break(wh_peer *peer);

/** How long to leave a server alone that has broken off so many connects running, in seconds: not at all
 * after two, then at most a minute, and twice as long after each further one, up to policy->backoff_max_s. It
 * is drawn from the second half of that by the platform's random bytes, anew by each call ("equal jitter" of
 * Exponential Backoff And Jitter, AWS Architecture Blog; RFC 7252, 4.2, draws its timeouts for the same
 * reason); all of it where there are none. */
uint32_t wh_policy_backoff_s(const wh_policy *policy, unsigned failures);

#endif
