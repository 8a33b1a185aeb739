/* An external pre-shared key: what is greeted by it, what becomes of servers that do not know it, and what it
 * is not taken for. */
#include "visit.h"

#include <string.h>

#include "binding.h"

static const uint8_t key_bytes[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
static const uint8_t other_bytes[32] = {9, 8, 7, 6, 5, 4, 3, 2, 1};
static const char identity[] = "sensor-17";
static const server_psk known = {identity, key_bytes, sizeof key_bytes};
static const server_psk of_another_key = {identity, other_bytes, sizeof other_bytes};
static const server_psk of_another_name = {"sensor-18", key_bytes, sizeof key_bytes};

/* The suite of TLS 1.2 in a hello. */
static const uint8_t suite12[] = {0xcc, 0xac};

static const server_options versions[] = {
    {.max_version = WH_TLS12}, {.min_version = WH_TLS13}, {.name = NULL}};
enum { VERSIONS = sizeof versions / sizeof versions[0] };

static wh_client_config with_psk(const tls_server *server)
{
    wh_client_config config = config_for(server);
    config.psk_identity = identity;
    config.psk_key = key_bytes;
    config.psk_key_size = sizeof key_bytes;
    return config;
}

static pairing pair_by_psk(const server_options *options, const server_psk *psk)
{
    tls_server *server = server_start(options);
    server_know_psk(server, psk);
    return (pairing){server, with_psk(server)};
}

/* OpenSSL calls such a handshake of TLS 1.3 resumed. */
static void assert_by_psk(const wake_visit *visit)
{
    assert_int_equal(visit->outcome.error, WH_OK);
    assert_int_equal(visit->outcome.result, WH_RESULT_FULL);
    assert_int_equal(visit->outcome.kind, WH_KIND_EXTERNAL_PSK);
    assert_int_equal(visit->outcome.cas, 0); /* no certificate came, so nobody read the CA */
    assert_string_equal(visit->outcome.group, "x25519");
    assert_false(visit->fallback_due);
}

static void assert_by_certificate(const wake_visit *visit)
{
    assert_int_equal(visit->outcome.error, WH_OK);
    assert_int_equal(visit->outcome.result, WH_RESULT_FULL);
    assert_int_equal(visit->outcome.kind, WH_KIND_NONE);
    assert_int_equal(visit->outcome.cas, 1);
}

/* ---- Greeted by it ----------------------------------------------------------------------------------- */

PLATFORM_TEST(a_device_without_a_session_greets_by_its_key)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        pairing at = pair_by_psk(&versions[i], &known);
        wake_visit visit = wake_at(&at);
        assert_by_psk(&visit);
        char json[WH_OUTCOME_JSON_SIZE];
        assert_true(wh_outcome_json(&visit.outcome, json, sizeof json) > 0);
        assert_non_null(strstr(json, "\"kind\":\"external-psk\""));
        assert_non_null(strstr(json, "\"sessionAgeS\":null"));
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(in_tls13_no_session_is_kept_and_none_is_waited_for)
{
    pairing at = pair_by_psk(&ticket13, &known);
    for (int wake = 0; wake < 3; wake++) {
        wake_visit visit = wake_at(&at);
        assert_by_psk(&visit);
        assert_int_equal(visit.outcome.reason, WH_REASON_NONE);
        assert_int_equal(visit.outcome.stored, WH_TIERS_NONE);
        assert_int_equal(visit.outcome.store_error, WH_MISS_NOT_NEEDED);
    }
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    line_run(&line);
    assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_OPEN);
    assert_int_equal(wh_conn_ticket_wait_ms(&line.conn), 0);
    line_free(&line);
    wh_client_free(&client);
}

/* Which needs a ticket, as an external key has no limit that the server said. */
PLATFORM_TEST(with_consent_to_early_data_the_session_is_kept)
{
    pairing at = pair_by_psk(&ticket13, &known);
    at.config.policy.early_data = true;
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    assert_int_not_equal(visit.outcome.stored, WH_TIERS_NONE);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
}

