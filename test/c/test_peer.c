/* Servers that cannot be trusted or understood: each is named for what it is. */
#include "visit.h"

enum { YEAR_S = 365 * 86400 };

static void fails_with(const server_options *options, const char *host, int error)
{
    pairing at = pair_with(server_start(options));
    at.config.host = host;
    wake_visit visit = wake_at(&at);
    assert_int_equal(visit.outcome.result, WH_RESULT_FAILED);
    assert_int_equal(visit.outcome.error, error);
    assert_false(visit.outcome.stored);
    assert_false(visit.fallback_due);
}

PLATFORM_TEST(a_wrong_host_name_is_refused)
{
    fails_with(&(server_options){.name = "other.test"}, SERVER_NAME, WH_PEER_NAME);
}

PLATFORM_TEST(a_wrong_address_is_refused)
{
    fails_with(&(server_options){.name = "192.0.2.1"}, "192.0.2.2", WH_PEER_NAME);
}

PLATFORM_TEST(any_name_is_taken_and_none_sent_where_a_program_says_so)
{
    pairing at = pair_with(server_start(&(server_options){.name = "other.test"}));
    at.config.any_name = true;
    wake_visit visit = wake_at(&at);
    assert_int_equal(visit.outcome.error, WH_OK);
    assert_int_equal(visit.outcome.result, WH_RESULT_FULL);
    assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
    /* Nobody has looked at the name, so who wants it looked at is not offered that session. */
    at.config.any_name = false;
    wake_visit careful = wake_at(&at);
    assert_int_equal(careful.outcome.reason, WH_REASON_BINDING);
    assert_int_equal(careful.outcome.error, WH_PEER_NAME);
}

PLATFORM_TEST(any_name_is_still_one_of_the_ca)
{
    tls_server *trusted = server_start(&(server_options){0});
    tls_server *other = server_start(&(server_options){0});
    wh_client_config config = config_for(trusted);
    config.any_name = true;
    assert_int_equal(wake_and_visit(&config, other).outcome.error, WH_PEER_UNTRUSTED);
}

PLATFORM_TEST(an_address_in_the_certificate_is_accepted)
{
    pairing at = pair_with(server_start(&(server_options){.name = "192.0.2.1"}));
    at.config.host = "192.0.2.1";
    assert_int_equal(wake_at(&at).outcome.error, WH_OK);
}

PLATFORM_TEST(an_expired_certificate_is_refused)
{
    fails_with(&(server_options){.valid_from_s = -7200, .valid_to_s = -3600}, SERVER_NAME, WH_PEER_EXPIRED);
}

PLATFORM_TEST(a_certificate_from_the_future_is_refused)
{
    fails_with(&(server_options){.valid_from_s = 3600, .valid_to_s = YEAR_S}, SERVER_NAME, WH_PEER_NOT_YET);
}

PLATFORM_TEST(a_certificate_expires_during_a_long_sleep)
{
    pairing at = pair_with(server_start(&(server_options){.valid_from_s = -3600, .valid_to_s = YEAR_S}));
    assert_int_equal(wake_at(&at).outcome.error, WH_OK);
    wh_host_sleep(&the_device, 2ull * YEAR_S * 1000000u);
    assert_int_equal(wake_at(&at).outcome.error, WH_PEER_EXPIRED);
}

PLATFORM_TEST(another_ca_is_refused)
{
    tls_server *trusted = server_start(&(server_options){0});
    tls_server *other = server_start(&(server_options){0});
    wh_client_config config = config_for(trusted);
    assert_int_equal(wake_and_visit(&config, other).outcome.error, WH_PEER_UNTRUSTED);
}

/* All that the client has to say, and the server's answer. */
static size_t answer_of(wire_line *line, uint8_t *answer, size_t size)
{
    uint8_t bytes[2048];
    int sent = conn_drain(&line->conn, bytes, sizeof bytes);
    assert_true(sent > 0);
    peer_take(line->peer, bytes, (size_t)sent);
    return peer_give(line->peer, answer, size);
}

