/* What servers put into TLS 1.3 tickets, allowed or not, and what comes of it. */
#include "forge.h"
#include "visit.h"
#include "policy.h"

enum { DAY = 86400, WEEK = 7 * DAY };

/* A connection in which the server sends this after its own tickets, if it has any. */
static wh_outcome visit_forged(tls_server *server, const forged_ticket *forged, uint64_t own_tickets)
{
    wh_client_config config = config_for(server);
    wh_client client;
    wire_line line;
    static uint8_t record[FORGED_MAX];
    uint8_t rest[16];
    make_client(&client, &config);
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    line_run(&line);
    assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_OPEN);
    assert_int_equal(wh_conn_read(&line.conn, rest, sizeof rest), 0);
    size_t size = forge_ticket(forged, own_tickets, record, sizeof record);
    for (size_t fed = 0; fed < size;) {
        int taken = wh_conn_feed(&line.conn, record + fed, size - fed);
        assert_true(taken >= 0);
        fed += (size_t)taken;
        int read = wh_conn_read(&line.conn, rest, sizeof rest);
        assert_true(read <= 0); /* no data in it; an error is in the outcome */
        if (read < 0) {
            break;
        }
    }
    wh_conn_close(&line.conn);
    wh_outcome outcome = *wh_conn_outcome(&line.conn);
    line_free(&line);
    wh_client_free(&client);
    return outcome;
}

static tls_server *without_tickets(void)
{
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true});
    forge_listen(server);
    return server;
}

/* The stored ticket is one that the server cannot know: offered, refused, in full. */
static void is_offered_next(tls_server *server)
{
    wh_client_config config = config_for(server);
    wake_visit visit = wake_and_visit(&config, server);
    assert_full(visit, WH_REASON_REFUSED);
    assert_int_equal(visit.outcome.kind, WH_KIND_PSK);
}

/* rustls sends 32 bytes, OpenSSL 8; RFC 8446 4.6.1 allows 255. */
PLATFORM_TEST(nonces_of_every_length_are_taken)
{
    tls_server *server = without_tickets();
    const size_t sizes[] = {0, 1, 8, 9, 32, 254, 255};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        wh_host_lose_power(&the_device);
        const forged_ticket ticket = {.lifetime_s = 7200, .nonce_size = sizes[i], .ticket_size = 100};
        wh_outcome outcome = visit_forged(server, &ticket, 0);
        assert_int_equal(outcome.error, WH_OK);
        assert_int_equal(outcome.store_error, WH_OK);
        assert_int_equal(outcome.stored, WH_TIERS_RTC);
        is_offered_next(server);
    }
}

PLATFORM_TEST(a_lifetime_over_seven_days_costs_no_connection)
{
    tls_server *server = without_tickets();
    const uint32_t lifetimes_s[] = {WEEK, WEEK + 1, 8 * DAY, 0x7fffffff, 0x80000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof lifetimes_s / sizeof lifetimes_s[0]; i++) {
        wh_host_lose_power(&the_device);
        const forged_ticket ticket = {.lifetime_s = lifetimes_s[i], .nonce_size = 8, .ticket_size = 100};
        wh_outcome outcome = visit_forged(server, &ticket, 0);
        assert_int_equal(outcome.error, WH_OK);
        assert_int_equal(outcome.store_error, WH_OK);
        wh_store_report report;
        assert_int_equal(wh_store_report_make(&report), WH_OK);
        assert_in_range(report.expires_in_s, WEEK - 10, WEEK);
        is_offered_next(server);
    }
}

PLATFORM_TEST(a_ticket_with_such_a_lifetime_is_offered_for_seven_days)
{
    tls_server *server = without_tickets();
    const forged_ticket ticket = {.lifetime_s = UINT32_MAX, .nonce_size = 8, .ticket_size = 100};
    assert_int_equal(visit_forged(server, &ticket, 0).error, WH_OK);
    wh_host_sleep(&the_device, ((uint64_t)WEEK + 1) * 1000000u);
    wh_client_config config = config_for(server);
    wh_client client;
    wh_stored stored;
    make_client(&client, &config);
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    assert_int_equal(wh_policy_check(&client.config.policy, &stored.info, &stored.now),
                     WH_REASON_OVER_7_DAYS);
    wh_session_release(&stored.session);
    wh_client_free(&client);
}

PLATFORM_TEST(a_ticket_without_lifetime_is_discarded)
{
    tls_server *server = without_tickets();
    const forged_ticket ticket = {.lifetime_s = 0, .nonce_size = 8, .ticket_size = 100};
    wh_outcome outcome = visit_forged(server, &ticket, 0);
    assert_int_equal(outcome.error, WH_OK);
    assert_int_equal(outcome.stored, WH_TIERS_NONE);
    assert_int_equal(outcome.store_error, WH_MISS_NOT_RESUMABLE);
}

/* wolfSSL keeps one object, which each further ticket changes. */
PLATFORM_TEST(a_later_ticket_without_lifetime_does_not_cost_the_one_before)
{
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13});
    forge_listen(server);
    const forged_ticket ticket = {.lifetime_s = 0, .nonce_size = 8, .ticket_size = 100};
    wh_outcome outcome = visit_forged(server, &ticket, 2);
    assert_int_equal(outcome.error, WH_OK);
    assert_int_equal(outcome.stored, WH_TIERS_RTC);
    wh_client_config config = config_for(server);
    assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
}

