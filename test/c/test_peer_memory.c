/* What is remembered of peers: the pinned one keeps its session, peers that take turns are
 * named, a server that fails is left alone, and no wait for a ticket is repeated in vain. */
#include "visit.h"
#include "policy.h"

static const server_options *const both[] = {&ticket12, &ticket13};

enum { HOUR = 3600 };

/* ---- Two peers and one session ------------------------------------------------------------- */

/* Two ports of one server are two peers. */
typedef struct pair {
    tls_server *server;
    wh_client_config first;
    wh_client_config second;
} pair;

static pair meet(const server_options *options)
{
    pair p = {.server = server_start(options)};
    p.first = config_for(p.server);
    p.second = p.first;
    p.second.port++;
    return p;
}

static wake_visit visit_first(const pair *p)
{
    return wake_and_visit(&p->first, p->server);
}

static wh_outcome second_outcome(const pair *p)
{
    wake_visit visit = wake_and_visit(&p->second, p->server);
    assert_int_equal(visit.outcome.error, WH_OK);
    return visit.outcome;
}

static void keeps_its_place(const server_options *options)
{
    pair p = meet(options);
    p.first.policy.pinned = true;
    assert_full(visit_first(&p), WH_REASON_NONE);
    for (int i = 0; i < 3; i++) {
        wh_outcome other = second_outcome(&p);
        assert_int_equal(other.result, WH_RESULT_FULL);
        assert_int_equal(other.reason, WH_REASON_BINDING);
        assert_int_equal(other.store_error, WH_MISS_PINNED);
        assert_int_equal(visit_first(&p).outcome.result, WH_RESULT_RESUMED);
    }
}

PLATFORM_TEST(the_pinned_peer_keeps_its_session)
{
    keeps_its_place(&ticket12);
    wh_host_lose_power(&the_device);
    keeps_its_place(&ticket13);
}

FLASH_TEST(the_pinned_peer_keeps_its_session_in_flash_too)
{
    nor *chip = *state;
    chip->flash.erase_interval_s = 1; /* each forget makes one necessary */
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(wh_store_forget(), WH_OK);
        wh_host_sleep(&the_device, 1000000);
        pair p = meet(both[i]);
        p.first.policy.pinned = true;
        assert_int_equal(visit_first(&p).outcome.stored, WH_TIERS_BOTH);
        wh_host_lose_power(&the_device);
        assert_int_equal(second_outcome(&p).store_error, WH_MISS_PINNED);
        assert_int_equal(visit_first(&p).outcome.result, WH_RESULT_RESUMED);
    }
}

PLATFORM_TEST(the_pinned_peer_takes_the_place_of_another)
{
    pair p = meet(&ticket12);
    p.first.policy.pinned = true;
    assert_int_equal(second_outcome(&p).store_error, WH_OK);
    assert_full(visit_first(&p), WH_REASON_BINDING);
    assert_resumed(visit_first(&p), WH_KIND_TICKET);
}

PLATFORM_TEST(a_pinned_session_that_has_expired_makes_way)
{
    pair p = meet(&(server_options){.max_version = WH_TLS12, .lifetime_s = HOUR});
    p.first.policy.pinned = true;
    assert_full(visit_first(&p), WH_REASON_NONE);
    wh_host_sleep(&the_device, (HOUR - 10) * 1000000ull);
    assert_int_equal(second_outcome(&p).store_error, WH_MISS_PINNED);
    wh_host_sleep(&the_device, 20 * 1000000ull);
    assert_int_equal(second_outcome(&p).store_error, WH_OK);
    assert_int_equal(second_outcome(&p).result, WH_RESULT_RESUMED);
}

FLASH_TEST(a_peer_that_is_no_longer_pinned_makes_way)
{
    pair p = meet(&ticket13);
    p.first.policy.pinned = true;
    assert_full(visit_first(&p), WH_REASON_NONE);
    p.first.policy.pinned = false;
    assert_resumed(visit_first(&p), WH_KIND_PSK);
    assert_int_equal(second_outcome(&p).store_error, WH_OK);
}

FLASH_TEST(a_pin_holds_from_the_next_connect_of_its_peer)
{
    nor *chip = *state;
    chip->flash.erase_interval_s = 1; /* each forget makes one necessary */
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(wh_store_forget(), WH_OK);
        wh_host_sleep(&the_device, 1000000);
        pair p = meet(both[i]);
        assert_int_equal(visit_first(&p).outcome.result, WH_RESULT_FULL);
        p.first.policy.pinned = true;
        assert_int_equal(visit_first(&p).outcome.result, WH_RESULT_RESUMED);
        assert_int_equal(second_outcome(&p).store_error, WH_MISS_PINNED);
        p.first.policy.pinned = false;
        assert_int_equal(visit_first(&p).outcome.result, WH_RESULT_RESUMED);
        assert_int_equal(second_outcome(&p).store_error, WH_OK);
        wh_host_lose_power(&the_device);
    }
}

