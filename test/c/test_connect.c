/* A connect's rules about time and second tries, by a clock that only the network moves. */
#include "network.h"
#include "visit.h"

#include <string.h>

static tls_server *server;
static wh_client_config config;

static void serve(const server_options *options)
{
    if (server != NULL) {
        server_stop(server);
    }
    server = server_start(options);
    config = config_for(server);
}

static int begin_test(void **state)
{
    int result = start_platform(state);
    network_use_clock(&the_device.platform);
    serve(&(server_options){.min_version = WH_TLS13});
    return result;
}

static int end_test(void **state)
{
    server_stop(server);
    server = NULL;
    return stop_platform(state);
}

#define TEST(name) TEST_WITH(name, begin_test, end_test)

/* One wake, in which the script's server is the one that is served. */
static network_run wake(const network_script *script, const wh_connect_options *options)
{
    wh_client client;
    network_script with_server = *script;
    with_server.server = server;
    make_client(&client, &config);
    network_run run = network_run_connect(&client, options, &with_server);
    wh_client_free(&client);
    return run;
}

static const network_script all_is_well;

static void keep_a_session(void)
{
    network_run run = wake(&all_is_well, NULL);
    assert_int_equal(run.error, WH_OK);
    assert_int_not_equal(run.outcome.stored, WH_TIERS_NONE);
}

static void assert_failed(network_run run, int error, uint64_t after_ms)
{
    assert_string_equal(wh_error_word(run.error), wh_error_word(error));
    assert_int_equal(run.outcome.result, WH_RESULT_FAILED);
    assert_int_equal(run.over_ms, after_ms);
    assert_true(run.opened_ms == NEVER);
}

/* ---- All is well --------------------------------------------------------------------------------------- */

TEST(it_takes_a_round_trip_each_for_name_tcp_and_tls)
{
    const network_script script = {.name_ms = 3, .tcps = {{.up_ms = 20, .answer_ms = 20}}};
    network_run full = wake(&script, NULL);
    assert_int_equal(full.error, WH_OK);
    assert_int_equal(full.outcome.result, WH_RESULT_FULL);
    assert_int_equal(full.opened_ms, 43);
    assert_int_equal(full.got, 6);
    assert_true(full.server_saw_close);

    network_run resumed = wake(&script, NULL);
    assert_int_equal(resumed.outcome.result, WH_RESULT_RESUMED);
    assert_true(resumed.server_resumed);
    assert_int_equal(resumed.opened_ms, 43);
    assert_int_equal(resumed.opens, 1);
}

/* Hello, end of the handshake, goodbye; and in full by TLS 1.2 what the server is asked for in between. */
TEST(the_first_request_leaves_with_the_end_of_the_handshake)
{
    assert_int_equal(wake(&all_is_well, NULL).sends, 3);
    network_run resumed = wake(&all_is_well, NULL);
    assert_int_equal(resumed.outcome.result, WH_RESULT_RESUMED);
    assert_int_equal(resumed.sends, 3);

    serve(&(server_options){.max_version = WH_TLS12});
    assert_int_equal(wake(&all_is_well, NULL).sends, 4);
    resumed = wake(&all_is_well, NULL);
    assert_int_equal(resumed.outcome.result, WH_RESULT_RESUMED);
    assert_int_equal(resumed.sends, 3);
}

TEST(the_app_that_closes_before_it_opens_waits_for_nothing)
{
    network_run run = wake(&(network_script){.tcps = {{.answer_ms = NEVER}}, .closes_ms = 100}, NULL);
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.over_ms, 100);
    assert_int_equal(run.outcome.result, WH_RESULT_PENDING);
}

