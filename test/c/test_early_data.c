/* The app's first write leaves with the ClientHello: what an app and a server see of it. The server counts.
 */
#include <wolfssl/internal.h>

#include "attempt.h"
#include "network.h"
#include "session.h"
#include "visit.h"

static tls_server *server;
static wh_client_config config;

static const server_options reading = {.min_version = WH_TLS13, .early_data = true, .reads_early_data = true};

static void serve(const server_options *options)
{
    server = server_start(options);
    config = config_for(server);
    config.policy.early_data = true;
}

static int begin_test(void **state)
{
    int result = start_platform(state);
    network_use_clock(&the_device.platform);
    serve(&reading);
    return result;
}

#define TEST(name) TEST_WITH(name, begin_test, stop_platform)

static network_run wake_with(const network_script *script, const wh_connect_options *options)
{
    wh_client client;
    network_script with_server = *script;
    with_server.server = server;
    make_client(&client, &config);
    network_run run = network_run_connect(&client, options, &with_server);
    wh_client_free(&client);
    return run;
}

static network_run wake(const network_script *script)
{
    return wake_with(script, NULL);
}

static const network_script all_is_well;

static void keep_a_session(void)
{
    bool consents = config.policy.early_data;
    config.policy.early_data = false;
    network_run run = wake(&all_is_well);
    config.policy.early_data = consents;
    assert_int_equal(run.error, WH_OK);
    assert_int_not_equal(run.outcome.stored, WH_TIERS_NONE);
}

/* The app had all of its answer, and one server all of the request, once. */
static void assert_served(network_run run, wh_early_data early_data, size_t early_bytes)
{
    assert_string_equal(wh_error_word(run.error), "ok");
    assert_int_equal(run.outcome.early_data, early_data);
    assert_int_equal(run.outcome.early_bytes, early_bytes);
    assert_int_equal(run.got, 6);
    assert_int_equal(run.server_got, 7);
}

static void assert_accepted(network_run run)
{
    assert_true(run.opened_early);
    assert_true(run.server_resumed);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    assert_served(run, WH_EARLY_DATA_ACCEPTED, 7);
    assert_int_equal(run.early_got, 7);
}

/* ---- Taken --------------------------------------------------------------------------------------------- */

TEST(the_first_write_leaves_with_the_hello)
{
    const network_script script = {.name_ms = 3, .tcps = {{.up_ms = 20, .answer_ms = 20}}};
    keep_a_session();
    for (int wakes = 0; wakes < 3; wakes++) {
        network_run run = wake(&script);
        assert_accepted(run);
        assert_int_equal(run.opened_ms, 0);
        assert_int_equal(run.secured_ms, 43);
        assert_true(run.early_in_first);
        assert_int_equal(run.outcome.flights, 3);
    }
}

TEST(nothing_is_offered_without_consent)
{
    keep_a_session();
    config.policy.early_data = false;
    network_run run = wake(&all_is_well);
    assert_false(run.opened_early);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    assert_served(run, WH_EARLY_DATA_NONE, 0);
}

TEST(nothing_is_offered_to_a_server_whose_tickets_do_not_allow_it)
{
    serve(&(server_options){.min_version = WH_TLS13, .reads_early_data = true});
    keep_a_session();
    network_run run = wake(&all_is_well);
    assert_false(run.opened_early);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    assert_served(run, WH_EARLY_DATA_NONE, 0);
}

/* How much the hello of the next wake offers, which has a session in any case. */
static uint32_t limit_after_a_loss_of_power(bool is_time_known)
{
    wire_line line;
    wh_client client;
    wh_host_set_wall_known(&the_device, is_time_known);
    assert_int_equal(wake_and_visit(&config, server).outcome.stored, WH_TIERS_BOTH);
    wh_host_lose_power(&the_device);
    make_client(&client, &config);
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    assert_int_equal(wh_conn_outcome(&line.conn)->kind, WH_KIND_PSK);
    uint32_t limit = wh_conn_early_limit(&line.conn);
    line_free(&line);
    wh_client_free(&client);
    return limit;
}

FLASH_TEST(nothing_is_offered_with_a_session_of_unknown_age)
{
    serve(&reading);
    assert_int_equal(limit_after_a_loss_of_power(false), 0);
}

FLASH_TEST(a_clock_that_tells_how_long_the_power_was_gone_will_do)
{
    serve(&reading);
    assert_int_equal(limit_after_a_loss_of_power(true), 16384);
}

TEST(the_strict_profile_refuses_it)
{
    wh_client client;
    config.policy.profile = WH_PROFILE_STRICT;
    assert_int_equal(wh_client_init(&client, &config), WH_USAGE_ARGUMENT);
    config.policy.early_data = false;
    make_client(&client, &config);
    wh_client_free(&client);
}

TEST(nothing_is_offered_with_a_ticket_that_goes_out_again)
{
    server_options options = reading;
    options.does_not_renew13 = true;
    serve(&options);
    config.policy.reuse = WH_REUSE_WHEN_NOT_RENEWED;
    keep_a_session();
    assert_true(wake(&all_is_well).opened_early); /* has the other one, and waits for none */
    assert_true(wake(&all_is_well).opened_early);
    assert_int_equal(wake(&all_is_well).outcome.result, WH_RESULT_FULL);
    /* From now on the peer is known to give none in a resumption. */
    network_run run = wake(&all_is_well);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    assert_false(run.opened_early);
}

