/* What a device learns of its peers: no further round trip for a group that is known, no wait that is in vain
 * or does not pay, and all of it anew when the server changes. */
#include "visit.h"

#include <string.h>

#include "learning.h"

enum { WITHOUT_RETRY = 3, WITH_RETRY = 5 };

static const server_options tls13 = {.min_version = WH_TLS13};

static pairing serve_group(const char *group)
{
    return pair_with(server_start(&(server_options){.min_version = WH_TLS13, .groups = group}));
}

/* Without a session: each wake is a full handshake. */
static unsigned flights_in_full(pairing *at)
{
    at->config.policy.disabled = true;
    wake_visit visit = wake_at(at);
    at->config.policy.disabled = false;
    assert_int_equal(visit.outcome.error, WH_OK);
    assert_int_equal(visit.outcome.result, WH_RESULT_FULL);
    return visit.outcome.flights;
}

static void assert_flights(pairing *at, unsigned wakes, unsigned flights)
{
    for (unsigned wake = 0; wake < wakes; wake++) {
        assert_int_equal(flights_in_full(at), flights);
    }
}

/* ---- The group ---------------------------------------------------------------------------------------- */

PLATFORM_TEST(a_server_with_one_group_alone_asks_for_its_key_once)
{
    static const char *const groups[] = {"P-256", "P-384"};
    for (size_t i = 0; i < 2; i++) {
        pairing at = serve_group(groups[i]);
        assert_int_equal(flights_in_full(&at), WITH_RETRY);
        assert_flights(&at, 7, WITHOUT_RETRY);
    }
}

PLATFORM_TEST(what_is_known_of_a_group_is_asked_anew_and_less_often_each_time_it_holds)
{
    static const unsigned apart[] = {0, 9, 17, 33, 65, 129, 129};
    const wh_handshake p256 = {.is_full = true, .is_tls13 = true, .group = 23};
    wh_peer peer = {0};
    unsigned asked = 0;
    unsigned last = 0;
    for (unsigned wake = 0; asked < sizeof apart / sizeof apart[0]; wake++) {
        if (peer.group == 0) { /* the hello has a key of the first group */
            assert_int_equal(wake - last, apart[asked]);
            last = wake;
            asked++;
        }
        wh_learning_opened(&peer, &p256);
    }
    const wh_handshake first = {.is_full = true, .is_tls13 = true, .group = WH_GROUP_FIRST};
    wh_learning_opened(&peer, &first); /* it has another one by now: all begins anew */
    wh_learning_opened(&peer, &p256);
    assert_int_equal(peer.left, 8);
}

PLATFORM_TEST(a_server_that_has_a_fast_group_by_now_is_asked_for_it_after_8_full_handshakes)
{
    pairing at = serve_group("P-384");
    assert_int_equal(flights_in_full(&at), WITH_RETRY);
    server_set_groups(at.server, "P-384:X25519");
    assert_flights(&at, 8, WITHOUT_RETRY);
    at.config.policy.disabled = true;
    assert_string_equal(wake_at(&at).outcome.group, "x25519");
}

PLATFORM_TEST(a_server_that_takes_another_group_by_now_is_followed_at_once)
{
    pairing at = serve_group("P-384");
    assert_int_equal(flights_in_full(&at), WITH_RETRY);
    server_set_groups(at.server, "P-256");
    assert_int_equal(flights_in_full(&at), WITH_RETRY);
    assert_flights(&at, 3, WITHOUT_RETRY);
    server_set_groups(at.server, "X25519");
    assert_int_equal(flights_in_full(&at), WITH_RETRY);
    assert_flights(&at, 20, WITHOUT_RETRY);
}

FLASH_TEST(a_group_outlives_a_loss_of_power_with_the_session)
{
    pairing at = serve_group("P-256");
    assert_int_equal(wake_at(&at).outcome.flights, WITH_RETRY);
    server_set_ticket_key(at.server, 7);
    wh_host_lose_power(&the_device);
    wake_visit visit = wake_at(&at);
    assert_full(visit, WH_REASON_REFUSED);
    assert_int_equal(visit.outcome.flights, WITHOUT_RETRY);
    assert_int_equal(flights_in_full(&at), WITHOUT_RETRY);
}

/* ---- Memory that somebody else wrote ------------------------------------------------------------------- */

static uint64_t random_state = 1;