TEST(plain_tcp_goes_by_the_same_rules)
{
    network_run run = network_run_connect(NULL, NULL, &(network_script){.tcps = {{.up_ms = 5}}});
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.opened_ms, 5);
    assert_int_equal(run.got, 6);
    run = network_run_connect(NULL, NULL, &(network_script){.tcps = {{.error = WH_NETWORK_REFUSED}}});
    assert_int_equal(run.error, WH_NETWORK_REFUSED);
    assert_int_equal(run.outcome.backoff_s, 0);
    run = network_run_connect(NULL, NULL, &(network_script){.tcps = {{.resets = true}}});
    assert_int_equal(run.error, WH_NETWORK_LOST);
    run = network_run_connect(NULL, NULL, &(network_script){.tcps = {{.up_ms = NEVER}}});
    assert_int_equal(run.error, WH_NETWORK_TIMEOUT);
    assert_int_equal(run.over_ms, 6000);
    run = network_run_connect(NULL, &(wh_connect_options){.silence_ms = 3000},
                              &(network_script){.is_mute = true});
    assert_int_equal(run.error, WH_PEER_SILENT);
    assert_int_equal(run.over_ms, 3000);
    run = network_run_connect(NULL, NULL, &(network_script){.request_size = 9000, .tcps = {{.narrow = 100}}});
    assert_int_equal(run.server_got, 9000);
    assert_int_equal(run.got, 6);
}

/* ---- The limits of each part -----------------------------------------------------------------------------
 */

TEST(every_part_has_a_limit)
{
    assert_failed(wake(&(network_script){.network = WH_NETWORK_IS_AWAY}, NULL), WH_NETWORK_NONE, 8000);
    assert_failed(wake(&(network_script){.network = WH_NETWORK_IS_JOINED}, NULL), WH_NETWORK_NO_ADDRESS,
                  5000);
    assert_failed(
        wake(&(network_script){.network = WH_NETWORK_IS_AWAY, .changes = {{1000, WH_NETWORK_IS_JOINED}}},
             NULL),
        WH_NETWORK_NO_ADDRESS, 6000);
    assert_failed(wake(&(network_script){.name_ms = NEVER}, NULL), WH_NETWORK_UNKNOWN_HOST, 5000);
    assert_failed(wake(&(network_script){.tcps = {{.up_ms = NEVER}}}, NULL), WH_NETWORK_TIMEOUT, 6000);
    assert_failed(wake(&(network_script){.tcps = {{.answer_ms = NEVER}}}, NULL), WH_NETWORK_TIMEOUT, 10000);
}

TEST(the_deadline_is_for_all_of_them)
{
    const network_script slow = {
        .network = WH_NETWORK_IS_AWAY,
        .changes = {{7000, WH_NETWORK_IS_JOINED}, {11000, WH_NETWORK_IS_UP}},
        .name_ms = 4000,
        .tcps = {{.up_ms = 4000, .answer_ms = NEVER}},
    };
    assert_failed(wake(&slow, NULL), WH_NETWORK_TIMEOUT, 20000);
    assert_failed(wake(&slow, &(wh_connect_options){.timeout_ms = 1500}), WH_NETWORK_NONE, 1500);
    /* A longer deadline makes all limits longer. */
    const network_script silent = {.tcps = {{.answer_ms = NEVER}}};
    assert_failed(wake(&silent, &(wh_connect_options){.timeout_ms = 60000}), WH_NETWORK_TIMEOUT, 30000);
}

/* ---- The session
 * --------------------------------------------------------------------------------------------- */

static void assert_second_attempt(network_run run, uint64_t opened_ms)
{
    assert_string_equal(wh_error_word(run.error), wh_error_word(WH_OK));
    assert_int_equal(run.outcome.result, WH_RESULT_FULL);
    assert_string_equal(wh_reason_word(run.outcome.reason), "fallback");
    assert_int_equal(run.opens, 2);
    assert_int_equal(run.outcome.attempts, 2);
    assert_int_equal(run.opened_ms, opened_ms);
    assert_int_equal(run.got, 6);
}

TEST(a_session_that_the_server_breaks_off_at_costs_a_round_trip)
{
    const tcp_script breaks[] = {{.up_ms = 10, .resets = true},
                                 {.up_ms = 10, .ends = true},
                                 {.up_ms = 10, .garbage = "no"},
                                 {.up_ms = 10, .answer_ms = 0, .reset_after = 20},
                                 {.up_ms = 10, .answer_ms = 0, .end_after = 20}};
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        keep_a_session();
        assert_second_attempt(wake(&(network_script){.tcps = {breaks[i], {.up_ms = 10}}}, NULL), 20);
    }
}

