/* The profiles: what each of them offers, which sessions it takes from another, and what it refuses beside
 * it. */
#include "visit.h"

#include <string.h>

enum { DAY = 86400, HOUR = 3600, WITHOUT_RETRY = 3, WITH_RETRY = 5 };

static const server_options tls13 = {.min_version = WH_TLS13};

static pairing serve(const server_options *options, wh_profile profile)
{
    pairing at = pair_with(server_start(options));
    at.config.policy.profile = profile;
    return at;
}

/* Resumed, with a key exchange or without. */
static void assert_exchanged(wake_visit visit, bool exchanged)
{
    assert_resumed(visit, WH_KIND_PSK);
    assert_int_equal(visit.outcome.group != NULL, exchanged);
}

static void assert_in_full(wake_visit visit, wh_reason reason, unsigned flights)
{
    assert_full(visit, reason);
    assert_int_equal(visit.outcome.flights, flights);
}

/* ---- Frugal: without a key exchange ------------------------------------------------------------------- */

PLATFORM_TEST(the_frugal_profile_resumes_without_a_key_exchange_where_the_server_agrees)
{
    pairing at = serve(&tls13, WH_PROFILE_FRUGAL);
    server_allow_no_exchange(at.server, true);
    assert_in_full(wake_at(&at), WH_REASON_NONE, WITHOUT_RETRY);
    wake_visit first = wake_at(&at);
    assert_exchanged(first, false);
    for (int wake = 0; wake < 5; wake++) {
        wake_visit next = wake_at(&at);
        assert_exchanged(next, false);
        /* No key is in the hello once the server is known to want none. */
        assert_true(next.outcome.handshake_tx + 32 <= first.outcome.handshake_tx);
    }
}

PLATFORM_TEST(a_server_that_wants_a_key_exchange_costs_one_full_handshake_and_no_further_round_trip)
{
    pairing at = serve(&tls13, WH_PROFILE_FRUGAL);
    assert_in_full(wake_at(&at), WH_REASON_NONE, WITHOUT_RETRY);
    assert_in_full(wake_at(&at), WH_REASON_REFUSED, WITHOUT_RETRY);
    for (int wake = 0; wake < 5; wake++) {
        assert_exchanged(wake_at(&at), true);
    }
}

PLATFORM_TEST(a_server_that_wants_one_by_now_is_asked_twice)
{
    pairing at = serve(&tls13, WH_PROFILE_FRUGAL);
    server_allow_no_exchange(at.server, true);
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_exchanged(wake_at(&at), false);
    server_allow_no_exchange(at.server, false);
    assert_in_full(wake_at(&at), WH_REASON_REFUSED, WITH_RETRY); /* no key was in the hello */
    assert_in_full(wake_at(&at), WH_REASON_REFUSED, WITHOUT_RETRY);
    assert_exchanged(wake_at(&at), true);
}

PLATFORM_TEST(a_server_that_has_lost_its_keys_is_not_taken_for_one_that_wants_a_key_exchange)
{
    pairing at = serve(&tls13, WH_PROFILE_FRUGAL);
    server_allow_no_exchange(at.server, true);
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_exchanged(wake_at(&at), false);
    server_set_ticket_key(at.server, 7);
    assert_full(wake_at(&at), WH_REASON_REFUSED);
    assert_exchanged(wake_at(&at), false);
}

FLASH_TEST(what_a_server_wants_outlives_a_loss_of_power)
{
    pairing at = serve(&tls13, WH_PROFILE_FRUGAL);
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_full(wake_at(&at), WH_REASON_REFUSED);
    wh_host_lose_power(&the_device);
    assert_exchanged(wake_at(&at), true);
}