PLATFORM_TEST(a_pin_can_be_taken_off_at_once)
{
    pair p = meet(&ticket12);
    p.first.policy.pinned = true;
    assert_full(visit_first(&p), WH_REASON_NONE);
    assert_int_equal(second_outcome(&p).store_error, WH_MISS_PINNED);
    wh_store_unpin();
    assert_int_equal(second_outcome(&p).store_error, WH_OK);
}

FLASH_TEST(peers_that_take_turns_are_reported)
{
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(wh_store_forget(), WH_OK);
        wh_host_sleep(&the_device, 1000000);
        pair p = meet(both[i]);
        assert_int_equal(visit_first(&p).outcome.result, WH_RESULT_FULL);
        assert_int_equal(second_outcome(&p).reason, WH_REASON_BINDING); /* it may be the only other */
        assert_full(visit_first(&p), WH_REASON_ALTERNATING);
        assert_int_equal(second_outcome(&p).reason, WH_REASON_ALTERNATING);
        assert_int_equal(second_outcome(&p).result, WH_RESULT_RESUMED);
    }
}

PLATFORM_TEST(a_peer_that_comes_once_is_not_taking_turns)
{
    pair p = meet(&ticket12);
    assert_int_equal(visit_first(&p).outcome.result, WH_RESULT_FULL);
    assert_int_equal(second_outcome(&p).reason, WH_REASON_BINDING);
    wh_client_config third = p.second;
    third.port++;
    assert_int_equal(wake_and_visit(&third, p.server).outcome.reason, WH_REASON_BINDING);
}

/* ---- A server that fails -------------------------------------------------------------------- */

/* A wake in which the server hangs up, at once or after the first attempt as well. */
static wh_outcome broken_wake(const wh_client_config *config, tls_server *server)
{
    wh_client client;
    make_client(&client, config);
    wh_outcome outcome;
    bool again = true;
    for (int attempt = 0; again && attempt < 2; attempt++) {
        wire_line line;
        assert_int_equal(line_open(&line, &client, server), WH_OK);
        assert_int_equal(wh_conn_eof(&line.conn), WH_PEER_CLOSED);
        again = wh_conn_fallback_due(&line.conn);
        outcome = *wh_conn_outcome(&line.conn);
        line_free(&line);
    }
    wh_client_free(&client);
    return outcome;
}

PLATFORM_TEST(a_server_that_fails_again_and_again_is_to_be_left_alone)
{
    pair p = meet(&ticket12);
    const uint32_t expected_s[] = {0, 0, 60, 120, 240, 480, 960, 1920, 3600, 3600};
    for (size_t i = 0; i < sizeof expected_s / sizeof expected_s[0]; i++) {
        assert_advised(broken_wake(&p.first, p.server).backoff_s, expected_s[i]);
        wh_host_sleep(&the_device, 1000000);
    }
}

PLATFORM_TEST(an_attempt_with_a_session_does_not_count_twice)
{
    pair p = meet(&ticket12);
    assert_full(visit_first(&p), WH_REASON_NONE);
    assert_int_equal(broken_wake(&p.first, p.server).backoff_s, 0);
    assert_int_equal(broken_wake(&p.first, p.server).backoff_s, 0);
    assert_advised(broken_wake(&p.first, p.server).backoff_s, 60);
}

PLATFORM_TEST(a_server_that_refuses_tcp_counts_as_well)
{
    pair p = meet(&ticket12);
    assert_full(visit_first(&p), WH_REASON_NONE);
    wh_client client;
    make_client(&client, &p.first);
    assert_int_equal(wh_resumption_unreachable(&client), 0);
    assert_int_equal(wh_resumption_unreachable(&client), 0);
    assert_advised(wh_resumption_unreachable(&client), 60);
    wh_client_free(&client);
    assert_resumed(visit_first(&p), WH_KIND_TICKET);
    assert_int_equal(broken_wake(&p.first, p.server).backoff_s, 0);
}