TEST(a_session_that_the_server_answers_with_silence_is_joined_by_one_in_full)
{
    keep_a_session();
    const network_script silent = {.tcps = {{.up_ms = 100, .answer_ms = NEVER}, {.up_ms = 100}}};
    assert_second_attempt(wake(&silent, NULL), 5200);
    keep_a_session();
    assert_second_attempt(wake(&silent, &(wh_connect_options){.timeout_ms = 1100}), 700);
}

TEST(a_server_that_is_merely_slow_is_not_left)
{
    keep_a_session();
    const network_script slow = {.tcps = {{.answer_ms = 6000}, {.answer_ms = 6000}}};
    network_run run = wake(&slow, NULL);
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.outcome.result, WH_RESULT_RESUMED);
    assert_int_equal(run.opened_ms, 6000);
    assert_int_equal(run.opens, 2);
    assert_int_equal(run.outcome.attempts, 2);
}

TEST(a_connect_in_full_has_nothing_to_gain_by_a_second_attempt)
{
    network_run run = wake(&(network_script){.tcps = {{.answer_ms = NEVER}}}, NULL);
    assert_int_equal(run.opens, 1);
    run = wake(&(network_script){.tcps = {{.resets = true}}}, NULL);
    assert_failed(run, WH_PEER_CLOSED, 0);
    assert_int_equal(run.opens, 1);
    assert_int_equal(run.outcome.attempts, 1);
}

TEST(a_server_that_says_nothing_at_all_ends_the_connect_in_time)
{
    keep_a_session();
    const network_script silent = {.tcps = {{.answer_ms = NEVER}, {.answer_ms = NEVER}}};
    network_run run = wake(&silent, NULL);
    assert_failed(run, WH_NETWORK_TIMEOUT, 10000);
    assert_int_equal(run.opens, 2);
}

/* It has said something, so it is no silence. */
TEST(a_session_at_which_the_server_stalls_is_given_up_after_two_wakes)
{
    const network_script stalls[] = {
        {.tcps = {{.stalls_after_hello = true}}, .closes_ms = 3000}, /* before a second attempt joins */
        {.tcps = {{.stalls_after_hello = true}, {.stalls_after_hello = true}}},
        {.tcps = {{.stalls_after_hello = true}, {.up_ms = NEVER}}},
    };
    serve(&(server_options){.max_version = WH_TLS12});
    for (size_t i = 0; i < sizeof stalls / sizeof *stalls; i++) {
        keep_a_session();
        for (int wakes = 0; wakes < 2; wakes++) {
            network_run run = wake(&stalls[i], NULL);
            assert_int_not_equal(run.outcome.result, WH_RESULT_RESUMED);
            assert_true(run.opened_ms == NEVER);
        }
        network_run run = wake(&all_is_well, NULL);
        assert_int_equal(run.outcome.result, WH_RESULT_FULL);
        assert_string_equal(wh_reason_word(run.outcome.reason), "suspect");
    }
}

TEST(a_server_that_stalls_once_keeps_its_session)
{
    serve(&(server_options){.max_version = WH_TLS12});
    keep_a_session();
    const network_script stalls = {.tcps = {{.stalls_after_hello = true}}, .closes_ms = 3000};
    for (int wakes = 0; wakes < 3; wakes++) {
        (void)wake(&stalls, NULL);
        assert_string_equal(wh_reason_word(wake(&all_is_well, NULL).outcome.reason), "accepted");
    }
}

TEST(a_session_at_which_the_server_stalls_is_joined_by_one_in_full)
{
    const server_options kinds[] = {{.max_version = WH_TLS12}, {.min_version = WH_TLS13}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        serve(&kinds[i]);
        keep_a_session();
        assert_second_attempt(
            wake(&(network_script){.tcps = {{.stalls_after_hello = true}, {.up_ms = 100}}}, NULL), 5100);
    }
}

