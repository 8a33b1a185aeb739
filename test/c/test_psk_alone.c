/* A client that has a pre-shared key and no CA: nobody without the key opens a connection with it. */
#include "visit.h"

#include <string.h>

#include "binding.h"

static const uint8_t key_bytes[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
static const uint8_t other_bytes[32] = {9, 8, 7, 6, 5, 4, 3, 2, 1};
static const char identity[] = "sensor-17";
static const server_psk known = {identity, key_bytes, sizeof key_bytes};
static const server_psk of_another_key = {identity, other_bytes, sizeof other_bytes};
static const server_psk of_another_name = {"sensor-18", key_bytes, sizeof key_bytes};

static const server_options versions[] = {
    {.max_version = WH_TLS12}, {.min_version = WH_TLS13}, {.name = NULL}};
enum { VERSIONS = sizeof versions / sizeof versions[0] };

static pairing pair_alone(const server_options *options, const server_psk *psk)
{
    tls_server *server = server_start(options);
    if (psk != NULL) {
        server_know_psk(server, psk);
    }
    pairing at = pair_with(server);
    at.config.ca = NULL;
    at.config.ca_size = 0;
    at.config.psk_identity = identity;
    at.config.psk_key = key_bytes;
    at.config.psk_key_size = sizeof key_bytes;
    return at;
}

static void assert_by_psk(const wake_visit *visit)
{
    assert_int_equal(visit->outcome.error, WH_OK);
    assert_int_equal(visit->outcome.result, WH_RESULT_FULL);
    assert_int_equal(visit->outcome.kind, WH_KIND_EXTERNAL_PSK);
    assert_int_equal(visit->outcome.cas, 0);
}

PLATFORM_TEST(a_server_with_the_key_is_greeted_by_it)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        pairing at = pair_alone(&versions[i], &known);
        assert_int_equal(wh_client_check(&at.config), WH_OK);
        wake_visit visit = wake_at(&at);
        assert_by_psk(&visit);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* A server that goes by certificate has nothing to show, also in one handshake and by a CA that the device
 * would be given. */
PLATFORM_TEST(a_server_without_the_key_is_never_believed)
{
    const server_psk *const psks[] = {NULL, &of_another_key, &of_another_name};
    for (size_t i = 0; i < VERSIONS; i++) {
        for (size_t j = 0; j < 3; j++) {
            pairing at = pair_alone(&versions[i], psks[j]);
            for (int wake = 0; wake < 3; wake++) {
                wake_visit visit = wake_at(&at);
                assert_int_equal(visit.outcome.result, WH_RESULT_FAILED);
                assert_int_equal(visit.outcome.error, WH_PEER_PSK);
                assert_false(visit.fallback_due); /* there is no other way */
            }
        }
    }
}

PLATFORM_TEST(the_hello_asks_for_no_certificate_in_tls12)
{
    static const uint8_t by_psk[] = {0xd0, 0x01, 0xcc, 0xac};
    static const uint8_t by_certificate[][2] = {{0xc0, 0x2b}, {0xc0, 0x2f}, {0xcc, 0xa8}, {0xcc, 0xa9}};
    pairing at = pair_alone(&versions[0], &known);
    for (int alone = 0; alone < 2; alone++) {
        if (alone == 0) {
            at.config.ca = server_ca(at.server, &at.config.ca_size);
        } else {
            at.config.ca = NULL;
        }
        at.config.max_version = WH_TLS12;
        wh_client client;
        wire_line line;
        make_client(&client, &at.config);
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        assert_true(contains(line.out, line.conn.out_len, by_psk, sizeof by_psk));
        /* All suites stand in the first bytes, behind a random number and no session ID. */
        const uint8_t *suites = line.out + 5 + 4 + 2 + 32 + 1;
        size_t size = (size_t)(suites[0] << 8 | suites[1]);
        bool any = false;
        for (size_t i = 0; i < size; i += 2) {
            for (size_t j = 0; j < sizeof by_certificate / sizeof by_certificate[0]; j++) {
                any = any || memcmp(suites + 2 + i, by_certificate[j], 2) == 0;
            }
        }
        assert_int_equal(any, alone == 0);
        line_free(&line);
        wh_client_free(&client);
    }
}

/* Nor one with a ticket, beside which there is no key. */
PLATFORM_TEST(a_hello_with_a_ticket_asks_for_no_certificate_either)
{
    pairing at = pair_alone(&versions[2], &known);
    at.config.policy.early_data = true; /* else no ticket is kept */
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    at.config.policy.early_data = false;
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    assert_int_equal(wh_conn_outcome(&line.conn)->kind, WH_KIND_PSK);
    const uint8_t *session_id = line.out + 5 + 4 + 2 + 32;
    const uint8_t *suites = session_id + 1 + session_id[0];
    size_t size = (size_t)(suites[0] << 8 | suites[1]);
    assert_true(size > 0);
    for (size_t i = 0; i < size; i += 2) {
        assert_int_equal(suites[2 + i], 0x13);
    }
    line_run(&line);
    assert_int_equal(wh_conn_outcome(&line.conn)->result, WH_RESULT_RESUMED);
    line_free(&line);
    wh_client_free(&client);
}

/* Its hello has no suite for such a server. */
PLATFORM_TEST(a_server_that_went_back_to_tls12_is_greeted_by_the_key_in_the_second_attempt)
{
    pairing at = pair_alone(&versions[2], &known);
    at.config.policy.early_data = true;
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    server_set_tls12(at.server);
    wh_client client;
    make_client(&client, &at.config);
    assert_true(visit_server(&client, at.server).fallback_due);
    visit = visit_server(&client, at.server);
    assert_by_psk(&visit);
    wh_client_free(&client);
}

/* It is the device's own fault. */
PLATFORM_TEST(a_key_that_has_changed_in_its_place_is_not_laid_to_the_server)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        for (int since_hello = 0; since_hello < 2; since_hello++) {
            pairing at = pair_alone(&versions[i], &known);
            uint8_t bytes[sizeof key_bytes];
            memcpy(bytes, key_bytes, sizeof bytes);
            at.config.psk_key = bytes;
            wh_client client;
            wire_line line;
            make_client(&client, &at.config);
            if (since_hello == 0) {
                bytes[31] ^= 1;
            }
            assert_int_equal(line_open(&line, &client, at.server), since_hello ? WH_OK : WH_USAGE_ARGUMENT);
            bytes[31] = (uint8_t)~key_bytes[31];
            if (since_hello != 0) {
                line_run(&line);
            }
            assert_int_equal(wh_conn_outcome(&line.conn)->error, WH_USAGE_ARGUMENT);
            assert_int_equal(wh_conn_outcome(&line.conn)->backoff_s, 0);
            assert_false(wh_conn_fallback_due(&line.conn));
            line_free(&line);
            wh_client_free(&client);
        }
    }
}

