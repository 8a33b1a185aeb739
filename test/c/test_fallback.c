/* A handshake that fails with a session offered is tried once more, in full. */
#include "visit.h"

#include <string.h>

static const server_options kinds[] = {
    {.max_version = WH_TLS12, .session_ids = true},
    {.max_version = WH_TLS12},
    {.min_version = WH_TLS13},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* How a connection breaks in the middle of its handshake. */
typedef int (*handshake_breaker)(wire_line *line);

static int by_alert(wire_line *line)
{
    static const uint8_t handshake_failure[] = {21, 3, 3, 0, 2, 2, 40};
    return wh_conn_feed(&line->conn, handshake_failure, sizeof handshake_failure);
}

static int by_eof(wire_line *line)
{
    return wh_conn_eof(&line->conn);
}

static int by_silence(wire_line *line)
{
    wh_conn_silent(&line->conn);
    return wh_conn_outcome(&line->conn)->error == WH_NETWORK_TIMEOUT ? WH_NETWORK_TIMEOUT : WH_OK;
}

/* A message of 16 MB, which no certificate of the server's is. */
static int by_a_message_too_large(wire_line *line)
{
    static const uint8_t server_hello[] = {22, 3, 3, 0, 4, 2, 0xff, 0xff, 0xff};
    return wh_conn_feed(&line->conn, server_hello, sizeof server_hello);
}

/* The server's first bytes arrive with one byte changed that the client must mind. */
static int by_damage(wire_line *line)
{
    uint8_t hello[2048];
    uint8_t answer[8192];
    int size = conn_drain(&line->conn, hello, sizeof hello);
    assert_true(size > 0);
    peer_take(line->peer, hello, (size_t)size);
    size_t answered = peer_give(line->peer, answer, sizeof answer);
    assert_true(answered > 44);
    answer[43] = 33; /* the length of the session ID: 32 at most (RFC 5246 7.4.1.2) */
    return wh_conn_feed(&line->conn, answer, answered);
}

static void breaks_once(const server_options *options, handshake_breaker break_handshake)
{
    pairing at = pair_with(server_start(options));
    assert_true(wake_at(&at).outcome.stored);

    wh_client client;
    make_client(&client, &at.config);
    wire_line line;
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    assert_true(break_handshake(&line) < 0);
    assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_FAILED);
    assert_int_equal(wh_conn_outcome(&line.conn)->result, WH_RESULT_FAILED);
    assert_true(wh_conn_fallback_due(&line.conn));
    line_free(&line);

    wake_visit second = visit_server(&client, at.server);
    assert_int_equal(second.outcome.result, WH_RESULT_FULL);
    assert_int_equal(second.outcome.reason, WH_REASON_FALLBACK);
    assert_true(second.outcome.stored);
    wh_client_free(&client);

    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
    wh_host_lose_power(&the_device);
}

PLATFORM_TEST(a_fatal_alert_is_followed_by_a_full_handshake)
{
    for (size_t i = 0; i < KINDS; i++) {
        breaks_once(&kinds[i], by_alert);
    }
}

PLATFORM_TEST(a_closed_connection_is_followed_by_a_full_handshake)
{
    for (size_t i = 0; i < KINDS; i++) {
        breaks_once(&kinds[i], by_eof);
    }
}

PLATFORM_TEST(silence_is_followed_by_a_full_handshake)
{
    for (size_t i = 0; i < KINDS; i++) {
        breaks_once(&kinds[i], by_silence);
    }
}

PLATFORM_TEST(a_message_too_large_is_followed_by_a_full_handshake)
{
    for (size_t i = 0; i < KINDS; i++) {
        breaks_once(&kinds[i], by_a_message_too_large);
    }
}

PLATFORM_TEST(a_damaged_answer_is_followed_by_a_full_handshake)
{
    for (size_t i = 0; i < KINDS; i++) {
        breaks_once(&kinds[i], by_damage);
    }
}

PLATFORM_TEST(the_second_attempt_is_the_last)
{
    pairing at = pair_with(server_start(&kinds[2]));
    assert_true(wake_at(&at).outcome.stored);
    wh_client client;
    make_client(&client, &at.config);
    for (int attempt = 1; attempt <= 2; attempt++) {
        wire_line line;
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        assert_int_equal(by_alert(&line), WH_PEER_ALERT);
        assert_int_equal(wh_conn_fallback_due(&line.conn), attempt == 1);
        assert_int_equal(wh_conn_outcome(&line.conn)->alert, 40);
        line_free(&line);
    }
    wh_client_free(&client);
}

/* Both attempts of a wake meet a connection that closes. */
static void broken_wake(const wh_client_config *config, tls_server *server)
{
    wh_client client;
    make_client(&client, config);
    for (int attempt = 1; attempt <= 2; attempt++) {
        wire_line line;
        assert_int_equal(line_open(&line, &client, server), WH_OK);
        assert_true(by_eof(&line) < 0);
        assert_int_equal(wh_conn_fallback_due(&line.conn), attempt == 1);
        line_free(&line);
    }
    wh_client_free(&client);
}

PLATFORM_TEST(a_dead_network_does_not_cost_a_good_session)
{
    for (size_t i = 0; i < 2; i++) { /* the session may be offered again in TLS 1.2 only */
        pairing at = pair_with(server_start(&kinds[i]));
        assert_true(wake_at(&at).outcome.stored);
        for (int round = 0; round < 3; round++) {
            broken_wake(&at.config, at.server);
            assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
        }
        broken_wake(&at.config, at.server);
        broken_wake(&at.config, at.server);
        assert_int_equal(wake_at(&at).outcome.reason, WH_REASON_SUSPECT);
        wh_host_lose_power(&the_device);
    }
}

