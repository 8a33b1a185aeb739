/* A device that wakes, reports and sleeps: what the next wake does. */
#include "visit.h"

#include "session.h"

/* Five wakes with sleeps between: full, then resumed each time. */
static void five_wakes(const server_options *options, wh_kind kind)
{
    pairing at = pair_with(server_start(options));
    wake_visit first = wake_at(&at);
    assert_full(first, WH_REASON_NONE);
    assert_true(first.outcome.stored);
    for (int wake = 2; wake <= 5; wake++) {
        wh_host_sleep(&the_device, TEN_MINUTES_US);
        wake_visit again = wake_at(&at);
        assert_resumed(again, kind);
        assert_true(again.outcome.stored);
        assert_in_range(again.outcome.session_age_s, 600, (wake - 1) * 600 + 60);
        assert_true(again.server_saw_close);
        assert_true(again.outcome.handshake_tx + again.outcome.handshake_rx <
                    first.outcome.handshake_tx + first.outcome.handshake_rx);
    }
}

PLATFORM_TEST(tls12_resumes_by_session_id)
{
    five_wakes(&id12, WH_KIND_ID);
}

PLATFORM_TEST(tls12_resumes_by_ticket)
{
    five_wakes(&ticket12, WH_KIND_TICKET);
}

PLATFORM_TEST(tls13_resumes_by_ticket)
{
    five_wakes(&ticket13, WH_KIND_PSK);
}

PLATFORM_TEST(tls13_resumes_where_the_server_keeps_the_sessions)
{
    const server_options options = {.min_version = WH_TLS13, .session_ids = true};
    five_wakes(&options, WH_KIND_PSK);
}

PLATFORM_TEST(without_tickets_tls12_resumes_by_session_id)
{
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12}));
    at.config.no_tickets = true;
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_resumed(wake_at(&at), WH_KIND_ID);
}

PLATFORM_TEST(without_tickets_tls13_goes_in_full_each_time)
{
    pairing at = pair_with(server_start(&ticket13));
    at.config.no_tickets = true;
    for (int wake = 0; wake < 3; wake++) {
        wake_visit visit = wake_at(&at);
        assert_full(visit, WH_REASON_NONE);
        assert_false(visit.outcome.stored);
    }
}

PLATFORM_TEST(a_server_that_sends_no_ticket_leaves_nothing_stored)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true}));
    for (int wake = 0; wake < 2; wake++) {
        wake_visit visit = wake_at(&at);
        assert_full(visit, WH_REASON_NONE);
        assert_false(visit.outcome.stored);
    }
}

PLATFORM_TEST(power_loss_costs_one_full_handshake)
{
    pairing at = pair_with(server_start(&ticket13));
    assert_full(wake_at(&at), WH_REASON_NONE);
    wh_host_lose_power(&the_device);
    assert_full(wake_at(&at), WH_REASON_NONE);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
}

PLATFORM_TEST(another_process_resumes_from_the_saved_slot)
{
    const server_options *const kinds[] = {&id12, &ticket12, &ticket13};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        pairing at = pair_with(server_start(kinds[i]));
        assert_full(wake_at(&at), WH_REASON_NONE);

        uint8_t saved[WH_HOST_STATE_SIZE];
        assert_int_equal(wh_host_save_state(&the_device, saved, sizeof saved), WH_OK);
        wh_platform_remove();
        assert_int_equal(wh_host_start(&the_device, NULL), WH_OK);
        assert_int_equal(wh_host_load_state(&the_device, saved, sizeof saved), WH_OK);

        at.config.port++;
        assert_full(wake_at(&at), WH_REASON_BINDING);
        assert_int_equal(wh_host_load_state(&the_device, saved, sizeof saved), WH_OK);
        at.config.port--;
        assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
        wh_host_lose_power(&the_device);
    }
}

/* One full handshake on the same connection, then the new session resumes. */
static void server_forgets(const server_options *options, wh_kind kind)
{
    pairing at = pair_with(server_start(options));
    at.config.max_version = options->max_version; /* or the next one would be asked for TLS 1.3 */
    assert_full(wake_at(&at), WH_REASON_NONE);
    server_forget_sessions(at.server);
    assert_full(wake_at(&at), WH_REASON_REFUSED);
    assert_resumed(wake_at(&at), kind);
    wh_host_lose_power(&the_device);
}

PLATFORM_TEST(a_server_that_forgot_gets_a_full_handshake_on_the_same_connection)
{
    server_forgets(&id12, WH_KIND_ID);
    server_forgets(&ticket12, WH_KIND_TICKET);
    server_forgets(&ticket13, WH_KIND_PSK);
}

PLATFORM_TEST(an_expired_session_is_not_offered)
{
    const server_options short_lived[] = {
        {.max_version = WH_TLS12, .lifetime_s = 300},
        {.min_version = WH_TLS13, .lifetime_s = 300},
    };
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_with(server_start(&short_lived[i]));
        assert_full(wake_at(&at), WH_REASON_NONE);
        wh_host_sleep(&the_device, TEN_MINUTES_US);
        wake_visit visit = wake_at(&at);
        assert_full(visit, WH_REASON_EXPIRED);
        assert_int_equal(visit.outcome.kind, WH_KIND_NONE);
        assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
        wh_host_lose_power(&the_device);
    }
}