PLATFORM_TEST(in_tls12_its_session_is_resumed)
{
    const server_options *const kinds[] = {&id12, &ticket12};
    static const wh_kind kind_of[] = {WH_KIND_ID, WH_KIND_TICKET};
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_by_psk(kinds[i], &known);
        wake_visit first = wake_at(&at);
        assert_by_psk(&first);
        assert_string_equal(wh_cipher_name(first.outcome.cipher),
                            "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256");
        assert_resumed(wake_at(&at), kind_of[i]);
        assert_resumed(wake_at(&at), kind_of[i]);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* The server has forgotten it, and its answer to the same hello is the key. */
PLATFORM_TEST(in_tls12_a_refused_session_is_followed_by_the_key_at_once)
{
    pairing at = pair_by_psk(&ticket12, &known);
    at.config.max_version = WH_TLS12;
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    server_forget_sessions(at.server);
    visit = wake_at(&at);
    assert_by_psk(&visit);
    assert_int_equal(visit.outcome.reason, WH_REASON_REFUSED);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
}

/* With a session of TLS 1.3 the hello does not say in clear whose it is. */
PLATFORM_TEST(a_hello_with_a_ticket_does_not_name_the_device)
{
    pairing at = pair_by_psk(&ticket13, NULL);
    wake_visit visit = wake_at(&at);
    assert_by_certificate(&visit);
    for (int wake = 0; wake < 2; wake++) {
        wh_client client;
        wire_line line;
        make_client(&client, &at.config);
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        bool has_session = wake == 0;
        assert_int_equal(wh_conn_outcome(&line.conn)->kind, has_session ? WH_KIND_PSK : WH_KIND_NONE);
        assert_int_equal(contains(line.out, line.conn.out_len, identity, sizeof identity - 1), !has_session);
        line_free(&line);
        wh_client_free(&client);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_server_may_choose_another_suite_of_the_same_hash)
{
    pairing at = pair_by_psk(&ticket13, &known);
    server_set_suite13(at.server, "TLS_CHACHA20_POLY1305_SHA256");
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    assert_string_equal(wh_cipher_name(visit.outcome.cipher), "TLS_CHACHA20_POLY1305_SHA256");
}

PLATFORM_TEST(a_server_may_want_another_group)
{
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_by_psk(&versions[i], &known);
        server_set_groups(at.server, "P-256");
        wake_visit visit = wake_at(&at);
        assert_int_equal(visit.outcome.kind, WH_KIND_EXTERNAL_PSK);
        assert_string_equal(visit.outcome.group, "secp256r1");
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* ---- Not known there ----------------------------------------------------------------------------------- */

PLATFORM_TEST(a_server_of_tls13_that_does_not_know_it_goes_on_by_certificate)
{
    const server_psk *const psks[] = {NULL, &of_another_name};
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_by_psk(&ticket13, psks[i]);
        wake_visit visit = wake_at(&at);
        assert_by_certificate(&visit);
        assert_int_not_equal(visit.outcome.stored, WH_TIERS_NONE);
        assert_resumed(wake_at(&at), WH_KIND_PSK);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_server_that_has_no_keys_at_all_sees_nothing_new)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        tls_server *server = server_start(&versions[i]);
        const wh_client_config config = with_psk(server);
        wake_visit visit = wake_and_visit(&config, server);
        assert_by_certificate(&visit);
        assert_false(visit.fallback_due);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

static bool hello_has(const pairing *at, const void *part, size_t size)
{
    wh_client client;
    wire_line line;
    make_client(&client, &at->config);
    assert_int_equal(line_open(&line, &client, at->server), WH_OK);
    bool has = contains(line.out, line.conn.out_len, part, size);
    line_free(&line);
    wh_client_free(&client);
    return has;
}

static bool offers_suite12(const pairing *at)
{
    return hello_has(at, suite12, sizeof suite12);
}

/* To a server of any version. */
static bool offers_key(const pairing *at)
{
    return offers_suite12(at) && hello_has(at, identity, sizeof identity - 1);
}

/* One attempt by the key, which the server breaks off, and a second one without. */
static void falls_back(const pairing *at)
{
    wh_client client;
    make_client(&client, &at->config);
    wake_visit first = visit_server(&client, at->server);
    assert_int_equal(first.outcome.result, WH_RESULT_FAILED);
    assert_int_equal(first.outcome.error, WH_PEER_ALERT);
    assert_true(first.fallback_due);
    assert_int_equal(first.outcome.backoff_s, 0);
    wake_visit second = visit_server(&client, at->server);
    assert_by_certificate(&second);
    assert_false(second.fallback_due);
    wh_client_free(&client);
    assert_int_equal(wh_store_forget(), WH_OK);
}

static pairing never_resumed(const server_options *options, const server_psk *psk)
{
    pairing at = pair_by_psk(options, psk);
    at.config.policy.disabled = true;
    return at;
}

PLATFORM_TEST(a_server_of_tls12_that_does_not_know_it_costs_one_connection_more_once)
{
    pairing at = never_resumed(&ticket12, &of_another_name);
    wh_client client;
    make_client(&client, &at.config);
    assert_true(visit_server(&client, at.server).fallback_due);
    wake_visit second = visit_server(&client, at.server);
    assert_by_certificate(&second);
    wh_client_free(&client);
    for (int wake = 0; wake < 3; wake++) {
        assert_false(offers_suite12(&at));
        wake_visit visit = wake_at(&at);
        assert_by_certificate(&visit);
    }
}

PLATFORM_TEST(a_server_that_has_been_given_the_key_is_asked_again)
{
    pairing at = never_resumed(&ticket12, &of_another_key);
    wh_client client;
    make_client(&client, &at.config);
    assert_true(visit_server(&client, at.server).fallback_due);
    wake_visit visit = visit_server(&client, at.server);
    assert_by_certificate(&visit);
    wh_client_free(&client);
    server_know_psk(at.server, &known);
    for (int wake = 0; wake < 8; wake++) {
        visit = wake_at(&at);
        assert_by_certificate(&visit);
    }
    for (int wake = 0; wake < 3; wake++) {
        visit = wake_at(&at);
        assert_by_psk(&visit);
    }
}

PLATFORM_TEST(another_key_is_asked_for_at_once)
{
    pairing at = never_resumed(&ticket12, &of_another_key);
    wh_client client;
    make_client(&client, &at.config);
    assert_true(visit_server(&client, at.server).fallback_due);
    wake_visit second = visit_server(&client, at.server);
    assert_by_certificate(&second);
    wh_client_free(&client);
    at.config.psk_key = other_bytes; /* a rotation */
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
}

/* What it is left out for may have ended. */
PLATFORM_TEST(a_server_that_takes_nothing_else_any_more_is_asked_after_one_failure)
{
    pairing at = never_resumed(&ticket12, &of_another_key);
    wh_client client;
    make_client(&client, &at.config);
    assert_true(visit_server(&client, at.server).fallback_due);
    wake_visit second = visit_server(&client, at.server);
    assert_by_certificate(&second);
    wh_client_free(&client);
    server_know_psk(at.server, &known);
    server_set_suites12(at.server, "ECDHE-PSK-CHACHA20-POLY1305");
    make_client(&client, &at.config);
    for (int attempt = 0; attempt < 2; attempt++) { /* the second one with SHA-384 */
        assert_int_equal(visit_server(&client, at.server).outcome.result, WH_RESULT_FAILED);
    }
    wh_client_free(&client);
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
}

PLATFORM_TEST(a_server_for_the_key_alone_that_does_not_know_it_is_told_of)
{
    const server_psk *const psks[] = {&of_another_key, &of_another_name};
    for (size_t i = 0; i < 2; i++) {
        pairing at = never_resumed(&ticket12, psks[i]);
        server_set_suites12(at.server, "ECDHE-PSK-CHACHA20-POLY1305");
        wh_client client;
        make_client(&client, &at.config);
        assert_int_equal(visit_server(&client, at.server).outcome.error, WH_PEER_ALERT);
        wake_visit second = visit_server(&client, at.server);
        assert_int_equal(second.outcome.error, WH_PEER_PSK);
        assert_false(second.fallback_due);
        wh_client_free(&client);
    }
}

/* A server that owns no certificate is there for the key alone, however long it was away. */
PLATFORM_TEST(a_server_for_the_key_alone_is_greeted_by_it_after_any_failure)
{
    pairing at = never_resumed(&ticket12, &known);
    server_set_suites12(at.server, "ECDHE-PSK-CHACHA20-POLY1305");
    for (int wake = 0; wake < 3; wake++) {
        wh_client client;
        wire_line line;
        make_client(&client, &at.config);
        for (int attempt = 0; attempt < 2; attempt++) {
            assert_int_equal(line_open(&line, &client, at.server), WH_OK);
            assert_int_equal(wh_conn_eof(&line.conn), WH_PEER_CLOSED);
            assert_int_equal(wh_conn_fallback_due(&line.conn), attempt == 0);
            line_free(&line);
        }
        wh_client_free(&client);
    }
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
}

PLATFORM_TEST(silence_may_be_the_answer_to_the_key)
{
    pairing at = pair_by_psk(&ticket13, &known);
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    assert_true(wh_conn_hedge(&line.conn));
    wake_visit second = visit_server(&client, at.server);
    assert_by_certificate(&second);
    line_free(&line);
    wh_client_free(&client);
}

/* A connect whose first attempt is cut off after the hello; the second opens by certificate. */
static void has_an_accident(const pairing *at)
{
    wh_client client;
    wire_line line;
    make_client(&client, &at->config);
    assert_int_equal(line_open(&line, &client, at->server), WH_OK);
    assert_int_equal(wh_conn_eof(&line.conn), WH_PEER_CLOSED);
    assert_true(wh_conn_fallback_due(&line.conn));
    line_free(&line);
    wake_visit second = visit_server(&client, at->server);
    assert_by_certificate(&second);
    wh_client_free(&client);
}

PLATFORM_TEST(one_accident_does_not_cost_the_key)
{
    pairing at = never_resumed(&ticket12, &known);
    for (int times = 0; times < 3; times++) {
        has_an_accident(&at);
        wake_visit visit = wake_at(&at);
        assert_by_psk(&visit);
    }
}

/* In TLS 1.2 each of those has the key as well, and the server has come to neither. */
PLATFORM_TEST(accidents_of_hellos_with_a_session_do_not_cost_the_key)
{
    pairing at = pair_by_psk(&ticket12, &known);
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    for (int times = 0; times < 3; times++) {
        has_an_accident(&at);
        assert_resumed(wake_at(&at), WH_KIND_TICKET);
        assert_true(offers_suite12(&at));
    }
    assert_int_equal(wh_store_forget(), WH_OK);
    visit = wake_at(&at);
    assert_by_psk(&visit);
}

PLATFORM_TEST(a_server_that_hangs_up_at_the_key_is_believed_the_second_time)
{
    pairing at = never_resumed(&ticket12, &of_another_key);
    has_an_accident(&at);
    assert_true(offers_suite12(&at));
    has_an_accident(&at);
    assert_false(offers_suite12(&at));
}

/* Where RTC RAM does not survive a sleep. */
FLASH_TEST(the_first_hang_up_is_known_after_a_loss_of_power)
{
    for (size_t i = 0; i < 2; i++) {
        pairing at = never_resumed(&versions[i], &of_another_key);
        has_an_accident(&at);
        wh_host_lose_power(&the_device);
        assert_true(offers_key(&at));
        has_an_accident(&at);
        wh_host_lose_power(&the_device);
        assert_false(offers_key(&at));
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_server_that_is_slow_once_is_greeted_by_the_key_all_the_same)
{
    pairing at = pair_by_psk(&ticket12, &known);
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    wh_client client;
    wire_line first;
    wire_line second;
    make_client(&client, &at.config);
    assert_int_equal(line_open(&first, &client, at.server), WH_OK);
    assert_true(wh_conn_hedge(&first.conn));
    assert_int_equal(line_open(&second, &client, at.server), WH_OK);
    line_run(&first); /* opens before the one that has joined it */
    assert_int_equal(wh_conn_outcome(&first.conn)->result, WH_RESULT_RESUMED);
    wh_conn_close(&first.conn);
    line_free(&second);
    line_free(&first);
    wh_client_free(&client);
    assert_int_equal(wh_store_forget(), WH_OK);
    visit = wake_at(&at);
    assert_by_psk(&visit);
}

/* ---- Who has not got it ---------------------------------------------------------------------------------
 */

PLATFORM_TEST(a_server_with_another_key_is_not_believed)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        pairing at = never_resumed(&versions[i], &of_another_key);
        falls_back(&at);
    }
}

/* Whoever is in the middle knows the identity, chooses the suite for it and goes on at once (CVE-2026-93304):
 * keys of before the key exchange are known to everybody. */
PLATFORM_TEST(a_change_of_keys_before_the_key_exchange_is_refused)
{
    /* A random number of zeros, no session ID, the suite, and renegotiation_info (RFC 5746). */
    static const uint8_t server_hello[11 + 32 + 11] = {
        22, 3, 3, 0, 49, 2, 0, 0, 45, 3, 3, [43] = 0, 0xcc, 0xac, 0, 0, 5, 0xff, 1, 0, 1, 0,
    };
    static const uint8_t change_cipher_spec[] = {20, 3, 3, 0, 1, 1};
    pairing at = pair_by_psk(&ticket12, &known);
    for (int prefix = 0; prefix < 2; prefix++) {
        wh_client client;
        wire_line line;
        make_client(&client, &at.config);
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        assert_int_equal(wh_conn_feed(&line.conn, server_hello, sizeof server_hello), sizeof server_hello);
        assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_HANDSHAKE);
        assert_int_equal(wh_conn_feed(&line.conn, change_cipher_spec, sizeof change_cipher_spec),
                         WH_PEER_PROTOCOL);
        assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_FAILED);
        line_free(&line);
        wh_client_free(&client);
    }
}