PLATFORM_TEST(the_others_never_go_without_a_key_exchange)
{
    static const wh_profile others[] = {WH_PROFILE_BALANCED, WH_PROFILE_STRICT};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        pairing at = serve(&tls13, others[i]);
        server_allow_no_exchange(at.server, true);
        assert_full(wake_at(&at), WH_REASON_NONE);
        assert_exchanged(wake_at(&at), true);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(the_frugal_profile_offers_a_ticket_again_that_was_not_renewed)
{
    const server_options not_renewing = {.min_version = WH_TLS13, .does_not_renew13 = true};
    static const struct {
        wh_reuse reuse;
        unsigned resumed;
    } cases[] = {{WH_REUSE_BY_PROFILE, 9}, {WH_REUSE_NEVER, 6}};
    for (size_t i = 0; i < 2; i++) {
        pairing at = serve(&not_renewing, WH_PROFILE_FRUGAL);
        at.config.policy.reuse = cases[i].reuse;
        server_allow_no_exchange(at.server, true);
        unsigned resumed = 0;
        for (int wake = 0; wake < 10; wake++) {
            resumed += wake_at(&at).outcome.result == WH_RESULT_RESUMED;
        }
        assert_int_equal(resumed, cases[i].resumed);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* ---- From one profile to another ---------------------------------------------------------------------- */

static wake_visit wake_as(pairing *at, wh_profile profile)
{
    at->config.policy.profile = profile;
    return wake_at(at);
}

PLATFORM_TEST(a_session_that_went_without_a_key_exchange_stays_frugal)
{
    pairing at = serve(&tls13, WH_PROFILE_FRUGAL);
    server_allow_no_exchange(at.server, true);
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_exchanged(wake_at(&at), false);
    assert_full(wake_as(&at, WH_PROFILE_BALANCED), WH_REASON_BINDING);
    assert_exchanged(wake_as(&at, WH_PROFILE_BALANCED), true); /* that of the full handshake */
    assert_exchanged(wake_as(&at, WH_PROFILE_FRUGAL), false);
}

PLATFORM_TEST(what_was_authenticated_under_another_profile_is_taken_where_it_fulfils_this_one)
{
    pairing at = serve(&tls13, WH_PROFILE_BALANCED);
    at.config.min_version = WH_TLS13;
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_exchanged(wake_as(&at, WH_PROFILE_STRICT), true);
    assert_exchanged(wake_as(&at, WH_PROFILE_BALANCED), true);
    assert_exchanged(wake_as(&at, WH_PROFILE_STRICT), true);
}

PLATFORM_TEST(a_session_of_tls12_is_not_offered_by_the_strict_profile)
{
    pairing at = serve(&(server_options){.max_version = WH_TLS12}, WH_PROFILE_BALANCED);
    assert_full(wake_at(&at), WH_REASON_NONE);
    wake_visit visit = wake_as(&at, WH_PROFILE_STRICT);
    assert_int_equal(visit.outcome.error, WH_PEER_VERSION);
    assert_int_equal(visit.outcome.reason, WH_REASON_BINDING);
}

/* ---- Strict ------------------------------------------------------------------------------------------- */

PLATFORM_TEST(the_strict_profile_makes_a_full_handshake_once_a_day)
{
    pairing at = serve(&(server_options){.min_version = WH_TLS13, .lifetime_s = 6L * DAY}, WH_PROFILE_STRICT);
    assert_full(wake_at(&at), WH_REASON_NONE);
    wh_host_sleep(&the_device, (uint64_t)23 * HOUR * 1000000u);
    assert_exchanged(wake_at(&at), true);
    wh_host_sleep(&the_device, (uint64_t)HOUR * 1000000u);
    assert_full(wake_at(&at), WH_REASON_AUTHENTICATION_OLD);
}

FLASH_TEST(the_strict_profile_offers_no_session_of_an_unknown_age)
{
    pairing at = serve(&tls13, WH_PROFILE_STRICT);
    wh_host_set_wall_known(&the_device, false);
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_exchanged(wake_at(&at), true);
    wh_host_lose_power(&the_device);
    assert_full(wake_at(&at), WH_REASON_TRUST_SPENT);
}

static int init_result(const wh_client_config *config)
{
    wh_client client;
    int result = wh_client_init(&client, config);
    if (result == WH_OK) {
        wh_client_free(&client);
    }
    return result;
}

PLATFORM_TEST(what_the_strict_profile_forbids_is_refused_beside_it)
{
    pairing at = serve(&tls13, WH_PROFILE_STRICT);
    const wh_client_config strict = at.config;
    wh_client_config cases[7] = {strict, strict, strict, strict, strict, strict, strict};
    cases[0].min_version = WH_TLS12;
    cases[1].max_version = WH_TLS12;
    cases[2].policy.max_authenticated_s = DAY + 1;
    cases[3].policy.trust_after_power_loss = 1;
    cases[4].policy.trust_after_power_loss = WH_TRUST_NONE;
    cases[5].policy.without_extended_master_secret = true;
    cases[6].policy.early_data = true;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(init_result(&cases[i]), WH_USAGE_ARGUMENT);
        cases[i].policy.profile = WH_PROFILE_FRUGAL;
        assert_int_equal(init_result(&cases[i]), WH_OK);
    }
    wh_client_config stricter = strict;
    stricter.policy.max_authenticated_s = HOUR;
    stricter.policy.reuse = WH_REUSE_WHEN_NOT_RENEWED;
    assert_int_equal(init_result(&stricter), WH_OK);
}
