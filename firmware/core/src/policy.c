#include "policy.h"

#include "warmhello/platform.h"

static bool has_reached(const wh_age *age, uint32_t s)
{
    return age->known && age->most_us >= (uint64_t)s * 1000000u;
}

uint32_t wh_policy_lifetime_s(const wh_record_info *info)
{
    /* TLS 1.2 gives no upper limit; RFC 5246 F.1.4 advises a day. */
    uint32_t most = info->protocol == WH_TLS13 ? WH_TICKET_LIFETIME_MAX_S : WH_LIFETIME_DEFAULT_S;
    return info->lifetime_s < most ? info->lifetime_s : most;
}

uint64_t wh_policy_left_us(const wh_record_info *info, const wh_instant *now, uint32_t part_ppm)
{
    wh_age age = wh_clock_age(&info->captured, now);
    uint64_t useful_us = (uint64_t)wh_policy_lifetime_s(info) * part_ppm;
    uint64_t gone_us = age.known ? age.most_us : 0;
    return useful_us > gone_us ? useful_us - gone_us : 0;
}

/* The latest moment that has certainly passed, in the seconds of the wall clock. */
static int64_t passed_s(const wh_instant *now)
{
    return now->wall_s > 0 ? now->wall_s : wh_platform_get()->wall_floor_s;
}

uint32_t wh_policy_ticket_wait_ms(const wh_policy *policy)
{
    if (policy->ticket_wait_ms == WH_TICKET_WAIT_NONE) {
        return 0;
    }
    return policy->ticket_wait_ms != 0 ? policy->ticket_wait_ms : WH_TICKET_WAIT_DEFAULT_MS;
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
    return s < most_s ? s : most_s;
}

wh_reason wh_policy_check(const wh_policy *policy, const wh_record_info *info, const wh_instant *now)
{
    uint32_t authenticated_s =
        policy->max_authenticated_s != 0 ? policy->max_authenticated_s : WH_TICKET_LIFETIME_MAX_S;
    wh_age captured = wh_clock_age(&info->captured, now);
    wh_age authenticated = wh_clock_age(&info->lineage.authenticated, now);
    if (policy->disabled) {
        return WH_REASON_DISABLED;
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
    /* Once on trust, then the server's certificate is looked at again. */
    if (info->lineage.age_lost && !authenticated.known) {
        return WH_REASON_AGE_UNKNOWN;
    }
    return WH_REASON_ACCEPTED;
}