/* ---- What a session is tied to
 * ----------------------------------------------------------------------------- */

PLATFORM_TEST(a_session_belongs_to_the_key_that_was_there_when_it_was_made)
{
    pairing at = pair_by_psk(&ticket12, &known);
    wake_visit visit = wake_at(&at);
    assert_by_psk(&visit);
    static const server_psk next = {identity, other_bytes, sizeof other_bytes};
    server_know_psk(at.server, &next);
    at.config.psk_key = other_bytes;
    visit = wake_at(&at);
    assert_by_psk(&visit);
    assert_int_equal(visit.outcome.reason, WH_REASON_BINDING);
    at.config.psk_identity = NULL;
    at.config.psk_key = NULL;
    at.config.psk_key_size = 0;
    visit = wake_at(&at);
    assert_by_certificate(&visit);
    assert_int_equal(visit.outcome.reason, WH_REASON_BINDING);
}

PLATFORM_TEST(identity_and_key_do_not_run_into_one_another)
{
    tls_server *server = server_start(&ticket13);
    static const uint8_t ends_alike[33] = "7"
                                          "01234567890123456789012345678901";
    wh_client_config a = with_psk(server);
    a.psk_identity = "sensor-17";
    a.psk_key = ends_alike + 1;
    a.psk_key_size = 32;
    wh_client_config b = a;
    b.psk_identity = "sensor-1";
    b.psk_key = ends_alike;
    b.psk_key_size = 33;
    wh_client one;
    wh_client other;
    make_client(&one, &a);
    make_client(&other, &b);
    assert_false(wh_binding_equal(&one.binding, &other.binding));
    wh_client_free(&one);
    wh_client_free(&other);
}

