/* Offer the stored session or not: every boundary, and what a chain of resumptions
 * inherits. */
#include "sample.h"
#include "visit.h"
#include "policy.h"
#include "warmhello/store.h"

enum { HOUR = 3600, DAY = 86400, EPOCH = 77, NOW_WALL_S = 1800000000 };

static const uint64_t start_s = 1000000;

/* ---- By hand ----------------------------------------------------------------------------- */

/* Captured and authenticated `age_s` before `now_at(0)`, all clocks known. */
static wh_record_info captured_ago(wh_protocol protocol, uint32_t lifetime_s, uint32_t age_s)
{
    wh_record_info info = sample_info();
    info.protocol = protocol;
    info.lifetime_s = lifetime_s;
    info.captured = (wh_instant){
        .epoch = EPOCH,
        .elapsed_us = (start_s - age_s) * 1000000u,
        .wall_s = NOW_WALL_S - age_s,
    };
    info.lineage = (wh_lineage){.authenticated = info.captured};
    return info;
}

static wh_instant now_at(int64_t wall_s)
{
    return (wh_instant){.epoch = EPOCH, .elapsed_us = start_s * 1000000u, .wall_s = wall_s};
}

static void assert_reason(const wh_policy *policy, const wh_record_info *info, const wh_instant *now,
                          wh_reason reason)
{
    assert_string_equal(wh_reason_word(wh_policy_check(policy, info, now)), wh_reason_word(reason));
}

static void assert_lasts(wh_protocol protocol, uint32_t lifetime_s, uint32_t allowed_s, wh_reason then)
{
    const wh_policy policy = {0};
    const wh_instant now = now_at(NOW_WALL_S);
    wh_record_info info = captured_ago(protocol, lifetime_s, allowed_s - 1);
    assert_reason(&policy, &info, &now, WH_REASON_ACCEPTED);
    info = captured_ago(protocol, lifetime_s, allowed_s);
    assert_reason(&policy, &info, &now, then);
    info = captured_ago(protocol, lifetime_s, allowed_s + 1);
    assert_reason(&policy, &info, &now, then);
}

PLATFORM_TEST(a_session_lasts_as_long_as_the_server_said)
{
    assert_lasts(WH_TLS12, 300, 300, WH_REASON_EXPIRED);
    assert_lasts(WH_TLS13, 300, 300, WH_REASON_EXPIRED);
    const wh_policy policy = {0};
    const wh_instant now = now_at(NOW_WALL_S);
    const wh_record_info none = captured_ago(WH_TLS13, 0, 0);
    assert_reason(&policy, &none, &now, WH_REASON_EXPIRED);
}

PLATFORM_TEST(a_tls12_session_lasts_a_day_at_most)
{
    assert_lasts(WH_TLS12, 7 * DAY, DAY, WH_REASON_EXPIRED);
    assert_lasts(WH_TLS12, UINT32_MAX, DAY, WH_REASON_EXPIRED);
}

PLATFORM_TEST(a_tls13_ticket_lasts_seven_days_at_most)
{
    assert_lasts(WH_TLS13, 7 * DAY, 7 * DAY, WH_REASON_OVER_7_DAYS);
    assert_lasts(WH_TLS13, UINT32_MAX, 7 * DAY, WH_REASON_OVER_7_DAYS);
}

PLATFORM_TEST(no_session_is_offered_past_a_certificates_end)
{
    const wh_policy policy = {0};
    wh_record_info info = captured_ago(WH_TLS13, HOUR, 10);
    info.lineage.not_after_s = NOW_WALL_S;
    wh_instant now = now_at(NOW_WALL_S - 1);
    assert_reason(&policy, &info, &now, WH_REASON_ACCEPTED);
    now = now_at(NOW_WALL_S);
    assert_reason(&policy, &info, &now, WH_REASON_CERTIFICATE_EXPIRED);
}