static uint8_t any_byte(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint8_t)(random_state >> 56);
}

static void forge_peer(const wh_client_config *config, bool offers_none)
{
    wh_client client;
    wh_peer peer;
    uint8_t bytes[sizeof peer];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = any_byte();
    }
    memcpy(&peer, bytes, sizeof peer);
    peer.rest = offers_none ? peer.rest : 0; /* a peer that rests is offered no session */
    make_client(&client, config);
    wh_store_note_peer(&client.binding, peer);
    wh_client_free(&client);
}

PLATFORM_TEST(forged_memory_of_a_peer_fails_no_wake_and_gives_up_no_key_exchange)
{
    pairing at = pair_with(server_start(&tls13));
    server_allow_no_exchange(at.server, true);
    unsigned resumed = 0;
    for (int wake = 0; wake < 60; wake++) {
        forge_peer(&at.config, wake % 2 == 0);
        wake_visit visit = wake_at(&at);
        assert_int_equal(visit.outcome.error, WH_OK);
        assert_non_null(visit.outcome.group);
        resumed += visit.outcome.result == WH_RESULT_RESUMED;
    }
    assert_int_equal(resumed, 30);
}

/* ---- The wait for a ticket, by itself ------------------------------------------------------------------ */

static wh_ticket_wait decide(const wh_peer *peer, const wh_wait_question *question, uint32_t *ms)
{
    const wh_policy policy = {0};
    wh_ticket_wait why = WH_WAIT_NONE;
    *ms = wh_learning_ticket_wait_ms(&policy, peer, question, &why);
    return why;
}

static void assert_waits(const wh_peer *peer, const wh_wait_question *question, wh_ticket_wait why,
                         uint32_t ms)
{
    uint32_t decided_ms = 0;
    assert_int_equal(decide(peer, question, &decided_ms), why);
    assert_int_equal(decided_ms, ms);
}

PLATFORM_TEST(a_ticket_is_waited_for_as_long_as_it_saves)
{
    the_device.platform.saving_ms = 0;
    const wh_wait_question none = {0};
    assert_waits(&(wh_peer){0}, &none, WH_WAIT_PAYS, WH_TICKET_WAIT_DEFAULT_MS);
    assert_waits(&(wh_peer){.full_ms = 800, .resumed_ms = 100}, &none, WH_WAIT_PAYS, 700);
    assert_waits(&(wh_peer){.full_ms = 5000, .resumed_ms = 100}, &none, WH_WAIT_PAYS, WH_TICKET_WAIT_MOST_MS);
    assert_waits(&(wh_peer){.full_ms = 800, .resumed_ms = 100, .ticket_ms = 700}, &none, WH_WAIT_PAYS, 700);
    assert_waits(&(wh_peer){.full_ms = 800, .resumed_ms = 100, .ticket_ms = 701}, &none, WH_WAIT_TOO_DEAR, 0);
    assert_waits(&(wh_peer){.full_ms = 100, .resumed_ms = 100}, &none, WH_WAIT_TOO_DEAR, 0);
}

PLATFORM_TEST(a_ticket_that_would_not_live_until_the_next_connect_is_not_waited_for)
{
    const wh_wait_question none = {0};
    assert_waits(&(wh_peer){.lifetime_min = 5, .interval_min = 5}, &none, WH_WAIT_EXPIRES, 0);
    assert_waits(&(wh_peer){.lifetime_min = 6, .interval_min = 5}, &none, WH_WAIT_PAYS, 250);
    assert_waits(&(wh_peer){.lifetime_min = 5}, &none, WH_WAIT_PAYS, 250);
    assert_waits(&(wh_peer){.interval_min = 5}, &none, WH_WAIT_PAYS, 250);
}

PLATFORM_TEST(with_another_session_that_lasts_none_is_waited_for)
{
    const wh_peer hourly = {.interval_min = 60};
    assert_waits(&hourly, &(wh_wait_question){.another_s = 4500}, WH_WAIT_HAS_ANOTHER, 0);
    assert_waits(&hourly, &(wh_wait_question){.another_s = 4499}, WH_WAIT_PAYS, 250);
}