PLATFORM_TEST(a_session_id_without_lifetime_lasts_a_day)
{
    tls_server *server =
        server_start(&(server_options){.max_version = WH_TLS12, .session_ids = true, .lifetime_s = 1000000});
    wh_client_config config = config_for(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    wh_host_sleep(&the_device, (WH_LIFETIME_DEFAULT_S - 60) * 1000000ull);
    assert_resumed(wake_and_visit(&config, server), WH_KIND_ID);
    wh_host_sleep(&the_device, 120 * 1000000ull);
    assert_full(wake_and_visit(&config, server), WH_REASON_EXPIRED);
}

PLATFORM_TEST(a_tls13_ticket_leaves_the_store_when_it_is_offered)
{
    pairing at = pair_with(server_start(&ticket13));
    assert_full(wake_at(&at), WH_REASON_NONE);

    for (int ticket = 0; ticket < 2; ticket++) { /* each that came with the full handshake */
        wh_client client;
        make_client(&client, &at.config);
        wire_line line;
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        assert_int_equal(line.conn.outcome.kind, WH_KIND_PSK);
        line_free(&line); /* the device crashed before an answer came */
        wh_client_free(&client);
    }

    assert_full(wake_at(&at), WH_REASON_SPENT);
}

PLATFORM_TEST(a_tls12_session_stays_when_the_wake_is_cut_short)
{
    pairing at = pair_with(server_start(&ticket12));
    assert_full(wake_at(&at), WH_REASON_NONE);

    wh_client client;
    make_client(&client, &at.config);
    wire_line line;
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    line_free(&line);
    wh_client_free(&client);

    assert_resumed(wake_at(&at), WH_KIND_TICKET);
}

/* wolfSSL would serialise the refused ticket together with the new secret. */
PLATFORM_TEST(a_refused_ticket_is_not_kept_with_the_new_secret)
{
    server_options options = ticket12;
    options.tickets_may_end = true;
    pairing at = pair_with(server_start(&options));
    at.config.max_version = WH_TLS12; /* or nothing would be kept for another reason */
    assert_full(wake_at(&at), WH_REASON_NONE);
    server_end_tickets(at.server);
    wake_visit refused = wake_at(&at);
    assert_full(refused, WH_REASON_REFUSED);
    assert_false(refused.outcome.stored);
    assert_full(wake_at(&at), WH_REASON_NONE);
}

/* Its answer names a session, which wolfSSL alone would take for the promise to resume. */
PLATFORM_TEST(a_server_that_no_longer_speaks_of_tickets_gives_an_id_instead)
{
    pairing at = pair_with(server_start(&ticket12));
    at.config.max_version = WH_TLS12;
    assert_full(wake_at(&at), WH_REASON_NONE);
    server_disable_tickets(at.server);
    assert_full(wake_at(&at), WH_REASON_REFUSED);
    assert_resumed(wake_at(&at), WH_KIND_ID);
}

PLATFORM_TEST(a_short_session_id_is_not_stored)
{
    tls_server *server =
        server_start(&(server_options){.max_version = WH_TLS12, .session_ids = true, .id_size = 16});
    wh_client_config config = config_for(server);
    for (int wake = 0; wake < 2; wake++) {
        wake_visit visit = wake_and_visit(&config, server);
        assert_full(visit, WH_REASON_NONE);
        assert_false(visit.outcome.stored);
    }
}

PLATFORM_TEST(a_tls12_session_without_extended_master_secret_is_not_stored)
{
    const server_options options[] = {
        {.max_version = WH_TLS12, .session_ids = true, .no_ems = true},
        {.max_version = WH_TLS12, .no_ems = true},
    };
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_with(server_start(&options[i]));
        for (int wake = 0; wake < 2; wake++) {
            wake_visit visit = wake_at(&at);
            assert_full(visit, wake == 0 ? WH_REASON_NONE : WH_REASON_NO_EXTENDED_MASTER);
            assert_false(visit.outcome.stored);
            assert_string_equal(wh_error_word(visit.outcome.store_error), "no-extended-master-secret");
        }
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

PLATFORM_TEST(a_server_is_not_told_what_another_one_lacks)
{
    tls_server *old = server_start(&(server_options){.max_version = WH_TLS12, .no_ems = true});
    tls_server *sound = server_start(&(server_options){.no_ems = false});
    wh_client_config to_old = config_for(old);
    wh_client_config to_sound = config_for(sound);
    assert_full(wake_and_visit(&to_old, old), WH_REASON_NONE);
    wake_visit visit = wake_and_visit(&to_sound, sound);
    assert_string_equal(wh_reason_word(visit.outcome.reason), "none");
}

/* It has done as advised, and gives no tickets: it is not of TLS 1.2 any more. */
PLATFORM_TEST(nor_what_it_lacked_before)
{
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12, .no_ems = true}));
    (void)wake_at(&at);
    server_add_tls13(at.server);
    server_stop_tickets13(at.server);
    wake_visit visit = {0};
    for (int wake = 0; wake < 3; wake++) {
        visit = wake_at(&at);
        assert_int_equal(visit.outcome.protocol, WH_TLS13);
    }
    assert_string_not_equal(wh_reason_word(visit.outcome.reason), "no-extended-master-secret");
}