/* Whoever is in the middle may answer by a suite that was not asked for, in TLS 1.2. */
PLATFORM_TEST(a_suite_that_goes_by_certificate_is_refused)
{
    /* A random number of zeros, no session ID, ECDHE-ECDSA-AES128-GCM-SHA256, and renegotiation_info. */
    static const uint8_t server_hello[11 + 32 + 11] = {
        22, 3, 3, 0, 49, 2, 0, 0, 45, 3, 3, [43] = 0, 0xc0, 0x2b, 0, 0, 5, 0xff, 1, 0, 1, 0,
    };
    pairing at = pair_alone(&ticket12, &known);
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    assert_int_equal(wh_conn_feed(&line.conn, server_hello, sizeof server_hello), WH_PEER_VERSION);
    line_free(&line);
    wh_client_free(&client);
}

PLATFORM_TEST(in_tls12_its_session_is_resumed_and_a_refused_one_followed_by_the_key)
{
    pairing at = pair_alone(&ticket12, &known);
    at.config.max_version = WH_TLS12;
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
    server_forget_sessions(at.server);
    visit = wake_at(&at);
    assert_by_psk(&visit);
}

/* Its hello does not have the key. */
PLATFORM_TEST(a_ticket_of_tls13_that_is_refused_costs_a_second_connection_by_the_key)
{
    pairing at = pair_alone(&ticket13, &known);
    at.config.policy.early_data = true;
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
    server_forget_sessions(at.server);
    wh_client client;
    make_client(&client, &at.config);
    visit = visit_server(&client, at.server);
    assert_int_equal(visit.outcome.error, WH_PEER_PSK);
    assert_true(visit.fallback_due);
    visit = visit_server(&client, at.server);
    assert_by_psk(&visit);
    wh_client_free(&client);
}

PLATFORM_TEST(neither_hang_ups_nor_silence_take_the_key_from_the_hello)
{
    pairing at = pair_alone(&ticket12, &known);
    for (int wake = 0; wake < 3; wake++) {
        wh_client client;
        wire_line line;
        make_client(&client, &at.config);
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        assert_false(wh_conn_hedge(&line.conn)); /* a second one would be the same */
        assert_int_equal(wh_conn_eof(&line.conn), WH_PEER_CLOSED);
        assert_false(wh_conn_fallback_due(&line.conn));
        line_free(&line);
        wh_client_free(&client);
    }
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
}

PLATFORM_TEST(its_sessions_are_no_others)
{
    pairing at = pair_alone(&ticket12, &known);
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    at.config.ca = server_ca(at.server, &at.config.ca_size);
    visit = wake_at(&at);
    assert_int_equal(visit.outcome.reason, WH_REASON_BINDING);
}

PLATFORM_TEST(neither_a_ca_nor_a_key_is_too_little)
{
    pairing at = pair_alone(&ticket13, &known);
    wh_client client;
    at.config.ca = key_bytes; /* of no size */
    assert_int_equal(wh_client_init(&client, &at.config), WH_USAGE_CA);
    at.config.ca = NULL;
    at.config.psk_identity = NULL;
    at.config.psk_key = NULL;
    at.config.psk_key_size = 0;
    assert_int_equal(wh_client_init(&client, &at.config), WH_USAGE_CA);
}
