/* A server of TLS 1.3 that has other settings now than when the session was made. */
#include "visit.h"

static const server_options tls13 = {.min_version = WH_TLS13};

static const char aes128[] = "TLS_AES_128_GCM_SHA256";
static const char chacha[] = "TLS_CHACHA20_POLY1305_SHA256";
static const char aes256[] = "TLS_AES_256_GCM_SHA384";

static tls_server *serve(const char *suite, const char *group)
{
    tls_server *server = server_start(&tls13);
    server_set_suite13(server, suite);
    server_set_groups(server, group);
    return server;
}

/* One wake whose attempt with the session fails, and whose second one goes in full. */
static void assert_falls_back(const wh_client_config *config, tls_server *server, int wolfssl_error)
{
    wh_client client;
    make_client(&client, config);
    wake_visit first = visit_server(&client, server);
    assert_int_equal(first.outcome.result, WH_RESULT_FAILED);
    assert_int_equal(first.outcome.wolfssl_error, wolfssl_error);
    assert_true(first.fallback_due);
    assert_full(visit_server(&client, server), WH_REASON_FALLBACK);
    wh_client_free(&client);
}

/* RFC 8446 4.2.11 allows it. wolfSSL does not (-333). */
enum { PSK_KEY = -333, FATAL_ERROR = -313 };

PLATFORM_TEST(another_suite_of_the_same_hash_costs_one_second_attempt)
{
    const char *const suites[][2] = {{aes128, chacha}, {chacha, aes128}};
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_with(serve(suites[i][0], "X25519"));
        assert_full(wake_at(&at), WH_REASON_NONE);
        assert_resumed(wake_at(&at), WH_KIND_PSK);
        server_set_suite13(at.server, suites[i][1]);
        assert_falls_back(&at.config, at.server, PSK_KEY);
        for (int wake = 0; wake < 2; wake++) {
            assert_resumed(wake_at(&at), WH_KIND_PSK);
        }
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* As two servers behind one name may. */
PLATFORM_TEST(a_suite_that_changes_with_each_wake_ends_in_a_rest)
{
    pairing at = pair_with(serve(aes128, "X25519"));
    assert_full(wake_at(&at), WH_REASON_NONE);
    server_set_suite13(at.server, chacha);
    assert_falls_back(&at.config, at.server, PSK_KEY);
    server_set_suite13(at.server, aes128);
    assert_falls_back(&at.config, at.server, PSK_KEY);
    server_set_suite13(at.server, chacha);
    assert_full(wake_at(&at), WH_REASON_RESTING);
}

/* A session of one hash, with a server that has become one of the other. */
static pairing change_hash(const char *from, const char *to, const char *group)
{
    pairing at = pair_with(serve(from, "X25519"));
    wh_client client;
    make_client(&client, &at.config);
    wake_visit visit = visit_server(&client, at.server);
    assert_int_equal(visit.fallback_due, from == aes256); /* which the first hello does not offer */
    assert_full(visit.fallback_due ? visit_server(&client, at.server) : visit, WH_REASON_NONE);
    wh_client_free(&client);
    server_set_suite13(at.server, to);
    server_set_groups(at.server, group);
    return at;
}

PLATFORM_TEST(a_suite_of_another_hash_goes_in_full)
{
    pairing at = change_hash(aes256, aes128, "X25519");
    assert_full(wake_at(&at), WH_REASON_REFUSED); /* OpenSSL gives no ticket then */
}

PLATFORM_TEST(the_longer_hash_after_a_session_of_the_other_costs_one_second_attempt)
{
    pairing at = change_hash(aes128, aes256, "X25519");
    assert_falls_back(&at.config, at.server, FATAL_ERROR);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
}

/* The hello names them all, and has a key of the session's alone. */
PLATFORM_TEST(another_group_costs_one_round_trip_once)
{
    const char *const groups[][2] = {{"X25519", "P-384"}, {"P-384", "X25519"}, {"P-256", "P-384"}};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        pairing at = pair_with(serve(aes128, groups[i][0]));
        assert_full(wake_at(&at), WH_REASON_NONE);
        server_set_groups(at.server, groups[i][1]);
        for (int wake = 0; wake < 3; wake++) {
            wake_visit visit = wake_at(&at);
            assert_resumed(visit, WH_KIND_PSK);
            assert_int_equal(visit.outcome.flights, wake == 0 ? 5 : 3);
        }
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* The hello after the request has the session still, which is of another hash. RFC 8446 4.1.4 would have it
 * left out; OpenSSL does not mind. */
PLATFORM_TEST(a_request_for_another_hello_with_another_hash_goes_in_full)
{
    pairing at = change_hash(aes256, aes128, "P-256");
    wake_visit visit = wake_at(&at);
    assert_full(visit, WH_REASON_REFUSED);
    assert_int_equal(visit.outcome.flights, 5);
}

/* Moves one flight from the client to the server, or back. */
static void to_server(wire_line *line)
{
    uint8_t bytes[2048];
    int size = conn_drain(&line->conn, bytes, sizeof bytes);
    assert_true(size > 0);
    peer_take(line->peer, bytes, (size_t)size);
}

static void to_client(wire_line *line)
{
    uint8_t bytes[2048];
    size_t size = peer_give(line->peer, bytes, sizeof bytes);
    assert_true(size > 0);
    assert_int_equal(wh_conn_feed(&line->conn, bytes, size), (int)size);
}

/* One that does mind. */
PLATFORM_TEST(a_server_that_minds_the_other_hash_costs_one_second_attempt)
{
    static const uint8_t illegal_parameter[] = {21, 3, 3, 0, 2, 2, 47};
    pairing at = change_hash(aes256, aes128, "P-256");
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    to_server(&line);
    to_client(&line); /* asks for another hello */
    to_server(&line);
    assert_true(wh_conn_feed(&line.conn, illegal_parameter, sizeof illegal_parameter) < 0);
    assert_int_equal(wh_conn_outcome(&line.conn)->alert, 47);
    assert_true(wh_conn_fallback_due(&line.conn));
    line_free(&line);
    assert_full(visit_server(&client, at.server), WH_REASON_FALLBACK);
    wh_client_free(&client);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
}
