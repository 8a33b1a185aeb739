/* Which cipher suites are offered: those with SHA-256 alone, which cost a small processor least, until a
 * server takes none of them. */
#include "visit.h"

#include <string.h>

#include "suites.h"

typedef struct server_kind {
    server_options options;
    const char *sha384;
    const char *both;
} server_kind;

static const server_kind kinds[] = {
    {{.min_version = WH_TLS13}, "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"},
    {{.max_version = WH_TLS12},
     "ECDHE-ECDSA-AES256-GCM-SHA384",
     "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void set_suites(const pairing *at, const char *suites)
{
    server_set_suite13(at->server, strncmp(suites, "TLS", 3) == 0 ? suites : "TLS_AES_128_GCM_SHA256");
    server_set_suites12(at->server, strncmp(suites, "TLS", 3) == 0 ? "DEFAULT" : suites);
}

static pairing serve(const server_kind *kind, const char *suites)
{
    pairing at = pair_with(server_start(&kind->options));
    set_suites(&at, suites);
    return at;
}

static bool is_sha384(wake_visit visit)
{
    return wh_suite_has_sha384(visit.outcome.cipher);
}

/* One wake, with its second attempt if one is due. */
static wake_visit wake(const pairing *at, unsigned *attempts)
{
    wh_client client;
    make_client(&client, &at->config);
    wake_visit visit = visit_server(&client, at->server);
    *attempts = 1;
    if (visit.fallback_due) {
        visit = visit_server(&client, at->server);
        *attempts = 2;
    }
    wh_client_free(&client);
    return visit;
}

static wake_visit wake_by(const pairing *at, unsigned attempts)
{
    unsigned made = 0;
    wake_visit visit = wake(at, &made);
    assert_int_equal(visit.outcome.error, WH_OK);
    assert_int_equal(made, attempts);
    return visit;
}

PLATFORM_TEST(a_server_that_would_rather_have_sha384_is_not_given_the_choice)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = serve(&kinds[i], kinds[i].both);
        server_prefer_its_suites(at.server);
        wake_visit visit = wake_by(&at, 1);
        assert_full(visit, WH_REASON_NONE);
        assert_false(is_sha384(visit));
        assert_int_equal(wake_by(&at, 1).outcome.result, WH_RESULT_RESUMED);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_server_that_has_sha384_alone_costs_one_second_attempt_once)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = serve(&kinds[i], kinds[i].sha384);
        wake_visit visit = wake_by(&at, 2);
        assert_full(visit, WH_REASON_NONE);
        assert_true(is_sha384(visit));
        assert_int_equal(wake_by(&at, 1).outcome.result, WH_RESULT_RESUMED);
        server_set_ticket_key(at.server, 7);
        assert_full(wake_by(&at, 1), WH_REASON_REFUSED);
        at.config.policy.disabled = true; /* without a session it is remembered, too */
        assert_true(is_sha384(wake_by(&at, 1)));
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_server_that_has_learned_sha256_is_asked_for_nothing_else_again)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = serve(&kinds[i], kinds[i].sha384);
        at.config.policy.disabled = true;
        assert_true(is_sha384(wake_by(&at, 2)));
        set_suites(&at, kinds[i].both);
        assert_false(is_sha384(wake_by(&at, 1))); /* the client's order counts */
        server_prefer_its_suites(at.server);
        assert_false(is_sha384(wake_by(&at, 1)));
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_session_by_sha384_resumes_when_nothing_else_is_remembered)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = serve(&kinds[i], kinds[i].sha384);
        assert_full(wake_by(&at, 2), WH_REASON_NONE);
        set_suites(&at, kinds[i].both);
        server_prefer_its_suites(at.server);
        wh_client client;
        make_client(&client, &at.config);
        wh_store_note_peer(&client.binding, (wh_peer){0});
        wh_client_free(&client);
        wake_visit visit = wake_by(&at, 1);
        assert_int_equal(visit.outcome.result, WH_RESULT_RESUMED);
        assert_true(is_sha384(visit));
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* Some servers say nothing when they have no suite in common with the client. */
PLATFORM_TEST(a_server_that_hangs_up_on_the_hello_is_offered_all_the_next_time)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = serve(&kinds[i], kinds[i].sha384);
        wh_client client;
        wire_line line;
        make_client(&client, &at.config);
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        assert_int_equal(wh_conn_eof(&line.conn), WH_PEER_CLOSED);
        assert_false(wh_conn_fallback_due(&line.conn));
        line_free(&line);
        wh_client_free(&client);
        assert_true(is_sha384(wake_by(&at, 1)));
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(each_of_two_connects_of_one_client_has_its_second_attempt)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = serve(&kinds[i], kinds[i].sha384);
        at.config.policy.disabled = true;
        wh_client client;
        wire_line lines[2];
        make_client(&client, &at.config);
        for (int n = 0; n < 2; n++) {
            assert_int_equal(line_open(&lines[n], &client, at.server), WH_OK);
        }
        for (int n = 0; n < 2; n++) {
            line_run(&lines[n]);
            assert_true(wh_conn_fallback_due(&lines[n].conn));
            line_free(&lines[n]);
        }
        for (int n = 0; n < 2; n++) {
            assert_int_equal(line_open(&lines[n], &client, at.server), WH_OK);
        }
        for (int n = 0; n < 2; n++) {
            line_run(&lines[n]);
            assert_int_equal(wh_conn_get_state(&lines[n].conn), WH_CONN_OPEN);
            line_free(&lines[n]);
        }
        wh_client_free(&client);
    }
}