TEST(the_request_for_a_second_attempt_ends_with_its_connect)
{
    wh_client client;
    serve(&(server_options){.max_version = WH_TLS12});
    keep_a_session();
    make_client(&client, &config);
    network_script script = {
        .server = server,
        .changes = {{7000, WH_NETWORK_IS_AWAY}},
        .tcps = {{.answer_ms = NEVER}, {.up_ms = NEVER}},
    };
    network_run run = network_run_connect(&client, NULL, &script);
    assert_failed(run, WH_NETWORK_NONE, 7000);
    assert_int_equal(run.opens, 2);
    script = (network_script){.server = server};
    run = network_run_connect(&client, NULL, &script);
    assert_string_equal(wh_reason_word(run.outcome.reason), "accepted");
    wh_client_free(&client);
}

TEST(a_reset_before_all_is_sent_is_followed_by_one_in_full)
{
    /* A ClientHello that does not fit into the room at once. */
    config.alpn = "a-protocol-with-a-long-name,another-protocol-with-a-long-name";
    keep_a_session();
    const network_script script = {
        .tcps = {{.narrow = 100, .stalls_after = 300, .resets_ms = 40}, {.up_ms = 10}}};
    network_run run = wake(&script, &(wh_connect_options){.room = WH_CONNECT_ROOM_MIN});
    assert_second_attempt(run, 50);
}

TEST(what_a_first_attempt_asks_for_late_ends_with_its_connect)
{
    wh_client client;
    serve(&(server_options){.max_version = WH_TLS12});
    keep_a_session();
    make_client(&client, &config);
    network_script script = {.server = server, .tcps = {{.answer_ms = NEVER}, {.resets = true}}};
    assert_failed(network_run_connect(&client, NULL, &script), WH_NETWORK_TIMEOUT, 10000);
    script = (network_script){.server = server};
    assert_string_equal(wh_reason_word(network_run_connect(&client, NULL, &script).outcome.reason),
                        "accepted");
    wh_client_free(&client);
}

TEST(times_without_an_end_are_no_times_that_are_over)
{
    const wh_connect_options endless = {.timeout_ms = UINT32_MAX, .silence_ms = UINT32_MAX};
    network_run run = wake(&(network_script){.tcps = {{.up_ms = 100, .answer_ms = 1000}}}, &endless);
    assert_int_equal(run.error, WH_OK);
    serve(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true});
    config.policy.ticket_wait_ms = UINT32_MAX - 1;
    assert_int_equal(wake(&all_is_well, NULL).over_ms, 5000);
}

TEST(no_session_is_blamed_for_a_network_that_is_lost)
{
    serve(&(server_options){.max_version = WH_TLS12});
    keep_a_session();
    const network_script lost = {.tcps = {{.answer_ms = NEVER}}, .changes = {{2000, WH_NETWORK_IS_AWAY}}};
    for (int i = 0; i < 3; i++) {
        network_run run = wake(&lost, NULL);
        assert_failed(run, WH_NETWORK_NONE, 2000);
        assert_int_equal(run.outcome.backoff_s, 0);
    }
    assert_int_equal(wake(&all_is_well, NULL).outcome.result, WH_RESULT_RESUMED);
}

TEST(no_memory_for_a_second_attempt_leaves_the_first)
{
    const network_script slow = {.server = server, .tcps = {{.answer_ms = 6000}, {.answer_ms = 6000}}};
    bool is_met = false;
    for (uint64_t nth = 1; !is_met && nth < 1000; nth++) {
        wh_client client;
        keep_a_session();
        make_client(&client, &config);
        wh_host_fail_allocation(&the_device, nth);
        network_run run = network_run_connect(&client, NULL, &slow);
        wh_host_fail_allocation(&the_device, 0);
        wh_client_free(&client);
        is_met = run.error == WH_OK && run.outcome.result == WH_RESULT_RESUMED && run.opens == 1;
    }
    assert_true(is_met);
}

/* ---- Back-off
 * -------------------------------------------------------------------------------------------------- */