TEST(tcp_that_takes_little_at_a_time_gets_all_of_it)
{
    const network_script script = {.request_size = 3000, .tcps = {{.narrow = 100, .answer_ms = 10}}};
    keep_a_session();
    network_run run = wake_with(&script, &(wh_connect_options){.room = WH_CONNECT_ROOM_MIN});
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.outcome.early_data, WH_EARLY_DATA_ACCEPTED);
    assert_int_equal(run.early_got, 3000);
    assert_int_equal(run.server_got, 3000);
    assert_int_equal(run.got, 6);
}

TEST(an_app_that_writes_late_holds_no_hello_back)
{
    const tcp_script tcp = {.up_ms = 10, .answer_ms = 100};
    keep_a_session();
    network_run run = wake(&(network_script){.tcps = {tcp}, .writes_ms = 50});
    assert_accepted(run);
    assert_false(run.early_in_first);
    assert_int_equal(run.secured_ms, 110);
    run = wake(&(network_script){.tcps = {tcp}, .writes_ms = 111});
    assert_served(run, WH_EARLY_DATA_ACCEPTED, 0);
    assert_int_equal(run.early_got, 0);
    assert_int_equal(run.secured_ms, 110);
    run = wake(&(network_script){.tcps = {tcp}, .writes_nothing = true, .closes_ms = 200});
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.secured_ms, 110);
    assert_int_equal(run.outcome.early_data, WH_EARLY_DATA_ACCEPTED);
}

TEST(many_writes_leave_with_the_hello_too)
{
    keep_a_session();
    network_run run = wake(&(network_script){.piece = 3, .tcps = {{.up_ms = 10, .answer_ms = 10}}});
    assert_accepted(run);
    assert_true(run.early_in_first);
    assert_int_equal(run.secured_ms, 20);
}

/* As nginx does, which answers at once, closes, and never sees the Finished that its ticket waits for. */
TEST(a_server_that_closes_before_it_gives_a_ticket_is_asked_again_when_there_is_one_to_spare)
{
    const network_script leaves = {.tcps = {{.answer_ms = 20, .ends_ms = 21}}, .closes_ms = 50};
    server_options options = reading;
    for (int one = 0; one < 2; one++) {
        options.one_ticket13 = one;
        serve(&options);
        keep_a_session();
        network_run run = wake(&leaves);
        assert_int_equal(run.outcome.early_data, WH_EARLY_DATA_ACCEPTED);
        assert_int_equal(run.got, 6);
        run = wake(&leaves);
        assert_false(run.opened_early);
        assert_int_equal(run.outcome.result, one ? WH_RESULT_FULL : WH_RESULT_RESUMED);
        assert_false(wake(&leaves).opened_early);
        server_forget_sessions(server);
        assert_int_equal(wake(&all_is_well).outcome.result, WH_RESULT_FULL);
        assert_int_equal(wake(&all_is_well).opened_early, !one);
    }
}

TEST(a_server_that_never_renews_loses_nothing_by_it)
{
    server_options options = reading;
    options.does_not_renew13 = true;
    serve(&options);
    keep_a_session();
    assert_accepted(wake(&all_is_well));
    assert_accepted(wake(&all_is_well));
    assert_int_equal(wake(&all_is_well).outcome.result, WH_RESULT_FULL);
    assert_accepted(wake(&all_is_well));
}

/* ---- Not within the limit --------------------------------------------------------------------------------
 */

TEST(a_write_beyond_the_limit_waits_for_the_handshake_whole)
{
    for (uint32_t limit = 6; limit <= 7; limit++) {
        server_options options = reading;
        options.early_limit = limit;
        serve(&options);
        keep_a_session();
        network_run run = wake(&all_is_well);
        assert_true(run.opened_early);
        assert_served(run, WH_EARLY_DATA_ACCEPTED, limit == 7 ? 7 : 0);
        assert_int_equal(run.early_got, limit == 7 ? 7 : 0);
    }
    keep_a_session();
    network_run run = wake(&(network_script){.request_size = WH_EARLY_DATA_MAX + 1});
    assert_int_equal(run.early_got, 0);
    assert_int_equal(run.server_got, WH_EARLY_DATA_MAX + 1);
    assert_int_equal(run.got, 6);
}

/* ---- Not taken -------------------------------------------------------------------------------------------
 */

TEST(what_is_refused_is_sent_again_and_not_offered_before_the_next_full_handshake)
{
    keep_a_session();
    server_read_early_data(server, false);
    const network_script script = {.tcps = {{.up_ms = 20, .answer_ms = 20}}};
    network_run run = wake_with(&script, &(wh_connect_options){.silence_ms = 3000});
    assert_true(run.opened_early);
    assert_int_equal(run.secured_ms, 40);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    assert_served(run, WH_EARLY_DATA_REFUSED, 7);
    assert_int_equal(run.early_got, 0);
    server_read_early_data(server, true);
    run = wake(&all_is_well);
    assert_false(run.opened_early);
    assert_served(run, WH_EARLY_DATA_NONE, 0);
    server_forget_sessions(server);
    assert_int_equal(wake(&all_is_well).outcome.result, WH_RESULT_FULL);
    assert_accepted(wake(&all_is_well));
}