/* As when a slot is rotated under a client that lives on: the sessions of such a handshake would be tied to
 * the wrong key. */
PLATFORM_TEST(a_key_that_has_changed_in_its_place_is_not_used)
{
    pairing at = pair_by_psk(&ticket13, &known);
    uint8_t bytes[sizeof key_bytes];
    memcpy(bytes, key_bytes, sizeof bytes);
    at.config.psk_key = bytes;
    wh_client client;
    make_client(&client, &at.config);
    assert_true(wh_client_is_intact(&client));
    bytes[31] ^= 1;
    assert_false(wh_client_is_intact(&client));
    wake_visit visit = visit_server(&client, at.server);
    assert_by_certificate(&visit);
    wh_client_free(&client);
}

PLATFORM_TEST(a_key_that_has_changed_in_its_place_is_in_no_hello)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        pairing at = pair_by_psk(&versions[i], &known);
        uint8_t bytes[sizeof key_bytes];
        memcpy(bytes, other_bytes, sizeof bytes);
        at.config.psk_key = bytes;
        wh_client client;
        make_client(&client, &at.config);
        memcpy(bytes, key_bytes, sizeof bytes); /* the server's */
        wake_visit visit = visit_server(&client, at.server);
        assert_by_certificate(&visit);
        wh_client_free(&client);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* wolfSSL asks for it once more when the server has chosen it. That it failed is not the server's doing. */