PLATFORM_TEST(without_a_wall_clock_the_floor_tells_of_a_certificates_end)
{
    const wh_policy policy = {0};
    wh_platform *platform = &the_device.platform;
    wh_record_info info = captured_ago(WH_TLS13, HOUR, 10);
    info.lineage.not_after_s = NOW_WALL_S;
    const wh_instant now = now_at(0);
    platform->wall_floor_s = NOW_WALL_S - 1;
    assert_reason(&policy, &info, &now, WH_REASON_ACCEPTED);
    platform->wall_floor_s = NOW_WALL_S;
    assert_reason(&policy, &info, &now, WH_REASON_CERTIFICATE_EXPIRED);
}

PLATFORM_TEST(the_last_full_handshake_may_not_be_too_long_ago)
{
    const wh_policy policy = {.max_authenticated_s = HOUR};
    const wh_instant now = now_at(NOW_WALL_S);
    wh_record_info info = captured_ago(WH_TLS13, DAY, 10);
    info.lineage.authenticated.elapsed_us = (start_s - HOUR + 1) * 1000000u;
    assert_reason(&policy, &info, &now, WH_REASON_ACCEPTED);
    info.lineage.authenticated.elapsed_us = (start_s - HOUR) * 1000000u;
    assert_reason(&policy, &info, &now, WH_REASON_AUTHENTICATION_OLD);
    const wh_policy defaults = {0};
    info.lineage.authenticated.elapsed_us = (start_s - 7ull * DAY + 1) * 1000000u;
    assert_reason(&defaults, &info, &now, WH_REASON_ACCEPTED);
    info.lineage.authenticated.elapsed_us = (start_s - 7ull * DAY) * 1000000u;
    assert_reason(&defaults, &info, &now, WH_REASON_AUTHENTICATION_OLD);
}

PLATFORM_TEST(an_inaccurate_clock_ends_a_session_early)
{
    the_device.platform.elapsed_error_ppm = 50000; /* 5 % */
    const wh_policy policy = {0};
    const wh_instant now = now_at(NOW_WALL_S);
    wh_record_info info = captured_ago(WH_TLS13, 2100, 1999);
    assert_reason(&policy, &info, &now, WH_REASON_ACCEPTED);
    info = captured_ago(WH_TLS13, 2100, 2000);
    assert_reason(&policy, &info, &now, WH_REASON_EXPIRED);
}

PLATFORM_TEST(an_unknown_age_is_trusted_until_it_was)
{
    const wh_policy policy = {0};
    const wh_instant now = {.epoch = EPOCH + 1, .elapsed_us = 5000000};
    wh_record_info info = captured_ago(WH_TLS13, 300, 10);
    assert_reason(&policy, &info, &now, WH_REASON_ACCEPTED);
    info.lineage.losses = WH_TRUST_DEFAULT - 1;
    assert_reason(&policy, &info, &now, WH_REASON_ACCEPTED);
    info.lineage.losses = WH_TRUST_DEFAULT;
    assert_reason(&policy, &info, &now, WH_REASON_TRUST_SPENT);
    /* Its own age is known again, that of its authentication is not. */
    info.captured = (wh_instant){.epoch = EPOCH + 1, .elapsed_us = 1000000};
    assert_reason(&policy, &info, &now, WH_REASON_TRUST_SPENT);
    /* The wall clock was known then and is now. */
    const wh_instant known = {.epoch = EPOCH + 1, .elapsed_us = 5000000, .wall_s = NOW_WALL_S};
    assert_reason(&policy, &info, &known, WH_REASON_ACCEPTED);
}

PLATFORM_TEST(rests_grow_to_128_connects)
{
    static const uint8_t expected[] = {0, 8, 16, 32, 64, 128, 128, 128};
    wh_peer peer = {0};
    for (size_t i = 0; i < sizeof expected; i++) {
        wh_policy_note_break(&peer);
        assert_int_equal(peer.rest, expected[i]);
    }
}