TEST(a_server_that_was_restarted_gets_it_after_a_full_handshake)
{
    keep_a_session();
    server_forget_sessions(server);
    network_run run = wake(&all_is_well);
    assert_int_equal(run.outcome.result, WH_RESULT_FULL);
    assert_int_equal(run.opens, 1);
    assert_served(run, WH_EARLY_DATA_REFUSED, 7);
    assert_accepted(wake(&all_is_well)); /* a restart is no refusal */
}

TEST(a_request_for_another_hello_refuses_it)
{
    server_allow_replay(server); /* otherwise OpenSSL does not know the ticket any more in the second hello */
    keep_a_session();
    server_set_groups(server, "P-256");
    server_read_early_data(server, false);
    network_run run = wake(&all_is_well);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    assert_int_equal(run.outcome.flights, 5);
    assert_int_equal(run.opens, 1);
    assert_served(run, WH_EARLY_DATA_REFUSED, 7);
    assert_true(wake(&all_is_well).opened_early); /* that was about a key, and this hello has another */
}

TEST(another_application_protocol_refuses_it)
{
    server_options options = reading;
    options.alpn = "one";
    serve(&options);
    config.alpn = "one,two";
    keep_a_session();
    assert_accepted(wake(&all_is_well));
    server_set_alpn(server, "two");
    network_run run = wake(&all_is_well);
    assert_int_equal(run.opens, 1);
    assert_served(run, WH_EARLY_DATA_REFUSED, 7);
}

TEST(nothing_is_offered_where_the_server_may_choose_another_protocol)
{
    server_options options = reading;
    options.alpn = "two";
    serve(&options);
    config.alpn = "one,two";
    keep_a_session();
    network_run run = wake(&all_is_well);
    assert_false(run.opened_early);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    assert_served(run, WH_EARLY_DATA_NONE, 0);
    serve(&reading); /* which knows nothing of ALPN */
    config.alpn = "one";
    keep_a_session();
    assert_false(wake(&all_is_well).opened_early);
}

static void assert_second_attempt(network_run run)
{
    assert_true(run.opened_early);
    assert_int_equal(run.opens, 2);
    assert_int_equal(run.outcome.result, WH_RESULT_FULL);
    assert_string_equal(wh_reason_word(run.outcome.reason), "fallback");
}

TEST(another_suite_costs_a_second_attempt_which_brings_it_again)
{
    keep_a_session();
    server_set_suite13(server, "TLS_CHACHA20_POLY1305_SHA256");
    network_run run = wake(&all_is_well);
    assert_second_attempt(run);
    assert_int_equal(run.outcome.early_data, WH_EARLY_DATA_OFFERED);
    assert_int_equal(run.got, 6);
    /* OpenSSL takes the early data all the same, and the client cannot know. */
    assert_int_equal(run.early_got, 7);
    assert_int_equal(run.server_got, 14);
}

/* RFC 8446 D.3. */
TEST(a_server_of_tls12_by_now_costs_a_second_attempt_which_brings_it)
{
    keep_a_session();
    server_set_tls12(server);
    network_run run = wake(&all_is_well);
    assert_second_attempt(run);
    assert_int_equal(run.outcome.protocol, WH_TLS12);
    assert_served(run, WH_EARLY_DATA_OFFERED, 7);
    serve(&reading);
    keep_a_session();
    server_set_tls12(server);
    /* Where nothing left with the hello, the server minds nothing. */
    run = wake(&(network_script){.writes_nothing = true, .closes_ms = 200});
    assert_second_attempt(run);
    assert_int_equal(run.outcome.early_data, WH_EARLY_DATA_NONE);
}

/* ---- Taken, and not known to be
 * ---------------------------------------------------------------------------- */

TEST(a_server_that_takes_it_and_breaks_off_has_it_twice_and_no_more)
{
    const tcp_script breaks[] = {{.answer_ms = 20, .reset_after = 1},
                                 {.answer_ms = 20, .end_after = 100},
                                 {.answer_ms = NEVER, .resets_ms = 10},
                                 {.answer_ms = NEVER, .ends_ms = 10}};
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        keep_a_session();
        network_run run = wake(&(network_script){.tcps = {breaks[i], {.up_ms = 10}}});
        assert_second_attempt(run);
        assert_int_equal(run.outcome.early_data, WH_EARLY_DATA_OFFERED);
        assert_int_equal(run.outcome.early_bytes, 7);
        assert_int_equal(run.early_got, 7);
        assert_int_equal(run.got, 6);
        assert_int_equal(run.server_got, i < 2 ? 14 : 7); /* where it answered it had counted the first */
    }
}

TEST(a_server_that_breaks_off_before_it_took_anything_has_it_once)
{
    keep_a_session();
    network_run run = wake(&(network_script){.tcps = {{.resets = true}, {.up_ms = 10}}});
    assert_second_attempt(run);
    assert_int_equal(run.early_got, 0);
    assert_int_equal(run.server_got, 7);
}

TEST(a_silent_server_is_joined_by_an_attempt_that_brings_it_again)
{
    keep_a_session();
    network_run run = wake(&(network_script){.tcps = {{.answer_ms = NEVER}, {.up_ms = 100}}});
    assert_second_attempt(run);
    assert_int_equal(run.secured_ms, 5100);
    assert_int_equal(run.early_got, 7);
    assert_int_equal(run.server_got, 7);
    assert_int_equal(run.got, 6);
}