PLATFORM_TEST(a_session_without_which_it_works_is_offered_no_more)
{
    server_options options = kinds[1];
    options.tickets_may_end = true;
    pairing at = pair_with(server_start(&options));
    assert_true(wake_at(&at).outcome.stored);
    server_end_tickets(at.server); /* so the second attempt brings no new session */
    wh_client client;
    make_client(&client, &at.config);
    wire_line line;
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    assert_true(by_alert(&line) < 0);
    line_free(&line);
    assert_int_equal(visit_server(&client, at.server).outcome.reason, WH_REASON_FALLBACK);
    wh_client_free(&client);
    assert_int_equal(wake_at(&at).outcome.kind, WH_KIND_NONE);
}

/* The attempt in full beside one that waits. */
PLATFORM_TEST(of_two_attempts_the_first_to_open_is_used)
{
    for (size_t i = 0; i < KINDS; i++) {
        for (int full_wins = 0; full_wins < 2; full_wins++) {
            pairing at = pair_with(server_start(&kinds[i]));
            assert_true(wake_at(&at).outcome.stored);
            wh_client client;
            make_client(&client, &at.config);
            wire_line waiting;
            wire_line joined;
            assert_int_equal(line_open(&waiting, &client, at.server), WH_OK);
            assert_true(wh_conn_hedge(&waiting.conn));
            assert_int_equal(line_open(&joined, &client, at.server), WH_OK);
            assert_false(wh_conn_hedge(&joined.conn));
            wire_line *winner = full_wins ? &joined : &waiting;
            line_run(winner);
            assert_int_equal(wh_conn_get_state(&winner->conn), WH_CONN_OPEN);
            assert_int_equal(wh_conn_outcome(&winner->conn)->result,
                             full_wins ? WH_RESULT_FULL : WH_RESULT_RESUMED);
            assert_int_equal(peer_resumed(winner->peer), !full_wins);
            line_free(&waiting);
            line_free(&joined);
            wh_client_free(&client);
            assert_int_equal(wake_at(&at).outcome.error, WH_OK);
            wh_host_lose_power(&the_device);
        }
    }
}

PLATFORM_TEST(without_a_session_there_is_no_second_attempt)
{
    pairing at = pair_with(server_start(&kinds[2]));
    wh_client client;
    make_client(&client, &at.config);
    wire_line line;
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    assert_true(by_eof(&line) < 0);
    assert_false(wh_conn_fallback_due(&line.conn));
    line_free(&line);
    wh_client_free(&client);
}

PLATFORM_TEST(a_bad_certificate_is_not_asked_for_twice)
{
    tls_server *good = server_start(&kinds[1]);
    wh_client_config config = config_for(good);
    assert_true(wake_and_visit(&config, good).outcome.stored);
    tls_server *bad = server_start(&kinds[1]); /* the same name, from another CA */
    wake_visit visit = wake_and_visit(&config, bad);
    assert_int_equal(visit.outcome.error, WH_PEER_UNTRUSTED);
    assert_false(visit.fallback_due);
}

/* An app that gives up before a second attempt joins. */
static void give_up_in_silence(const wh_client_config *config, tls_server *server)
{
    wh_client client;
    make_client(&client, config);
    wire_line line;
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    assert_int_not_equal(wh_conn_outcome(&line.conn)->kind, WH_KIND_NONE);
    line_free(&line);
    wh_client_free(&client);
}

PLATFORM_TEST(a_session_that_meets_silence_in_two_wakes_is_given_up)
{
    for (int kind = 0; kind < 2; kind++) {
        pairing at = pair_with(server_start(&kinds[kind]));
        assert_full(wake_at(&at), WH_REASON_NONE);
        give_up_in_silence(&at.config, at.server);
        give_up_in_silence(&at.config, at.server);
        assert_full(wake_at(&at), WH_REASON_SUSPECT);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_session_that_meets_silence_once_still_resumes)
{
    pairing at = pair_with(server_start(&kinds[1]));
    assert_full(wake_at(&at), WH_REASON_NONE);
    for (int wake = 0; wake < 3; wake++) {
        give_up_in_silence(&at.config, at.server);
        assert_resumed(wake_at(&at), WH_KIND_TICKET);
    }
}

/* The client is kept over wakes, as where the chip sleeps lightly. The app gives each connect up by itself.
 */
PLATFORM_TEST(a_session_that_is_given_up_again_and_again_is_deleted)
{
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12}));
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    assert_full(visit_server(&client, at.server), WH_REASON_NONE);

    /* One wake in which both attempts meet silence ... */
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    wh_conn_silent(&line.conn);
    line_free(&line);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    wh_conn_silent(&line.conn);
    line_free(&line);
    /* ... another that did resume, so nothing is suspect any more ... */
    assert_resumed(visit_server(&client, at.server), WH_KIND_TICKET);
    /* ... and many that the app gives up. Two of them delete it. */
    for (int wake = 0; wake < 5; wake++) {
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        line_free(&line);
    }
    wh_stored stored;
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_MISS_SUSPECT);
    wh_session_release(&stored.session);
    wh_client_free(&client);
}