PLATFORM_TEST(a_wait_in_vain_is_remembered_by_the_sort_of_handshake)
{
    const wh_peer peer = {.lacks = WH_LACKS_TICKET_RESUMED};
    assert_waits(&peer, &(wh_wait_question){.is_resumed = true}, WH_WAIT_IN_VAIN, 0);
    assert_waits(&peer, &(wh_wait_question){.is_resumed = false}, WH_WAIT_PAYS, 250);
}

PLATFORM_TEST(the_setting_wins_over_what_pays)
{
    const wh_policy set = {.ticket_wait_ms = 42};
    const wh_policy none = {.ticket_wait_ms = WH_TICKET_WAIT_NONE};
    const wh_peer peer = {.lifetime_min = 1, .interval_min = 60};
    const wh_wait_question question = {.another_s = 7200};
    wh_ticket_wait why = WH_WAIT_NONE;
    assert_int_equal(wh_learning_ticket_wait_ms(&set, &peer, &question, &why), 42);
    assert_int_equal(why, WH_WAIT_SET);
    assert_int_equal(wh_learning_ticket_wait_ms(&none, &peer, &question, &why), 0);
    assert_int_equal(why, WH_WAIT_SET);
}

/* ---- What is measured ---------------------------------------------------------------------------------- */

static wh_peer peer_at(const pairing *at)
{
    wh_client client;
    make_client(&client, &at->config);
    wh_peer peer = wh_store_peer(&client.binding);
    wh_client_free(&client);
    return peer;
}

PLATFORM_TEST(the_time_between_connects_and_a_tickets_life_are_seen)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13, .lifetime_s = 301}));
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_int_equal(peer_at(&at).lifetime_min, 6);
    assert_int_equal(peer_at(&at).interval_min, 0);
    wh_host_sleep(&the_device, TEN_MINUTES_US);
    assert_full(wake_at(&at), WH_REASON_EXPIRED);
    assert_int_equal(peer_at(&at).interval_min, 10);
}

/* ---- A server whose tickets come after the app has closed ---------------------------------------------- */

/* The app closes as soon as it can. What the server sends then is taken in only if that is waited for. */
static wh_outcome hasty_wake(const pairing *at)
{
    wh_client client;
    wire_line line;
    uint8_t bytes[1500];
    make_client(&client, &at->config);
    assert_int_equal(line_open(&line, &client, at->server), WH_OK);
    while (wh_conn_get_state(&line.conn) == WH_CONN_HANDSHAKE) {
        int sent = conn_drain(&line.conn, bytes, sizeof bytes);
        peer_take(line.peer, bytes, (size_t)sent);
        size_t size = peer_give(line.peer, bytes, 512);
        assert_true(wh_conn_feed(&line.conn, bytes, size) >= 0);
    }
    if (wh_conn_ticket_wait_ms(&line.conn) > 0) {
        line_run(&line);
        assert_int_equal(wh_conn_read(&line.conn, bytes, sizeof bytes), 0);
    }
    wh_conn_close(&line.conn);
    wh_outcome outcome = *wh_conn_outcome(&line.conn);
    assert_int_equal(outcome.error, WH_OK);
    line_run(&line);
    peer_close(line.peer);
    line_free(&line);
    wh_client_free(&client);
    wh_host_sleep(&the_device, TEN_MINUTES_US);
    return outcome;
}

PLATFORM_TEST(a_ticket_that_was_not_waited_for_says_nothing_of_the_server)
{
    pairing at = pair_with(server_start(&tls13));
    assert_int_equal(hasty_wake(&at).result, WH_RESULT_FULL);
    assert_int_equal(hasty_wake(&at).ticket_wait, WH_WAIT_HAS_ANOTHER);
    assert_int_equal(peer_at(&at).lacks & WH_LACKS_TICKET_RESUMED, 0);
    for (int wake = 0; wake < 10; wake++) {
        assert_int_equal(hasty_wake(&at).result, WH_RESULT_RESUMED);
    }
}

PLATFORM_TEST(a_session_that_may_not_be_offered_is_no_reason_not_to_wait)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13, .lifetime_s = 518400}));
    at.config.policy.max_authenticated_s = 1800;
    assert_int_equal(hasty_wake(&at).result, WH_RESULT_FULL);
    assert_int_equal(hasty_wake(&at).result, WH_RESULT_RESUMED);
    wh_host_sleep(&the_device, 2 * TEN_MINUTES_US);
    wh_outcome old = hasty_wake(&at);
    assert_int_equal(old.reason, WH_REASON_AUTHENTICATION_OLD);
    assert_int_equal(old.ticket_wait, WH_WAIT_PAYS);
    assert_int_equal(hasty_wake(&at).result, WH_RESULT_RESUMED);
}