TEST(a_slow_server_has_it_once)
{
    keep_a_session();
    network_run run = wake(&(network_script){.tcps = {{.answer_ms = 6000}, {.answer_ms = 6000}}});
    assert_accepted(run);
    assert_int_equal(run.opens, 2);
    assert_int_equal(run.secured_ms, 6000);
}

/* It has not left the device when the second attempt takes over. */
TEST(what_is_still_to_be_sent_by_the_first_attempt_is_not_sent_by_it_any_more)
{
    keep_a_session();
    const network_script script = {.request_size = 3000, .tcps = {{.stalls_after = 1000}, {.up_ms = 10}}};
    network_run run = wake(&script);
    assert_second_attempt(run);
    assert_int_equal(run.early_got, 0);
    assert_int_equal(run.server_got, 3000);
    assert_int_equal(run.got, 6);
}

/* ---- The hello is another one when TCP is up
 * ------------------------------------------------------------------ */

TEST(a_hello_that_has_waited_too_long_is_made_anew_with_it)
{
    const network_script script = {.network = WH_NETWORK_IS_AWAY, .changes = {{6000, WH_NETWORK_IS_UP}}};
    keep_a_session();
    network_run run = wake(&script);
    assert_true(run.opened_early);
    assert_int_equal(run.opened_ms, 0);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    /* OpenSSL has counted no six seconds, and minds. */
    assert_served(run, WH_EARLY_DATA_REFUSED, 7);
}

TEST(a_network_on_trust_that_leads_nowhere_costs_nothing_of_it)
{
    const network_script script = {.network = WH_NETWORK_IS_ON_TRUST,
                                   .changes = {{2300, WH_NETWORK_IS_UP}},
                                   .tcps = {{.error = WH_NETWORK_REFUSED, .up_ms = 10}}};
    keep_a_session();
    network_run run = wake(&script);
    assert_int_equal(run.renewals, 1);
    assert_true(run.opened_early);
    assert_int_equal(run.opened_ms, 0);
    assert_served(run, WH_EARLY_DATA_ACCEPTED, 7);
}

/* ---- By hand
 * ------------------------------------------------------------------------------------------------- */

typedef struct by_hand {
    wh_client client;
    wh_connect connect;
    tls_peer *peer;
    bool has_opened;
    bool is_secured;
    uint8_t got[64];
    size_t got_size;
} by_hand;

static wh_step_kind perform(by_hand *h, const wh_step *step)
{
    uint8_t bytes[2048];
    if (step->kind == WH_STEP_RESOLVE) {
        wh_connect_resolved(&h->connect, true);
    } else if (step->kind == WH_STEP_OPENED) {
        h->has_opened = true;
    } else if (step->kind == WH_STEP_SECURED) {
        h->is_secured = true;
    } else if (step->kind == WH_STEP_SEND) {
        assert_true(step->size <= sizeof bytes);
        memcpy(bytes, step->bytes, step->size);
        wh_connect_sent(&h->connect, step->tcp, step->size);
        peer_take(h->peer, bytes, step->size);
    } else if (step->kind == WH_STEP_READ) {
        int got = wh_connect_read(&h->connect, h->got + h->got_size, sizeof h->got - h->got_size);
        h->got_size += (size_t)got;
    }
    return step->kind;
}

/* Goes on until such a step was done, or nothing is left to do. */
static void go_on(by_hand *h, wh_step_kind until)
{
    uint8_t bytes[2048];
    wh_step_kind kind = WH_STEP_WAIT;
    do {
        wh_step step = wh_connect_next(&h->connect);
        kind = perform(h, &step);
        size_t room = wh_connect_room(&h->connect, 0);
        size_t size = room < sizeof bytes ? room : sizeof bytes;
        size = kind == WH_STEP_WAIT && h->peer != NULL ? peer_give(h->peer, bytes, size) : 0;
        if (size > 0) {
            wh_connect_received(&h->connect, 0, bytes, size);
            kind = WH_STEP_READ;
        }
    } while (kind != until && kind != WH_STEP_WAIT && kind != WH_STEP_OVER);
}

/* As far as TCP, which is not up. */
static void begin_by_hand(by_hand *h, const wh_connect_options *options)
{
    memset(h, 0, sizeof *h);
    make_client(&h->client, &config);
    wh_connect_begin(&h->connect, &h->client, options);
    go_on(h, WH_STEP_WAIT);
}

static void tcp_up(by_hand *h)
{
    h->peer = peer_accept(server);
    wh_connect_ready(&h->connect, 0);
    go_on(h, WH_STEP_WAIT);
}

static void end_by_hand(by_hand *h)
{
    wh_connect_free(&h->connect);
    peer_free(h->peer);
    wh_client_free(&h->client);
}

static int write_request(by_hand *h)
{
    return wh_connect_write(&h->connect, (const uint8_t *)"request", 7);
}

static void assert_request(by_hand *h, size_t early)
{
    uint8_t bytes[64];
    assert_int_equal(peer_early_size(h->peer), early);
    assert_int_equal(peer_read(h->peer, bytes, sizeof bytes), 7);
    assert_memory_equal(bytes, "request", 7);
    assert_int_equal(peer_read(h->peer, bytes, sizeof bytes), 0);
}