PLATFORM_TEST(one_success_ends_the_back_off)
{
    pair p = meet(&ticket12);
    for (int i = 0; i < 5; i++) {
        (void)broken_wake(&p.first, p.server);
    }
    assert_int_equal(visit_first(&p).outcome.backoff_s, 0);
    assert_int_equal(broken_wake(&p.first, p.server).backoff_s, 0);
}

PLATFORM_TEST(the_failures_of_one_server_are_not_anothers)
{
    pair p = meet(&ticket12);
    for (int i = 0; i < 5; i++) {
        (void)broken_wake(&p.first, p.server);
    }
    assert_int_equal(broken_wake(&p.second, p.server).backoff_s, 0);
}

PLATFORM_TEST(the_back_off_has_a_bound_and_the_device_is_not_the_server)
{
    const wh_policy bounded = {.backoff_max_s = 90};
    assert_advised(wh_policy_backoff_s(&bounded, 3), 60);
    assert_advised(wh_policy_backoff_s(&bounded, 4), 90);
    assert_advised(wh_policy_backoff_s(&bounded, 255), 90);
    pair p = meet(&ticket12);
    wh_host_sleep(&the_device,
                  4000ull * 86400u *
                      1000000u); /* a clock beyond all certificates is no fault of the server's */
    for (int i = 0; i < 5; i++) {
        wake_visit visit = wake_and_visit(&p.first, p.server);
        assert_int_equal(visit.outcome.error, WH_PLATFORM_CLOCK);
        assert_int_equal(visit.outcome.backoff_s, 0);
    }
}

static uint32_t drawn;
static int draw_result;

static int draw(void *ctx, uint8_t *out, size_t size)
{
    (void)ctx;
    memset(out, 0, size);
    memcpy(out, &drawn, size < sizeof drawn ? size : sizeof drawn);
    return draw_result;
}

static uint32_t advice_for(const wh_policy *policy, unsigned failures, uint32_t chance)
{
    drawn = chance;
    return wh_policy_backoff_s(policy, failures);
}

PLATFORM_TEST(the_back_off_is_drawn_from_its_second_half)
{
    const wh_policy usual = {0};
    const wh_policy longest = {.backoff_max_s = UINT32_MAX};
    const wh_policy shortest = {.backoff_max_s = 1};
    the_device.platform.random = draw;
    draw_result = 0;
    assert_int_equal(advice_for(&usual, 3, 0), 60);
    assert_int_equal(advice_for(&usual, 3, UINT32_MAX), 30);
    assert_int_equal(advice_for(&usual, 3, UINT32_MAX / 2), 45);
    assert_int_equal(advice_for(&usual, 4, UINT32_MAX), 60); /* it never falls from one failure to the next */
    assert_int_equal(advice_for(&usual, 2, UINT32_MAX), 0);
    assert_int_equal(advice_for(&longest, 255, 0), 60u << 16);
    assert_int_equal(advice_for(&longest, 255, UINT32_MAX), 30u << 16);
    assert_int_equal(advice_for(&shortest, 3, UINT32_MAX), 1);
    draw_result = -1;
    assert_int_equal(advice_for(&usual, 3, UINT32_MAX), 60); /* without chance: all of it */
}

/* A thousand devices that failed together come back in each of the seconds that there are. */
PLATFORM_TEST(devices_that_fail_together_do_not_come_back_together)
{
    const wh_policy usual = {0};
    unsigned at[61] = {0};
    for (int i = 0; i < 3100; i++) {
        uint32_t s = wh_policy_backoff_s(&usual, 3);
        assert_advised(s, 60);
        at[s]++;
    }
    for (int s = 30; s <= 60; s++) {
        assert_in_range(at[s], 30, 300);
    }
}

PLATFORM_TEST(a_second_attempt_that_cannot_be_made_counts)
{
    pair p = meet(&ticket12);
    const uint32_t expected_s[] = {0, 0, 60};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(visit_first(&p).outcome.error, WH_OK);
        for (size_t n = 0; n <= i; n++) { /* a success in between would end it */
            wh_client client;
            wire_line line;
            make_client(&client, &p.first);
            assert_int_equal(line_open(&line, &client, p.server), WH_OK);
            assert_int_equal(wh_conn_eof(&line.conn), WH_PEER_CLOSED);
            if (wh_conn_fallback_due(&line.conn)) {
                wh_conn_no_fallback(&line.conn);
                assert_false(wh_conn_fallback_due(&line.conn));
            }
            if (n == i) {
                assert_advised(wh_conn_outcome(&line.conn)->backoff_s, expected_s[i]);
            }
            line_free(&line);
            wh_client_free(&client);
        }
    }
}