PLATFORM_TEST(without_an_offer_no_ticket_is_waited_for_twice)
{
    pairing at = pair_with(server_start(&tls13));
    at.config.policy.disabled = true;
    assert_int_equal(hasty_wake(&at).ticket_wait, WH_WAIT_PAYS);
    assert_int_equal(hasty_wake(&at).ticket_wait, WH_WAIT_HAS_ANOTHER);
}

static void note_peer_at(const pairing *at, wh_peer peer)
{
    wh_client client;
    make_client(&client, &at->config);
    wh_store_note_peer(&client.binding, peer);
    wh_client_free(&client);
}

/* Tickets are late, and what the device has measured on a bad day makes them too dear. */
PLATFORM_TEST(a_wait_that_did_not_pay_is_tried_anew_after_8_full_handshakes)
{
    the_device.platform.saving_ms = 0;
    static const wh_peer bad_days[] = {
        {.full_ms = 1, .resumed_ms = 900},
        {.full_ms = 900, .resumed_ms = 1, .ticket_ms = 1000},
        {.interval_min = 10, .lifetime_min = 5},
    };
    for (size_t i = 0; i < 3; i++) {
        pairing at = pair_with(server_start(&tls13));
        note_peer_at(&at, bad_days[i]);
        unsigned full = 0;
        while (hasty_wake(&at).result == WH_RESULT_FULL) {
            full++;
            assert_true(full < 12);
        }
        assert_int_equal(full, 9);
        assert_int_equal(hasty_wake(&at).result, WH_RESULT_RESUMED);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(the_time_between_connects_is_seen_without_a_session_and_with_a_prepared_hello)
{
    line_is_prepared = true;
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true}));
    assert_full(wake_at(&at), WH_REASON_NONE);
    wh_host_sleep(&the_device, TEN_MINUTES_US);
    assert_full(wake_at(&at), WH_REASON_NONE);
    line_is_prepared = false;
    assert_int_equal(peer_at(&at).interval_min, 10);
}

/* ---- Whatever the server becomes ----------------------------------------------------------------------- */

static const char *const any_group[] = {"X25519", "P-256", "P-384", "X25519:P-256", "P-384:P-256"};

static void change(const pairing *at)
{
    server_set_groups(at->server, any_group[any_byte() % (sizeof any_group / sizeof any_group[0])]);
    server_allow_no_exchange(at->server, any_byte() % 2 == 0);
    server_set_ticket_key(at->server, any_byte());
}

/* The next wakes, with a second attempt where one is due; how many of them were full, and round trips that
 * could have been spared. */
typedef struct cost {
    unsigned full;
    unsigned retries;
    unsigned attempts;
} cost;

static cost wakes(const pairing *at, unsigned count)
{
    cost spent = {0};
    for (unsigned i = 0; i < count; i++) {
        wh_client client;
        make_client(&client, &at->config);
        wake_visit visit = visit_server(&client, at->server);
        spent.attempts++;
        if (visit.fallback_due) {
            visit = visit_server(&client, at->server);
            spent.attempts++;
        }
        wh_client_free(&client);
        assert_int_equal(visit.outcome.error, WH_OK);
        spent.full += visit.outcome.result == WH_RESULT_FULL;
        spent.retries += visit.outcome.flights >= WITH_RETRY;
        wh_host_sleep(&the_device, TEN_MINUTES_US);
    }
    return spent;
}

PLATFORM_TEST(whatever_a_server_becomes_no_wake_fails_and_the_cost_comes_down_again)
{
    static const wh_profile profiles[] = {WH_PROFILE_BALANCED, WH_PROFILE_FRUGAL};
    pairing at = pair_with(server_start(&tls13));
    for (unsigned round = 0; round < 16; round++) {
        at.config.policy.profile = profiles[any_byte() % 2];
        change(&at);
        cost first = wakes(&at, 4);
        assert_true(first.full <= 3 && first.retries <= 3);
        cost then = wakes(&at, 6);
        assert_int_equal(then.full, 0);
        assert_int_equal(then.retries, 0);
        assert_int_equal(then.attempts, 6);
    }
}