TEST(a_session_that_goes_before_tcp_is_up_takes_no_write_with_it)
{
    by_hand h;
    keep_a_session();
    begin_by_hand(&h, NULL);
    assert_true(h.has_opened);
    assert_int_equal(write_request(&h), 7);
    assert_int_equal(wh_store_forget(), WH_OK);
    tcp_up(&h);
    assert_int_equal(wh_connect_outcome(&h.connect)->result, WH_RESULT_FULL);
    assert_int_equal(wh_connect_outcome(&h.connect)->early_data, WH_EARLY_DATA_NONE);
    assert_request(&h, 0);
    end_by_hand(&h);
}

TEST(of_two_connects_with_the_same_ticket_one_has_it)
{
    for (int one = 0; one < 2; one++) {
        by_hand h[2];
        unsigned accepted = 0;
        server_options options = reading;
        options.one_ticket13 = one;
        options.does_not_renew13 = one;
        serve(&options);
        server_allow_replay(server); /* the client alone sees to it */
        assert_int_equal(wh_store_forget(), WH_OK);
        keep_a_session();
        begin_by_hand(&h[0], NULL);
        begin_by_hand(&h[1], NULL);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(write_request(&h[i]), 7);
        }
        for (int i = 0; i < 2; i++) {
            tcp_up(&h[i]);
            bool is_accepted = wh_connect_outcome(&h[i].connect)->early_data == WH_EARLY_DATA_ACCEPTED;
            assert_request(&h[i], is_accepted ? 7 : 0);
            accepted += is_accepted;
        }
        /* The second may have the spare ticket, or the new one, and had made its hello with the first. */
        assert_true(accepted == 1 || (!one && accepted == 2));
        end_by_hand(&h[0]);
        end_by_hand(&h[1]);
    }
}

TEST(nothing_overtakes_a_write_that_waits)
{
    by_hand h;
    server_options options = reading;
    options.early_limit = 5;
    serve(&options);
    keep_a_session();
    network_run run = wake(&(network_script){.piece = 3}); /* 3, 3 and 1 */
    assert_served(run, WH_EARLY_DATA_ACCEPTED, 3);
    assert_int_equal(run.early_got, 3);
    begin_by_hand(&h, NULL);
    assert_int_equal(wh_connect_write(&h.connect, (const uint8_t *)"req", 3), 3);
    assert_int_equal(wh_connect_write(&h.connect, (const uint8_t *)"uest", 4), 0);
    assert_int_equal(wh_connect_write(&h.connect, (const uint8_t *)"!", 1), 0); /* which would fit */
    end_by_hand(&h);
}

TEST(nothing_overtakes_what_was_refused)
{
    by_hand h;
    uint8_t bytes[2048];
    keep_a_session();
    server_read_early_data(server, false);
    begin_by_hand(&h, NULL);
    assert_int_equal(write_request(&h), 7);
    h.peer = peer_accept(server);
    wh_connect_ready(&h.connect, 0);
    go_on(&h, WH_STEP_SEND);
    size_t size = peer_give(h.peer, bytes, sizeof bytes);
    assert_int_equal(wh_connect_received(&h.connect, 0, bytes, size), size);
    assert_int_equal(wh_connect_outcome(&h.connect)->early_data, WH_EARLY_DATA_REFUSED);
    assert_int_equal(wh_connect_write(&h.connect, (const uint8_t *)"later", 5), 5);
    go_on(&h, WH_STEP_WAIT);
    size = 0;
    for (size_t got = 1; got > 0; size += got) {
        got = peer_read(h.peer, bytes + size, sizeof bytes - size);
    }
    assert_int_equal(size, 12);
    assert_memory_equal(bytes, "requestlater", 12);
    end_by_hand(&h);
}

/* The second attempt opens before what the app wrote last could leave by the first. */
TEST(what_waits_when_another_attempt_opens_leaves_by_that_alone)
{
    by_hand h;
    uint8_t bytes[2048];
    keep_a_session();
    begin_by_hand(&h, NULL);
    tls_peer *first = peer_accept(server);
    h.peer = first;
    wh_connect_ready(&h.connect, 0);
    go_on(&h, WH_STEP_SEND);
    network_pass_ms(5000);
    go_on(&h, WH_STEP_OPEN); /* nothing has come of the first for so long */
    h.peer = peer_accept(server);
    wh_connect_ready(&h.connect, 1);
    go_on(&h, WH_STEP_SEND);
    size_t size = peer_give(h.peer, bytes, sizeof bytes);
    assert_int_equal(write_request(&h), 7);
    assert_int_equal(wh_connect_received(&h.connect, 1, bytes, size), size);
    wh_step step = wh_connect_next(&h.connect);
    while (step.kind != WH_STEP_WAIT) {
        assert_false(step.kind == WH_STEP_SEND && step.tcp == 0);
        (void)perform(&h, &step);
        step = wh_connect_next(&h.connect);
    }
    assert_int_equal(peer_early_size(first), 0);
    assert_request(&h, 0);
    peer_free(first);
    end_by_hand(&h);
}

TEST(a_server_that_speaks_first_is_heard_after_the_handshake)
{
    by_hand h;
    keep_a_session();
    begin_by_hand(&h, NULL);
    h.peer = peer_accept(server);
    wh_connect_ready(&h.connect, 0);
    go_on(&h, WH_STEP_SEND);
    peer_write(h.peer, (const uint8_t *)"220 hello", 9);
    go_on(&h, WH_STEP_WAIT);
    assert_true(h.is_secured);
    assert_int_equal(h.got_size, 9);
    assert_memory_equal(h.got, "220 hello", 9);
    assert_int_equal(write_request(&h), 7);
    go_on(&h, WH_STEP_WAIT);
    assert_request(&h, 0);
    end_by_hand(&h);
}