/* ---- Waiting for a ticket ---------------------------------------------------------------------- */

/* The wait asked for right before the connection is closed. */
static uint32_t wait_at_the_end(const wh_client_config *config, tls_server *server, wh_result result)
{
    wh_client client;
    wire_line line;
    make_client(&client, config);
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    assert_int_equal(wh_conn_ticket_wait_ms(&line.conn), 0); /* not open yet */
    line_run(&line);
    assert_int_equal(wh_conn_outcome(&line.conn)->result, result);
    uint8_t rest[16];
    assert_int_equal(wh_conn_read(&line.conn, rest, sizeof rest), 0); /* takes in what has come */
    uint32_t wait_ms = wh_conn_ticket_wait_ms(&line.conn);
    wh_conn_close(&line.conn);
    assert_int_equal(wh_conn_ticket_wait_ms(&line.conn), 0);
    line_free(&line);
    wh_client_free(&client);
    return wait_ms;
}

PLATFORM_TEST(a_ticket_that_has_not_come_is_waited_for_once)
{
    pair p = meet(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true});
    assert_int_equal(wait_at_the_end(&p.first, p.server, WH_RESULT_FULL), WH_TICKET_WAIT_DEFAULT_MS);
    assert_int_equal(wait_at_the_end(&p.first, p.server, WH_RESULT_FULL), 0);
    assert_int_equal(wait_at_the_end(&p.second, p.server, WH_RESULT_FULL), WH_TICKET_WAIT_DEFAULT_MS);
}

FLASH_TEST(a_server_that_renews_no_ticket_is_waited_for_once)
{
    pair p = meet(&ticket13);
    assert_int_equal(wait_at_the_end(&p.first, p.server, WH_RESULT_FULL), 0);
    server_stop_tickets13(p.server);
    assert_int_equal(wait_at_the_end(&p.first, p.server, WH_RESULT_RESUMED), WH_TICKET_WAIT_DEFAULT_MS);
    assert_int_equal(wait_at_the_end(&p.first, p.server, WH_RESULT_RESUMED), 0); /* the second, from flash */
}

PLATFORM_TEST(without_tickets_there_is_no_wait)
{
    const server_options none13 = {.min_version = WH_TLS13, .no_tickets13 = true};
    pair p = meet(&none13);
    p.first.no_tickets = true;
    assert_int_equal(wait_at_the_end(&p.first, p.server, WH_RESULT_FULL), 0);
    p.second.policy.ticket_wait_ms = WH_TICKET_WAIT_NONE;
    assert_int_equal(wait_at_the_end(&p.second, p.server, WH_RESULT_FULL), 0);
    p = meet(&ticket12);
    assert_int_equal(wait_at_the_end(&p.first, p.server, WH_RESULT_FULL), 0);
}

PLATFORM_TEST(the_wait_can_be_set)
{
    pair p = meet(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true});
    p.first.policy.ticket_wait_ms = 42;
    assert_int_equal(wait_at_the_end(&p.first, p.server, WH_RESULT_FULL), 42);
}

/* ---- What a user is told of the store ---------------------------------------------------------------- */

static wh_store_report report_now(void)
{
    wh_store_report report;
    assert_int_equal(wh_store_report_make(&report), WH_OK);
    return report;
}

FLASH_TEST(the_store_tells_what_it_holds)
{
    wh_store_report report = report_now();
    assert_int_equal(report.tiers, WH_TIERS_NONE);
    assert_int_equal(report.expires_in_s, 0);
    assert_int_equal(report.erases, 0);
    pair p = meet(&(server_options){.max_version = WH_TLS12, .lifetime_s = HOUR});
    assert_full(visit_first(&p), WH_REASON_NONE);
    report = report_now();
    assert_int_equal(report.tiers, WH_TIERS_BOTH);
    assert_in_range(report.expires_in_s, HOUR - 10, HOUR);
    assert_int_equal(report.erases, 1);
    wh_host_sleep(&the_device, 600 * 1000000ull);
    assert_in_range(report_now().expires_in_s, HOUR - 620, HOUR - 600);
    wh_host_sleep(&the_device, 2ull * HOUR * 1000000u);
    assert_int_equal(report_now().expires_in_s, 0);
    wh_host_set_wall_known(&the_device, false);
    wh_host_lose_power(&the_device);
    report = report_now();
    assert_int_equal(report.tiers, WH_TIERS_FLASH);
    assert_true(report.expires_in_s == WH_AGE_UNKNOWN);
}