/* wolfSSL shows the session of TLS 1.2 before the server's Finished has come. */
PLATFORM_TEST(no_session_is_kept_when_the_servers_finished_is_wrong)
{
    for (int session_ids = 0; session_ids < 2; session_ids++) {
        tls_server *server =
            server_start(&(server_options){.max_version = WH_TLS12, .session_ids = session_ids != 0});
        wh_client_config config = config_for(server);
        wh_client client;
        make_client(&client, &config);
        wire_line line;
        uint8_t answer[4096];
        assert_int_equal(line_open(&line, &client, server), WH_OK);
        size_t size = answer_of(&line, answer, sizeof answer);
        assert_int_equal(wh_conn_feed(&line.conn, answer, size), size);
        size = answer_of(&line, answer, sizeof answer);
        answer[size - 1] ^= 1;
        assert_int_equal(wh_conn_feed(&line.conn, answer, size), WH_PEER_PROTOCOL);
        line_free(&line);
        wh_client_free(&client);
        assert_int_equal(wh_store_tiers(), WH_TIERS_NONE);
        assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
        wh_host_lose_power(&the_device);
    }
}

PLATFORM_TEST(a_server_without_a_common_version_is_named)
{
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12}));
    at.config.min_version = WH_TLS13;
    assert_int_equal(wake_at(&at).outcome.error, WH_PEER_VERSION);
}

/* What the client says when the server's first bytes are these. */
static int answered_with(const char *bytes, size_t size)
{
    pairing at = pair_with(server_start(&(server_options){0}));
    wh_client client;
    make_client(&client, &at.config);
    wire_line line;
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    int result = wh_conn_feed(&line.conn, (const uint8_t *)bytes, size);
    if (result >= 0) {
        result = wh_conn_eof(&line.conn);
    }
    assert_int_equal(wh_conn_outcome(&line.conn)->error, result);
    line_free(&line);
    wh_client_free(&client);
    return result;
}

PLATFORM_TEST(a_plain_text_server_is_named)
{
    static const char http[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
    static const char smtp[] = "220 mail.example.com ESMTP\r\n";
    assert_int_equal(answered_with(http, sizeof http - 1), WH_PEER_NOT_TLS);
    assert_int_equal(answered_with(smtp, sizeof smtp - 1), WH_PEER_NOT_TLS);
    assert_int_equal(answered_with("x", 1), WH_PEER_NOT_TLS);
}

PLATFORM_TEST(a_server_that_hangs_up_is_named)
{
    assert_int_equal(answered_with("", 0), WH_PEER_CLOSED);
    assert_int_equal(answered_with("\x16\x03\x03\x00\x7a\x02", 6), WH_PEER_CLOSED);
}

PLATFORM_TEST(an_alert_is_named)
{
    assert_int_equal(answered_with("\x15\x03\x03\x00\x02\x02\x70", 7), WH_PEER_ALERT); /* unrecognized_name */
    assert_int_equal(answered_with("\x15\x03\x03\x00\x02\x02\x28", 7),
                     WH_PEER_ALERT); /* handshake_failure, which may be about certificates as well */
}

/* A version was agreed on: what comes then is no question of versions. */
PLATFORM_TEST(garbage_after_the_handshake_is_named_as_that)
{
    static const uint8_t garbage[] = {23, 2, 7, 0, 3, 1, 2, 3};
    const wh_protocol both[] = {WH_TLS12, WH_TLS13};
    for (size_t i = 0; i < 2; i++) {
        pairing at =
            pair_with(server_start(&(server_options){.min_version = both[i], .max_version = both[i]}));
        wh_client client;
        wire_line line;
        uint8_t read[16];
        make_client(&client, &at.config);
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        line_run(&line);
        assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_OPEN);
        assert_int_equal(wh_conn_feed(&line.conn, garbage, sizeof garbage), sizeof garbage);
        assert_int_equal(wh_conn_read(&line.conn, read, sizeof read), WH_PEER_PROTOCOL);
        line_free(&line);
        wh_client_free(&client);
    }
}