TEST(what_is_written_after_a_read_is_never_early)
{
    by_hand h;
    uint8_t bytes[64];
    size_t size = 0;
    keep_a_session();
    begin_by_hand(&h, NULL);
    assert_int_equal(write_request(&h), 7);
    h.peer = peer_accept(server);
    wh_connect_ready(&h.connect, 0);
    go_on(&h, WH_STEP_SEND);
    peer_write(h.peer, (const uint8_t *)"answer", 6); /* before it has the end of the handshake */
    while (h.got_size == 0) {
        go_on(&h, WH_STEP_READ);
    }
    assert_int_equal(write_request(&h), 7);
    go_on(&h, WH_STEP_WAIT);
    for (size_t got = 1; got > 0; size += got) {
        got = peer_read(h.peer, bytes + size, sizeof bytes - size);
    }
    assert_memory_equal(bytes, "requestrequest", 14);
    assert_int_equal(size, 14);
    assert_int_equal(peer_early_size(h.peer), 7);
    end_by_hand(&h);
}

/* TCP that comes up at once leaves no time to prepare. */
TEST(a_hello_that_was_not_prepared_carries_it_too)
{
    by_hand h;
    keep_a_session();
    memset(&h, 0, sizeof h);
    make_client(&h.client, &config);
    wh_connect_begin(&h.connect, &h.client, NULL);
    go_on(&h, WH_STEP_OPEN);
    assert_false(h.has_opened);
    h.peer = peer_accept(server);
    wh_connect_ready(&h.connect, 0);
    go_on(&h, WH_STEP_OPENED);
    assert_true(h.has_opened);
    assert_int_equal(write_request(&h), 7);
    go_on(&h, WH_STEP_SEND);
    assert_int_equal(peer_early_size(h.peer), 7);
    end_by_hand(&h);
}

/* The server's last flight has come, and the network goes before the app is told. */
TEST(a_network_that_goes_as_the_handshake_ends_leaves_no_tcp_open_and_opens_nothing)
{
    by_hand h;
    uint8_t bytes[2048];
    bool has_closed = false;
    begin_by_hand(&h, NULL);
    h.peer = peer_accept(server);
    wh_connect_ready(&h.connect, 0);
    go_on(&h, WH_STEP_SEND);
    while (wh_connect_outcome(&h.connect)->result == WH_RESULT_PENDING) {
        size_t size = peer_give(h.peer, bytes, 512);
        assert_int_not_equal(size, 0);
        assert_int_equal(wh_connect_received(&h.connect, 0, bytes, size), size);
    }
    wh_connect_network(&h.connect, WH_NETWORK_IS_AWAY);
    wh_step step = wh_connect_next(&h.connect);
    while (step.kind != WH_STEP_OVER) {
        assert_int_not_equal(step.kind, WH_STEP_WAIT);
        has_closed = has_closed || step.kind == WH_STEP_CLOSE;
        (void)perform(&h, &step);
        step = wh_connect_next(&h.connect);
    }
    assert_true(has_closed);
    assert_false(h.has_opened);
    assert_int_equal(wh_connect_error(&h.connect), WH_NETWORK_NONE);
    end_by_hand(&h);
}

/* The end of the handshake, which leaves after the app was told, never arrives. */
TEST(tcp_that_breaks_after_it_opened_and_before_the_last_flight_left_is_an_error)
{
    for (int has_session = 0; has_session < 2; has_session++) {
        by_hand h;
        assert_int_equal(wh_store_forget(), WH_OK);
        config.policy.early_data = false;
        if (has_session) {
            keep_a_session();
        }
        begin_by_hand(&h, NULL);
        h.peer = peer_accept(server);
        wh_connect_ready(&h.connect, 0);
        go_on(&h, WH_STEP_OPENED);
        assert_true(h.has_opened);
        assert_false(peer_is_open(h.peer));
        assert_int_equal(write_request(&h), 7);
        wh_connect_failed(&h.connect, 0, WH_NETWORK_LOST);
        peer_free(h.peer);
        h.peer = NULL;
        go_on(&h, WH_STEP_OVER);
        assert_string_equal(wh_error_word(wh_connect_error(&h.connect)), "truncated");
        end_by_hand(&h);
    }
}

/* Whatever wolfSSL makes of it: a server that has asked for another hello, or speaks another protocol than it
 * did, and says that it took early data, is left before the handshake is done. */
static void assert_not_believed(by_hand *h)
{
    go_on(h, WH_STEP_CLOSE);
    const wh_outcome *o = wh_connect_outcome_of(&h->connect, 0);
    assert_int_equal(o->result, WH_RESULT_FAILED);
    assert_int_equal(o->early_data, WH_EARLY_DATA_OFFERED);
    assert_false(peer_is_open(h->peer));
    assert_int_equal(h->got_size, 0);
    wh_step step = wh_connect_next(&h->connect);
    assert_int_equal(step.kind, WH_STEP_OPEN); /* the second attempt */
    end_by_hand(h);
}