/* Many servers end with TCP alone. */
FLASH_TEST(a_connection_that_breaks_off_leaves_its_ticket_in_flash_too)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13}));
    wh_client client;
    wire_line line;
    uint8_t rest[16];
    make_client(&client, &at.config);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    line_run(&line);
    assert_int_equal(wh_conn_read(&line.conn, rest, sizeof rest), 0);
    assert_int_equal(wh_conn_eof(&line.conn), WH_OK);
    assert_int_equal(wh_conn_read(&line.conn, rest, sizeof rest), WH_PEER_TRUNCATED);
    wh_conn_close(&line.conn);
    assert_int_equal(wh_conn_outcome(&line.conn)->error, WH_PEER_TRUNCATED);
    assert_int_equal(wh_conn_outcome(&line.conn)->stored, WH_TIERS_BOTH);
    assert_true(wh_conn_outcome(&line.conn)->kept);
    line_free(&line);
    wh_client_free(&client);
}

PLATFORM_TEST(a_ticket_too_long_to_keep_is_told)
{
    tls_server *server = without_tickets();
    const size_t sizes[] = {3000, 16000, 17000, 32000, 33000, 65535};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        wh_host_lose_power(&the_device);
        const forged_ticket ticket = {.lifetime_s = 7200, .nonce_size = 8, .ticket_size = sizes[i]};
        wh_outcome outcome = visit_forged(server, &ticket, 0);
        assert_int_equal(outcome.error, WH_OK);
        assert_int_equal(outcome.stored, WH_TIERS_NONE);
        assert_int_equal(outcome.store_error, WH_PLATFORM_RTC);
    }
}

/* ---- A server that gives no ticket in a resumption ----------------------------------------------- */

static const server_options unrenewed = {.min_version = WH_TLS13, .does_not_renew13 = true};

PLATFORM_TEST(rtc_ram_keeps_both_tickets_of_a_full_handshake)
{
    pairing at = pair_with(server_start(&unrenewed));
    for (int time = 0; time < 3; time++) {
        assert_full(wake_at(&at), time == 0 ? WH_REASON_NONE : WH_REASON_SPENT);
        assert_resumed(wake_at(&at), WH_KIND_PSK);
        assert_resumed(wake_at(&at), WH_KIND_PSK);
    }
}

FLASH_TEST(with_flash_there_are_the_same_two)
{
    rtc_ram_keeps_both_tickets_of_a_full_handshake(state);
}

/* Where another ticket comes each time, the second one of the full handshake is there for a lost connect. */
PLATFORM_TEST(the_spare_ticket_waits_for_a_lost_handshake)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13}));
    assert_full(wake_at(&at), WH_REASON_NONE);
    for (int wake = 0; wake < 5; wake++) {
        assert_resumed(wake_at(&at), WH_KIND_PSK);
    }
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    wh_conn_abandon(&line.conn); /* the network is gone, and with it a ticket */
    line_free(&line);
    wh_client_free(&client);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
}

PLATFORM_TEST(a_spare_that_was_refused_is_not_offered_again)
{
    pairing at = pair_with(server_start(&unrenewed));
    assert_full(wake_at(&at), WH_REASON_NONE);
    server_forget_sessions(at.server);
    assert_full(wake_at(&at), WH_REASON_REFUSED);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
    assert_full(wake_at(&at), WH_REASON_SPENT);
}

static wh_client_config reusing(const tls_server *server)
{
    wh_client_config config = config_for(server);
    config.policy.reuse = WH_REUSE_WHEN_NOT_RENEWED;
    return config;
}

PLATFORM_TEST(a_ticket_is_used_again_where_the_server_does_not_renew_it)
{
    tls_server *server = server_start(&unrenewed);
    wh_client_config config = reusing(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    for (int wake = 0; wake < 10; wake++) {
        assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    }
    server_forget_sessions(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_REFUSED);
    for (int wake = 0; wake < 10; wake++) {
        assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    }
    config.policy.reuse = WH_REUSE_NEVER; /* from then on each goes out once */
    assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    wake_visit last = wake_and_visit(&config, server);
    if (last.outcome.result == WH_RESULT_RESUMED) { /* there was a spare */
        last = wake_and_visit(&config, server);
    }
    assert_int_equal(last.outcome.result, WH_RESULT_FULL);
}

FLASH_TEST(a_ticket_is_used_again_after_each_loss_of_power)
{
    wh_host_set_wall_known(&the_device, false);
    tls_server *server = server_start(&unrenewed);
    wh_client_config config = reusing(server);
    config.policy.trust_after_power_loss = 5;
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK); /* by which the server is known */
    assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    server_forget_sessions(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_REFUSED);
    for (int loss = 0; loss < 5; loss++) {
        wh_host_sleep(&the_device, 3600ull * 1000000u);
        wh_host_lose_power(&the_device);
        wake_visit visit = wake_and_visit(&config, server);
        assert_resumed(visit, WH_KIND_PSK);
        assert_int_equal(visit.outcome.stored, WH_TIERS_BOTH);
        assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    }
    wh_host_lose_power(&the_device);
    assert_full(wake_and_visit(&config, server), WH_REASON_TRUST_SPENT);
}

PLATFORM_TEST(a_ticket_of_a_server_that_renews_is_used_once)
{
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13});
    wh_client_config config = reusing(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    for (int wake = 0; wake < 5; wake++) {
        wh_client client;
        wh_stored stored;
        make_client(&client, &config);
        assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
        assert_true(stored.info.single_use);
        uint32_t generation = stored.info.generation;
        wh_session_release(&stored.session);
        assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
        assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
        assert_int_not_equal(stored.info.generation, generation);
        wh_session_release(&stored.session);
        wh_client_free(&client);
    }
}