PLATFORM_TEST(a_key_that_has_changed_since_the_hello_is_not_used)
{
    for (size_t i = 0; i < VERSIONS; i++) {
        pairing at = never_resumed(&versions[i], &known);
        uint8_t bytes[sizeof key_bytes];
        at.config.psk_key = bytes;
        for (int times = 0; times < 2; times++) {
            memcpy(bytes, key_bytes, sizeof bytes);
            wh_client client;
            wire_line line;
            make_client(&client, &at.config);
            assert_int_equal(line_open(&line, &client, at.server), WH_OK);
            memcpy(bytes, other_bytes, sizeof bytes);
            line_run(&line);
            assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_FAILED);
            assert_true(wh_conn_fallback_due(&line.conn));
            line_free(&line);
            wake_visit visit = visit_server(&client, at.server);
            assert_by_certificate(&visit);
            wh_client_free(&client);
        }
        memcpy(bytes, key_bytes, sizeof bytes);
        wake_visit visit = wake_at(&at);
        assert_by_psk(&visit);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_key_that_changes_while_the_hello_waits_leaves_it)
{
    pairing at = pair_by_psk(&ticket13, &known);
    uint8_t bytes[sizeof key_bytes];
    memcpy(bytes, key_bytes, sizeof bytes);
    at.config.psk_key = bytes;
    wh_client client;
    uint8_t in[2048];
    uint8_t out[2048];
    wh_conn conn;
    make_client(&client, &at.config);
    wh_conn_init(&conn, &client, &(wh_conn_buffers){in, sizeof in, out, sizeof out});
    assert_int_equal(wh_conn_prepare(&conn), WH_OK);
    assert_true(contains(out, conn.out_len, identity, sizeof identity - 1));
    bytes[0] ^= 1;
    assert_int_equal(wh_conn_start(&conn), WH_OK);
    assert_false(contains(out, conn.out_len, identity, sizeof identity - 1));
    wh_conn_free(&conn);
    wh_client_free(&client);
}