TEST(a_server_that_cannot_have_taken_it_is_not_believed)
{
    by_hand h;
    server_options options = reading;
    options.alpn = "one";
    serve(&options);
    config.alpn = "one,two";
    for (int i = 0; i < 2; i++) {
        keep_a_session();
        begin_by_hand(&h, NULL);
        assert_int_equal(write_request(&h), 7);
        h.peer = peer_accept(server);
        wh_connect_ready(&h.connect, 0);
        go_on(&h, WH_STEP_SEND);
        assert_int_equal(peer_early_size(h.peer), 7);
        if (i == 0) {
            memcpy(h.client.alpn, "two", 3); /* as if the server had turned to its second */
        } else {
            h.connect.attempts[0]->conn.ssl->earlyData = no_early_data; /* as after another hello */
        }
        assert_not_believed(&h);
    }
}

/* ---- The app closes
 * -------------------------------------------------------------------------------------------- */

TEST(an_app_that_closes_at_once_has_sent_what_it_wrote)
{
    const tcp_script tcp = {.up_ms = 20, .answer_ms = 20};
    keep_a_session();
    network_run run = wake(&(network_script){.tcps = {tcp}, .closes_ms = 1});
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.early_got, 7);
    assert_int_equal(run.outcome.early_data, WH_EARLY_DATA_ACCEPTED);
    assert_true(run.server_saw_close);
    assert_int_not_equal(run.outcome.stored, WH_TIERS_NONE);

    server_read_early_data(server, false);
    run = wake(&(network_script){.tcps = {tcp}, .closes_ms = 1});
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.outcome.early_data, WH_EARLY_DATA_REFUSED);
    assert_int_equal(run.server_got, 7);
    assert_true(run.server_saw_close);
}

TEST(an_app_that_closes_while_it_writes_sends_all)
{
    keep_a_session();
    const network_script script = {
        .tcps = {{.up_ms = 20, .answer_ms = 20}}, .request_size = 9000, .piece = 3000, .closes_ms = 1};
    network_run run = wake(&script);
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.early_got, 3000);
    assert_int_equal(run.server_got, 9000);
    assert_true(run.server_saw_close);
}

TEST(an_app_that_closes_without_a_write_leaves_a_session)
{
    keep_a_session();
    network_run run = wake(
        &(network_script){.tcps = {{.up_ms = 20, .answer_ms = 20}}, .writes_nothing = true, .closes_ms = 1});
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    assert_true(run.server_saw_close);
    assert_true(run.secured_ms == NEVER); /* nobody is there to be told */
    assert_int_not_equal(run.outcome.stored, WH_TIERS_NONE);
}

TEST(a_hurry_waits_for_what_was_written_alone)
{
    network_script script = {.tcps = {{.up_ms = 20, .answer_ms = 20}}, .closes_ms = 1, .hurries = true};
    keep_a_session();
    network_run run = wake(&script);
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.early_got, 7);
    assert_true(run.server_saw_close);
    keep_a_session();
    server_read_early_data(server, false);
    run = wake(&script);
    assert_int_equal(run.server_got, 7);
    assert_true(run.server_saw_close);
    server_forget_sessions(server);
    keep_a_session();
    script.writes_nothing = true;
    run = wake(&script);
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.over_ms, 1);
    assert_int_equal(wake(&all_is_well).outcome.result, WH_RESULT_RESUMED); /* its ticket was not spent */
}

TEST(what_a_closed_app_wrote_and_nobody_got_is_told)
{
    keep_a_session();
    network_run run = wake(&(network_script){.is_unknown_name = true, .name_ms = 10, .closes_ms = 1});
    assert_string_equal(wh_error_word(run.error), wh_error_word(WH_NETWORK_UNKNOWN_HOST));
    assert_int_equal(run.over_ms, 10);
}

