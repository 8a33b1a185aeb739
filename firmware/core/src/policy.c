#include "policy.h"

#include "warmhello/platform.h"

static bool has_reached(const wh_age *age, uint32_t s)
{
    return (age->known ? age->most_us : age->least_us) >= (uint64_t)s * 1000000u;
}

uint32_t wh_policy_lifetime_s(const wh_record_info *info)
{
    /* TLS 1.2 gives no upper limit; RFC 5246 F.1.4 advises a day. */
    uint32_t most = info->protocol == WH_TLS13 ? WH_TICKET_LIFETIME_MAX_S : WH_LIFETIME_DEFAULT_S;
    return info->lifetime_s < most ? info->lifetime_s : most;
}

/* Once power was lost, the elapsed clock of a moment may have been begun anew: the wall clock goes first. */
static wh_age age_since(const wh_instant *then, unsigned losses, const wh_instant *now)
{
    wh_instant by_wall = *then;
    by_wall.epoch = ~now->epoch;
    wh_age age = wh_clock_age(&by_wall, now);
    return losses > 0 && age.known ? age : wh_clock_age(then, now);
}

uint64_t wh_policy_left_us(const wh_record_info *info, const wh_instant *now, uint32_t part_ppm)
{
    wh_age age = age_since(&info->captured, info->lineage.losses, now);
    uint64_t useful_us = (uint64_t)wh_policy_lifetime_s(info) * part_ppm;
    uint64_t gone_us = age.known ? age.most_us : 0;
    return useful_us > gone_us ? useful_us - gone_us : 0;
}

/* The latest moment that has certainly passed, in the seconds of the wall clock. */
static int64_t passed_s(const wh_instant *now)
{
    return now->wall_s > 0 ? now->wall_s : wh_platform_get()->wall_floor_s;
}

void wh_policy_note_break(wh_peer *peer)
{
    enum { FREE = 2, FIRST = 8, DOUBLINGS_MAX = 4 };
    peer->breaks = peer->breaks < FREE + DOUBLINGS_MAX ? (uint8_t)(peer->breaks + 1) : FREE + DOUBLINGS_MAX;
    peer->rest = peer->breaks < FREE ? 0 : (uint8_t)(FIRST << (peer->breaks - FREE));
}

/* Between half of it and all of it, as chance has it: devices that failed together do not come back together.
 */
static uint32_t spread_s(uint32_t s)
{
    const wh_platform *platform = wh_platform_get();
    uint32_t chance = 0;
    if (platform->random(platform->ctx, (uint8_t *)&chance, sizeof chance) != 0) {
        return s;
    }
    return s - (uint32_t)(((uint64_t)chance * (s / 2 + 1)) >> 32);
}

uint32_t wh_policy_backoff_s(const wh_policy *policy, unsigned failures)
{
    enum { FREE = 2, FIRST_S = 60, DOUBLINGS_MAX = 16 };
    uint32_t most_s = policy->backoff_max_s != 0 ? policy->backoff_max_s : WH_BACKOFF_MAX_DEFAULT_S;
    if (failures <= FREE) {
        return 0;
    }
    unsigned doublings = failures - FREE - 1;
    uint32_t s = (uint32_t)FIRST_S << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
    return spread_s(s < most_s ? s : most_s);
}

/* ---- Losses of power ------------------------------------------------------------------------------ */

#define MINUTE_US UINT64_C(60000000)

/* How long ago the last full handshake was. Where that is not known, it was `least_us` ago or more. */
static wh_age authenticated_age(const wh_lineage *lineage, const wh_instant *now)
{
    wh_age age = age_since(&lineage->authenticated, lineage->losses, now);
    if (lineage->losses > 0 && (now->wall_s == 0 || lineage->authenticated.wall_s == 0)) {
        age.known = false;
        age.least_us += lineage->aged_min * MINUTE_US;
    }
    return age;
}

static uint16_t add_minutes(uint16_t min, uint64_t us)
{
    uint64_t sum = min + us / MINUTE_US;
    return sum < UINT16_MAX ? (uint16_t)sum : UINT16_MAX;
}

bool wh_policy_count_loss(const wh_record_info *info, const wh_instant *now, wh_lineage *out)
{
    *out = info->lineage;
    if (wh_clock_age(&out->authenticated, now).known) {
        return false;
    }
    wh_age before = wh_clock_age(&out->authenticated, &info->captured);
    out->aged_min = add_minutes(out->aged_min, before.known ? before.least_us : 0);
    out->losses += out->losses < UINT8_MAX;
    out->authenticated.epoch = now->epoch;
    out->authenticated.elapsed_us = now->elapsed_us;
    return true;
}

/* A first loss is trusted in any case: whether the power will be lost again nobody knows. */
static bool is_trust_spent(const wh_policy *policy, const wh_record_info *info, const wh_instant *now)
{
    uint32_t budget = policy->trust_after_power_loss != 0 ? policy->trust_after_power_loss : WH_TRUST_DEFAULT;
    wh_lineage counted;
    (void)wh_policy_count_loss(info, now, &counted);
    return info->lineage.losses > 0 && !authenticated_age(&info->lineage, now).known &&
           (budget == WH_TRUST_NONE || counted.losses > budget);
}

wh_reason wh_policy_check(const wh_policy *policy, const wh_record_info *info, const wh_instant *now)
{
    uint32_t authenticated_s =
        policy->max_authenticated_s != 0 ? policy->max_authenticated_s : WH_TICKET_LIFETIME_MAX_S;
    wh_age captured = age_since(&info->captured, info->lineage.losses, now);
    wh_age authenticated = authenticated_age(&info->lineage, now);
    if (policy->disabled) {
        return WH_REASON_DISABLED;
    }
    if (info->lineage.without_exchange && policy->profile != WH_PROFILE_FRUGAL) {
        return WH_REASON_BINDING;
    }
    if (info->lineage.not_after_s != 0 && passed_s(now) >= info->lineage.not_after_s) {
        return WH_REASON_CERTIFICATE_EXPIRED;
    }
    if (has_reached(&captured, WH_TICKET_LIFETIME_MAX_S)) {
        return WH_REASON_OVER_7_DAYS;
    }
    if (has_reached(&captured, wh_policy_lifetime_s(info))) {
        return WH_REASON_EXPIRED;
    }
    if (has_reached(&authenticated, authenticated_s)) {
        return WH_REASON_AUTHENTICATION_OLD;
    }
    if (is_trust_spent(policy, info, now) || (policy->profile == WH_PROFILE_STRICT && !authenticated.known)) {
        return WH_REASON_TRUST_SPENT;
    }
    return WH_REASON_ACCEPTED;
}