PLATFORM_TEST(what_is_no_key_is_refused)
{
    tls_server *server = server_start(&ticket13);
    static const char longest[] = "1234567890123456789012345678901234567890123456789012345678901234";
    static const char too_long[] = "12345678901234567890123456789012345678901234567890123456789012345";
    static const uint8_t much[65];
    const struct {
        const char *identity;
        const uint8_t *key;
        size_t size;
        int error;
    } cases[] = {
        {longest, much, 64, WH_OK},
        {"1", much, 16, WH_OK},
        {too_long, much, 32, WH_USAGE_ARGUMENT},
        {"", much, 32, WH_USAGE_ARGUMENT},
        {"1", much, 15, WH_USAGE_ARGUMENT},
        {"1", much, 65, WH_USAGE_ARGUMENT},
        {"1", NULL, 0, WH_USAGE_ARGUMENT},
        {NULL, much, 32, WH_USAGE_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wh_client_config config = config_for(server);
        config.psk_identity = cases[i].identity;
        config.psk_key = cases[i].key;
        config.psk_key_size = cases[i].size;
        wh_client client;
        assert_int_equal(wh_client_init(&client, &config), cases[i].error);
        wh_client_free(&client);
    }
    /* RFC 7627 1: who has broken into such a session could pass for the device. */
    wh_client_config config = with_psk(server);
    config.policy.without_extended_master_secret = true;
    wh_client client;
    assert_int_equal(wh_client_init(&client, &config), WH_USAGE_ARGUMENT);
}

PLATFORM_TEST(the_longest_identity_and_key_are_taken_in_both_versions)
{
    static const char longest[] = "1234567890123456789012345678901234567890123456789012345678901234";
    static const uint8_t much[64] = {7};
    static const server_psk psk = {longest, much, sizeof much};
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_by_psk(&versions[i], &psk);
        at.config.psk_identity = longest;
        at.config.psk_key = much;
        at.config.psk_key_size = sizeof much;
        wake_visit visit = wake_at(&at);
        assert_by_psk(&visit);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}