/* What each of three wakes in a row is advised, at most. */
static void assert_advice(const network_script *script, uint32_t third_s)
{
    assert_int_equal(wake(script, NULL).outcome.backoff_s, 0);
    assert_int_equal(wake(script, NULL).outcome.backoff_s, 0);
    assert_advised(wake(script, NULL).outcome.backoff_s, third_s);
    wake(&all_is_well, NULL); /* which forgets them */
    wh_host_lose_power(&the_device);
    network_use_clock(&the_device.platform);
}

TEST(what_the_server_does_is_counted_and_what_the_way_does_is_not)
{
    assert_advice(&(network_script){.tcps = {{.error = WH_NETWORK_REFUSED}}}, 60);
    assert_advice(&(network_script){.tcps = {{.up_ms = NEVER}}}, 60);
    assert_advice(&(network_script){.tcps = {{.answer_ms = NEVER}}}, 60);
    assert_advice(&(network_script){.tcps = {{.resets = true}}}, 60);
    assert_advice(&(network_script){.tcps = {{.garbage = "HTTP/1.1 400 Bad Request"}}}, 60);
    assert_advice(&(network_script){.tcps = {{.error = WH_NETWORK_UNREACHABLE}}}, 0);
    assert_advice(&(network_script){.is_unknown_name = true}, 0);
    assert_advice(&(network_script){.name_ms = NEVER}, 0);
}

TEST(wakes_without_a_network_are_counted_by_who_remembers_them)
{
    const network_script away = {.network = WH_NETWORK_IS_AWAY};
    assert_int_equal(wake(&away, NULL).outcome.backoff_s, 0);
    network_run run = wake(&away, &(wh_connect_options){.offline_wakes = 3});
    assert_advised(run.outcome.backoff_s, 120);
}

TEST(a_second_attempt_that_cannot_be_made_counts)
{
    static const uint32_t advised_s[] = {0, 0, 60, 120};
    const network_script script = {.tcps = {{.resets = true}, {.error = WH_NETWORK_REFUSED}}};
    serve(&(server_options){.max_version = WH_TLS12});
    keep_a_session();
    for (size_t i = 0; i < sizeof advised_s / sizeof *advised_s; i++) {
        network_run run = wake(i < 2 ? &script : &(network_script){.tcps = {{.resets = true}}}, NULL);
        assert_int_equal(run.opens, i < 2 ? 2 : 1); /* after two the session is gone */
        assert_int_equal(run.outcome.error, WH_PEER_CLOSED);
        assert_int_equal(run.outcome.attempts, run.opens);
        assert_advised(run.outcome.backoff_s, advised_s[i]);
    }
}

/* ---- A network on trust
 * --------------------------------------------------------------------------------------------- */

TEST(a_network_on_trust_is_doubted_first)
{
    network_script script = {
        .network = WH_NETWORK_IS_ON_TRUST,
        .changes = {{4000, WH_NETWORK_IS_UP}},
        .name_ms = 10,
        .tcps = {{.up_ms = NEVER}, {.up_ms = 10}},
    };
    network_run run = wake(&script, NULL);
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.renewals, 1);
    assert_int_equal(run.opened_ms, 4020);

    script.tcps[0] = (tcp_script){.error = WH_NETWORK_REFUSED};
    script.tcps[1] = script.tcps[0];
    run = wake(&script, NULL);
    assert_failed(run, WH_NETWORK_REFUSED, 4010);
    assert_int_equal(run.renewals, 1);
    script.changes[0].network = WH_NETWORK_IS_ON_TRUST;
    assert_int_equal(wake(&script, NULL).renewals, 1);
    script.changes[0].network = WH_NETWORK_IS_UP;

    script.is_unknown_name = true;
    assert_failed(wake(&script, NULL), WH_NETWORK_UNKNOWN_HOST, 4010);
    script.name_ms = NEVER;
    assert_failed(wake(&script, NULL), WH_NETWORK_UNKNOWN_HOST, 9000);
}