PLATFORM_TEST(a_forged_number_of_breaks_counts_as_the_highest)
{
    for (unsigned forged = 6; forged <= UINT8_MAX; forged++) {
        wh_peer peer = {.breaks = (uint8_t)forged};
        wh_policy_note_break(&peer);
        assert_int_equal(peer.rest, 128);
    }
}

PLATFORM_TEST(a_disabled_policy_offers_nothing)
{
    const wh_policy policy = {.disabled = true};
    const wh_instant now = now_at(NOW_WALL_S);
    wh_record_info info = captured_ago(WH_TLS13, HOUR, 10);
    assert_reason(&policy, &info, &now, WH_REASON_DISABLED);
}

/* ---- By connections ------------------------------------------------------------------------- */

static wh_record_info stored_info(const wh_client_config *config)
{
    wh_client client;
    wh_stored stored;
    make_client(&client, config);
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    wh_session_release(&stored.session);
    wh_client_free(&client);
    return stored.info;
}

PLATFORM_TEST(resumptions_never_renew_the_authentication)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13, .valid_to_s = 30L * DAY}));
    assert_full(wake_at(&at), WH_REASON_NONE);
    wh_record_info first = stored_info(&at.config);
    assert_int_equal(first.captured.elapsed_us, first.lineage.authenticated.elapsed_us);
    for (int wake = 0; wake < 20; wake++) {
        wh_host_sleep(&the_device, HOUR * 1000000ull);
        assert_resumed(wake_at(&at), WH_KIND_PSK);
        wh_record_info next = stored_info(&at.config);
        assert_true(next.generation > first.generation);
        assert_true(next.captured.elapsed_us > first.captured.elapsed_us);
        next.generation = first.generation;
        next.captured = first.captured;
        next.peer = first.peer; /* what is learned of the server is no matter of age */
        assert_same_info(&next, &first);
    }
}

PLATFORM_TEST(when_the_authentication_is_old_a_full_handshake_begins_a_new_chain)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13}));
    at.config.policy.max_authenticated_s = 3 * HOUR;
    for (int chain = 0; chain < 3; chain++) {
        assert_full(wake_at(&at), chain == 0 ? WH_REASON_NONE : WH_REASON_AUTHENTICATION_OLD);
        wh_record_info info = stored_info(&at.config);
        assert_int_equal(info.captured.elapsed_us, info.lineage.authenticated.elapsed_us);
        for (int wake = 0; wake < 2; wake++) {
            wh_host_sleep(&the_device, HOUR * 1000000ull);
            assert_resumed(wake_at(&at), WH_KIND_PSK);
        }
        wh_host_sleep(&the_device, HOUR * 1000000ull);
    }
}

/* Resumed again and again after the wall clock was lost, a chain would outlive every cap. */
FLASH_TEST(a_chain_whose_authentication_has_no_known_age_ends)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13}));
    at.config.policy.trust_after_power_loss = WH_TRUST_NONE;
    assert_full(wake_at(&at), WH_REASON_NONE);
    wh_host_lose_power(&the_device);
    assert_resumed(wake_at(&at), WH_KIND_PSK); /* by the wall clock */
    wh_host_set_wall_known(&the_device, false);
    assert_resumed(wake_at(&at), WH_KIND_PSK); /* on trust */
    assert_full(wake_at(&at), WH_REASON_TRUST_SPENT);
}

PLATFORM_TEST(sessions_are_stored_while_offering_is_disabled)
{
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12}));
    at.config.policy.disabled = true;
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_full(wake_at(&at), WH_REASON_DISABLED);
    at.config.policy.disabled = false;
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
}

PLATFORM_TEST(a_jump_of_the_wall_clock_expires_nothing)
{
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12, .lifetime_s = 300}));
    assert_full(wake_at(&at), WH_REASON_NONE);
    wh_host_jump_wall(&the_device, 30L * DAY);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
    wh_host_jump_wall(&the_device, -30L * DAY - 600);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
}