/* Another connect finds out what the server does not take while this one waits for TCP. */
PLATFORM_TEST(a_hello_that_waits_is_made_anew_for_a_server_that_takes_none_of_its_suites)
{
    const server_kind without_tickets = {
        {.min_version = WH_TLS13, .no_tickets13 = true}, kinds[0].sha384, kinds[0].both};
    pairing at = serve(&without_tickets, without_tickets.sha384);
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    const wh_conn_buffers buffers = {line.in, sizeof line.in, line.out, sizeof line.out};
    wh_conn_init(&line.conn, &client, &buffers);
    assert_int_equal(wh_conn_prepare(&line.conn), WH_OK);
    assert_true(is_sha384(wake_by(&at, 2)));
    line.peer = peer_accept(at.server);
    assert_int_equal(wh_conn_start(&line.conn), WH_OK);
    line_run(&line);
    assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_OPEN);
    line_free(&line);
    wh_client_free(&client);
}

static wh_peer peer_of(const wh_client_config *config, const wh_peer *noted)
{
    wh_client client;
    make_client(&client, config);
    if (noted != NULL) {
        wh_store_note_peer(&client.binding, *noted);
    }
    wh_peer peer = wh_store_peer(&client.binding);
    wh_client_free(&client);
    return peer;
}

/* To such a server a session is not offered for a number of connects, whatever these take. */
PLATFORM_TEST(a_second_attempt_for_the_suites_is_no_connect_of_its_own)
{
    for (size_t i = 0; i < KINDS; i++) {
        pairing at = serve(&kinds[i], kinds[i].both);
        assert_full(wake_by(&at, 1), WH_REASON_NONE);
        set_suites(&at, kinds[i].sha384);
        for (uint8_t rest = 1; rest < 3; rest++) {
            (void)peer_of(&at.config, &(wh_peer){.breaks = 2, .rest = rest});
            assert_full(wake_by(&at, 2), WH_REASON_RESTING);
            assert_int_equal(peer_of(&at.config, NULL).rest, rest - 1);
        }
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* Neither is told apart from a network that fails. */
static int by_end(wire_line *line)
{
    return wh_conn_eof(&line->conn);
}

static int by_silence(wire_line *line)
{
    wh_conn_silent(&line->conn);
    return wh_conn_outcome(&line->conn)->error;
}

PLATFORM_TEST(a_server_without_a_word_for_it_is_offered_all_from_the_second_wake_on)
{
    int (*const ways[])(wire_line *) = {by_end, by_silence};
    for (size_t i = 0; i < 2 * (size_t)KINDS; i++) {
        pairing at = serve(&kinds[i / 2], kinds[i / 2].sha384);
        at.config.policy.disabled = true; /* no session tells */
        wh_client client;
        wire_line line;
        make_client(&client, &at.config);
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        assert_int_not_equal(ways[i % 2](&line), WH_OK);
        line_free(&line);
        wh_client_free(&client);
        for (int wakes = 0; wakes < 3; wakes++) {
            assert_true(is_sha384(wake_by(&at, 1)));
        }
        set_suites(&at, kinds[i / 2].both);
        assert_false(is_sha384(wake_by(&at, 1)));
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* In TLS 1.2 that is a hash of the whole handshake, beside that of the suite. */
PLATFORM_TEST(a_device_signs_by_the_longer_hashes_if_the_server_wants_that)
{
    static const char *const algorithms[] = {"ECDSA+SHA384", "ECDSA+SHA512"};
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        pairing at = pair_with(server_start(
            &(server_options){.max_version = WH_TLS12, .wants_certificate = true, .session_ids = true}));
        server_set_client_signatures(at.server, algorithms[i]);
        client_identity device = server_client_identity(at.server);
        at.config.certificate = pem_bytes(device.certificate, &at.config.certificate_size);
        at.config.key = pem_bytes(device.key, &at.config.key_size);
        wake_visit visit = wake_by(&at, 1);
        assert_false(is_sha384(visit));
        assert_true(visit.server_saw_certificate);
        free_client_identity(&device);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* Whoever takes neither is not asked a third time. */
PLATFORM_TEST(a_server_that_takes_no_suite_at_all_is_asked_twice)
{
    pairing at = serve(&kinds[1], "ECDHE-ECDSA-AES256-SHA384");
    unsigned attempts = 0;
    wake_visit visit = wake(&at, &attempts);
    assert_int_equal(visit.outcome.error, WH_PEER_ALERT);
    assert_int_equal(attempts, 2);
    assert_false(visit.fallback_due);
    (void)wake(&at, &attempts);
    assert_int_equal(attempts, 1);
}

PLATFORM_TEST(the_suites_that_hash_by_sha384_are_known)
{
    static const struct {
        unsigned number;
        const char *name;
    } suites[] = {
#define WH_SUITE12(number, name) {number, name},
#define WH_SUITE13 WH_SUITE12
#define WH_SUITE12_PSK WH_SUITE12
#include "warmhello/suites.def"
    };
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        assert_int_equal(wh_suite_has_sha384(suites[i].number), strstr(suites[i].name, "SHA384") != NULL);
    }
}