TEST(a_network_on_trust_in_which_tcp_comes_up_is_none_any_more)
{
    const network_script script = {.network = WH_NETWORK_IS_ON_TRUST,
                                   .tcps = {{.up_ms = 1500, .answer_ms = 4000}}};
    network_run run = wake(&script, NULL);
    assert_int_equal(run.renewals, 0);
    assert_int_equal(run.opened_ms, 5500);
    const network_script refuses = {
        .network = WH_NETWORK_IS_ON_TRUST,
        .tcps = {{.resets = true}, {.error = WH_NETWORK_REFUSED}},
    };
    assert_failed(wake(&refuses, NULL), WH_NETWORK_REFUSED, 0);
    assert_int_equal(wake(&refuses, NULL).renewals, 0);
}

/* ---- Silence and closing
 * ----------------------------------------------------------------------------------------------- */

TEST(a_server_that_owes_an_answer_is_left_when_it_is_silent)
{
    const wh_connect_options options = {.silence_ms = 10000};
    network_run run = wake(&(network_script){.is_mute = true, .tcps = {{.up_ms = 100}}}, &options);
    assert_int_equal(run.error, WH_PEER_SILENT);
    assert_int_equal(run.outcome.result, WH_RESULT_FULL);
    assert_int_equal(run.over_ms, 10100);
    /* One that has answered may be left open, and one whose app has no room is not silent. */
    run = wake(&(network_script){.closes_ms = 60000}, &options);
    assert_int_equal(run.error, WH_OK);
    run = wake(&(network_script){.held_until_ms = 30000}, &options);
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.got, 6);
    assert_int_equal(run.over_ms, 30000);
}

TEST(a_reset_is_not_waited_for_to_go_on)
{
    const network_script script = {
        .request_size = 30000,
        .held_until_ms = 2000,
        .tcps = {{.stalls_after = 9000, .resets_ms = 40}},
    };
    network_run run = wake(&script, NULL);
    assert_string_equal(wh_error_word(run.error), "truncated");
    assert_int_equal(run.over_ms, 2000);
}

TEST(a_close_waits_for_a_ticket_that_is_worth_it)
{
    serve(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true});
    assert_int_equal(wake(&all_is_well, NULL).over_ms, 250);
    assert_int_equal(wake(&all_is_well, NULL).over_ms, 0); /* it gave none the last time either */
}

TEST(a_close_lingers_for_the_server_to_close_as_well)
{
    assert_int_equal(wake(&(network_script){.never_closes = true}, NULL).over_ms, 500);
    assert_int_equal(wake(&(network_script){.tcps = {{.answer_ms = 30}}}, NULL).over_ms, 90);
    network_run run = wake(&(network_script){.closes_ms = 40, .hurries = true, .never_closes = true}, NULL);
    assert_int_equal(run.over_ms, 540);
    assert_true(run.server_saw_close);
}

TEST(a_hurry_leaves_time_for_the_goodbye)
{
    const network_script script = {
        .request_size = 30000,
        .closes_ms = 1000,
        .hurries_ms = 1700,
        .never_closes = true,
        .tcps = {{.stalls_after = 9000}},
    };
    assert_int_equal(wake(&script, NULL).over_ms, 2200);
}

TEST(any_end_is_one_for_an_app_that_has_closed)
{
    serve(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true});
    network_run run = wake(&(network_script){.tcps = {{.ends_ms = 100}}, .closes_ms = 50}, NULL);
    assert_int_equal(run.error, WH_OK);
    assert_int_equal(run.over_ms, 100);
}

TEST(what_the_app_wrote_leaves_before_the_close_but_not_for_ever)
{
    network_run run =
        wake(&(network_script){.request_size = 30000, .closes_ms = 1, .tcps = {{.narrow = 700}}}, NULL);
    assert_int_equal(run.server_got, 30000);
    assert_true(run.server_saw_close);
    run = wake(&(network_script){.request_size = 30000, .closes_ms = 1000, .tcps = {{.stalls_after = 9000}}},
               NULL);
    assert_string_equal(wh_error_word(run.error), "server-silent");
    assert_int_equal(run.over_ms, 6000);
}

TEST(an_end_without_a_goodbye_is_told)
{
    network_run run = wake(&(network_script){.closes_ms = 5000, .tcps = {{.ends_ms = 100}}}, NULL);
    assert_string_equal(wh_error_word(run.error), "truncated");
    assert_int_equal(run.outcome.result, WH_RESULT_FULL);
}