/* The connection breaks, or the network goes, after the handshake and before it could be sent again. */
TEST(what_a_closed_app_wrote_and_the_server_refused_is_not_lost_without_an_error)
{
    for (int goes = 0; goes < 2; goes++) {
        by_hand h;
        uint8_t bytes[2048];
        keep_a_session();
        server_read_early_data(server, false);
        begin_by_hand(&h, NULL);
        assert_int_equal(write_request(&h), 7);
        wh_connect_close(&h.connect, true);
        h.peer = peer_accept(server);
        wh_connect_ready(&h.connect, 0);
        go_on(&h, WH_STEP_SEND);
        size_t size = peer_give(h.peer, bytes, sizeof bytes);
        assert_int_equal(wh_connect_received(&h.connect, 0, bytes, size), size);
        assert_int_equal(wh_connect_outcome(&h.connect)->early_data, WH_EARLY_DATA_REFUSED);
        if (goes) {
            wh_connect_network(&h.connect, WH_NETWORK_IS_AWAY);
        } else {
            wh_connect_failed(&h.connect, 0, WH_NETWORK_LOST);
        }
        go_on(&h, WH_STEP_OVER);
        assert_string_equal(wh_error_word(wh_connect_error(&h.connect)), goes ? "no-network" : "truncated");
        end_by_hand(&h);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* The server refuses a request of three kilobytes: TCP has taken the end of the handshake and the
 * beginning of the request, and takes no more. */
static void refuse_by_half(by_hand *h, bool closes)
{
    static const uint8_t request[3000];
    uint8_t bytes[2048];
    assert_int_equal(wh_store_forget(), WH_OK);
    keep_a_session();
    server_read_early_data(server, false);
    begin_by_hand(h, NULL);
    assert_int_equal(wh_connect_write(&h->connect, request, sizeof request), sizeof request);
    if (closes) {
        wh_connect_close(&h->connect, true);
    }
    h->peer = peer_accept(server);
    wh_connect_ready(&h->connect, 0);
    size_t size = 0;
    while (size == 0) {
        go_on(h, WH_STEP_SEND);
        size = peer_give(h->peer, bytes, sizeof bytes);
    }
    assert_int_equal(wh_connect_received(&h->connect, 0, bytes, size), size);
    while (!peer_is_open(h->peer)) {
        go_on(h, WH_STEP_SEND);
    }
    assert_int_equal(wh_connect_outcome(&h->connect)->early_data, WH_EARLY_DATA_REFUSED);
    assert_int_equal(wh_connect_next(&h->connect).kind, WH_STEP_SEND);
    wh_connect_sent(&h->connect, 0, 0);
}

TEST(a_server_that_says_goodbye_before_it_has_what_it_refused_is_an_error)
{
    for (int closes = 0; closes < 2; closes++) {
        by_hand h;
        uint8_t bytes[2048];
        refuse_by_half(&h, closes);
        peer_close(h.peer);
        size_t size = peer_give(h.peer, bytes, sizeof bytes);
        assert_int_equal(wh_connect_received(&h.connect, 0, bytes, size), size);
        go_on(&h, WH_STEP_OVER);
        assert_string_equal(wh_error_word(wh_connect_error(&h.connect)), "connection-lost");
        end_by_hand(&h);
    }
}

TEST(a_server_that_does_not_take_what_it_refused_is_an_error_when_the_app_has_closed)
{
    by_hand h;
    refuse_by_half(&h, true);
    network_pass_ms(4999);
    assert_int_equal(wh_connect_next(&h.connect).kind, WH_STEP_WAIT);
    network_pass_ms(1);
    go_on(&h, WH_STEP_OVER);
    assert_string_equal(wh_error_word(wh_connect_error(&h.connect)), "server-silent");
    end_by_hand(&h);
}

/* ---- Errors
 * ------------------------------------------------------------------------------------------------------ */

TEST(an_error_after_it_was_opened_early_ends_it_as_any_other)
{
    static const struct {
        network_script script;
        int error;
        uint64_t over_ms;
    } cases[] = {
        {{.network = WH_NETWORK_IS_AWAY}, WH_NETWORK_NONE, 8000},
        {{.is_unknown_name = true, .name_ms = 10}, WH_NETWORK_UNKNOWN_HOST, 10},
        {{.tcps = {{.error = WH_NETWORK_REFUSED, .up_ms = 10}}}, WH_NETWORK_REFUSED, 10},
        {{.tcps = {{.resets = true}, {.resets = true}}}, WH_PEER_CLOSED, 0},
        {{.tcps = {{.answer_ms = NEVER}, {.answer_ms = NEVER}}}, WH_NETWORK_TIMEOUT, 10000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(wh_store_forget(), WH_OK);
        keep_a_session();
        network_run run = wake(&cases[i].script);
        assert_true(run.opened_early);
        assert_true(run.secured_ms == NEVER);
        assert_string_equal(wh_error_word(run.error), wh_error_word(cases[i].error));
        assert_int_equal(run.outcome.result, WH_RESULT_FAILED);
        assert_int_equal(run.over_ms, cases[i].over_ms);
        assert_int_equal(run.got, 0);
        assert_int_equal(wake(&all_is_well).error, WH_OK);
    }
}

TEST(a_silent_server_is_left_when_it_has_the_request)
{
    keep_a_session();
    const network_script mute = {.is_mute = true, .tcps = {{.up_ms = 10, .answer_ms = 10}}};
    network_run run = wake_with(&mute, &(wh_connect_options){.silence_ms = 3000});
    assert_int_equal(run.error, WH_PEER_SILENT);
    assert_int_equal(run.early_got, 7);
    assert_int_equal(run.over_ms, 3030); /* a ticket came last */
}

TEST(each_allocation_may_fail)
{
    bool is_untouched = false;
    for (uint64_t nth = 1; !is_untouched; nth++) {
        assert_int_equal(wh_store_forget(), WH_OK);
        keep_a_session();
        wh_client client;
        make_client(&client, &config);
        const network_script script = {.server = server, .tcps = {{.up_ms = 10}, {.up_ms = 10}}};
        size_t live = wh_host_memory_take().live_bytes;
        uint64_t before = wh_host_memory_take().allocations;
        wh_host_fail_allocation(&the_device, nth);
        network_run run = network_run_connect(&client, NULL, &script);
        wh_host_fail_allocation(&the_device, 0);
        is_untouched = wh_host_memory_take().allocations - before < nth;
        wh_client_free(&client);
        assert_true(wh_host_memory_take().live_bytes <= live);
        assert_true(run.error == WH_OK || run.error == WH_PLATFORM_MEMORY || run.outcome.error != WH_OK);
        assert_true(run.error != WH_OK || run.got == 6);
        assert_true(run.early_got <= 7 && run.server_got <= 14);
        assert_int_equal(wake(&all_is_well).error, WH_OK);
    }
}
