/* RTC RAM is lost with the power, flash is not: what the next wake does then. */
#include "visit.h"
#include "warmhello/store.h"

#include <string.h>

static uint32_t stored_generation(const wh_client_config *config)
{
    wh_client client;
    wh_stored stored;
    make_client(&client, config);
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_OK);
    wh_session_release(&stored.session);
    wh_client_free(&client);
    return stored.info.generation;
}

/* Opens a connection and goes no further: the ClientHello waits to be sent. */
static wh_outcome open_and_lose_power(const wh_client_config *config, tls_server *server)
{
    wh_client client;
    wire_line line;
    make_client(&client, config);
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    wh_outcome outcome = *wh_conn_outcome(&line.conn);
    wh_host_lose_power(&the_device); /* before anything can be put in order */
    line_free(&line);
    wh_client_free(&client);
    return outcome;
}

static void survives(const server_options *options, wh_kind kind)
{
    pairing at = pair_with(server_start(options));
    wake_visit first = wake_at(&at);
    assert_full(first, WH_REASON_NONE);
    assert_int_equal(first.outcome.stored, WH_TIERS_BOTH);
    assert_int_equal(first.outcome.store_error, WH_OK);
    for (int loss = 0; loss < 5; loss++) {
        wh_host_sleep(&the_device, TEN_MINUTES_US);
        wh_host_lose_power(&the_device);
        wake_visit after = wake_at(&at);
        assert_resumed(after, kind);
        assert_in_range(after.outcome.session_age_s, 599, 3100);
        assert_resumed(wake_at(&at), kind);
    }
}

FLASH_TEST(a_session_id_survives_a_loss_of_power)
{
    survives(&id12, WH_KIND_ID);
}

FLASH_TEST(a_tls12_ticket_survives_a_loss_of_power)
{
    survives(&ticket12, WH_KIND_TICKET);
}

FLASH_TEST(a_tls13_ticket_survives_a_loss_of_power)
{
    survives(&ticket13, WH_KIND_PSK);
}

/* ---- Tickets that may be used once -------------------------------------------------------- */

FLASH_TEST(a_ticket_from_flash_is_offered_once_though_power_goes_again_and_again)
{
    pairing at = pair_with(server_start(&ticket13));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    wh_host_lose_power(&the_device);
    assert_int_equal(open_and_lose_power(&at.config, at.server).kind, WH_KIND_PSK);
    for (int loss = 0; loss < 3; loss++) {
        assert_int_equal(open_and_lose_power(&at.config, at.server).kind, WH_KIND_NONE);
    }
    assert_full(wake_at(&at), WH_REASON_NONE);
}

/* Programs as the chip does, and notes whether wire bytes had come about by then. */
static struct {
    nor *chip;
    const wire_line *line;
    int programs;
} watched;

static int watch_program(void *ctx, uint32_t at, const void *bytes, size_t size)
{
    (void)ctx;
    watched.programs++;
    assert_int_equal(watched.line->conn.outcome.total_tx, 0);
    return watched.chip->flash.program(watched.chip, at, bytes, size);
}

FLASH_TEST(a_ticket_is_spent_in_flash_before_the_client_hello)
{
    pairing at = pair_with(server_start(&ticket13));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    wh_host_lose_power(&the_device);

    wire_line line;
    wh_client client;
    make_client(&client, &at.config);
    watched.chip = *state;
    watched.line = &line;
    watched.programs = 0;
    wh_flash flash = watched.chip->flash;
    flash.program = watch_program;
    wh_platform *platform = &the_device.platform;
    platform->flash = &flash;
    memset(&line, 0, sizeof line);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    assert_true(watched.programs > 0);
    assert_true(line.conn.outcome.total_tx > 0);
    assert_int_equal(line.conn.outcome.kind, WH_KIND_PSK);
    platform->flash = &watched.chip->flash;
    wh_host_lose_power(&the_device);
    wh_stored stored;
    assert_int_equal(wh_store_get(&client.binding, &stored), WH_MISS_EMPTY); /* the mark was among them */
    line_free(&line);
    wh_client_free(&client);
}

FLASH_TEST(of_two_tickets_each_tier_keeps_one)
{
    pairing at = pair_with(server_start(&ticket13));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    server_stop_tickets13(at.server);
    uint32_t in_rtc = stored_generation(&at.config);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
    assert_int_equal(wh_store_tiers(), WH_TIERS_FLASH);
    assert_int_not_equal(stored_generation(&at.config), in_rtc);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
    assert_full(wake_at(&at), WH_REASON_SPENT);
    wh_host_lose_power(&the_device);
    assert_full(wake_at(&at), WH_REASON_NONE);
}

/* One that RTC RAM alone held is spent without flash, and its copy is nowhere. */
FLASH_TEST(a_ticket_spent_in_rtc_ram_leaves_the_one_in_flash)
{
    nor *chip = *state;
    pairing at = pair_with(server_start(&ticket13));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    uint64_t before = nor_operations(chip);
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    assert_int_equal(line_open(&line, &client, at.server), WH_OK);
    assert_int_equal(wh_conn_outcome(&line.conn)->kind, WH_KIND_PSK);
    assert_int_equal(nor_operations(chip), before);
    wh_host_lose_power(&the_device);
    line_free(&line);
    wh_client_free(&client);
    assert_resumed(wake_at(&at), WH_KIND_PSK);
}

FLASH_TEST(a_refused_session_is_not_found_in_flash_again)
{
    const server_options *const all[] = {&id12, &ticket12, &ticket13};
    for (size_t i = 0; i < 3; i++) {
        pairing at = pair_with(server_start(all[i]));
        at.config.max_version = all[i]->max_version; /* or the next one would be asked for TLS 1.3 */
        assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
        wh_host_lose_power(&the_device);
        server_forget_sessions(at.server);
        assert_full(wake_at(&at), WH_REASON_REFUSED);
        wh_host_lose_power(&the_device);
        assert_int_equal(wake_at(&at).outcome.result, WH_RESULT_RESUMED);
    }
}

/* ---- Ages ---------------------------------------------------------------------------------- */

static wh_client_config without_clock(const tls_server *server)
{
    wh_host_set_wall_known(&the_device, false);
    return config_for(server);
}

static wake_visit visit_after_loss(const wh_client_config *config, tls_server *server)
{
    wh_host_sleep(&the_device, TEN_MINUTES_US);
    wh_host_lose_power(&the_device);
    return wake_and_visit(config, server);
}

static const struct {
    const server_options *options;
    wh_kind kind;
} kinds[] = {{&id12, WH_KIND_ID}, {&ticket12, WH_KIND_TICKET}, {&ticket13, WH_KIND_PSK}};

/* Each session that survives so many losses, and then a full handshake; twice, as it begins anew. */
static void resumes_after_losses(uint32_t setting, int losses)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        tls_server *server = server_start(kinds[i].options);
        wh_client_config config = without_clock(server);
        config.policy.trust_after_power_loss = setting;
        assert_full(visit_after_loss(&config, server), WH_REASON_NONE);
        for (int time = 0; time < 2; time++) {
            for (int loss = 0; loss < losses; loss++) {
                wake_visit after = visit_after_loss(&config, server);
                assert_resumed(after, kinds[i].kind);
                assert_int_equal(after.outcome.session_age_s, WH_AGE_UNKNOWN);
                assert_int_equal(after.outcome.stored, WH_TIERS_BOTH);
            }
            assert_full(visit_after_loss(&config, server), WH_REASON_TRUST_SPENT);
        }
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

FLASH_TEST(a_session_outlives_twenty_losses_of_power)
{
    resumes_after_losses(0, WH_TRUST_DEFAULT);
}

FLASH_TEST(a_session_outlives_as_many_losses_of_power_as_are_set)
{
    resumes_after_losses(3, 3);
}

FLASH_TEST(without_trust_it_outlives_the_first_loss_of_power)
{
    resumes_after_losses(WH_TRUST_NONE, 1);
    tls_server *server = server_start(&ticket13);
    wh_client_config config = without_clock(server);
    config.policy.trust_after_power_loss = WH_TRUST_NONE;
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    assert_resumed(visit_after_loss(&config, server), WH_KIND_PSK);
    assert_full(wake_and_visit(&config, server), WH_REASON_TRUST_SPENT); /* without another loss, too */
}

FLASH_TEST(between_losses_of_power_nothing_is_counted)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        tls_server *server = server_start(kinds[i].options);
        wh_client_config config = without_clock(server);
        config.policy.trust_after_power_loss = 2;
        assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
        for (int loss = 0; loss < 2; loss++) {
            assert_resumed(visit_after_loss(&config, server), kinds[i].kind);
            for (int wake = 0; wake < 5; wake++) {
                wh_host_sleep(&the_device, TEN_MINUTES_US);
                assert_resumed(wake_and_visit(&config, server), kinds[i].kind);
            }
        }
        assert_full(visit_after_loss(&config, server), WH_REASON_TRUST_SPENT);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

FLASH_TEST(with_a_known_time_a_loss_of_power_does_not_count)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        pairing at = pair_with(server_start(kinds[i].options));
        at.config.policy.trust_after_power_loss = 1;
        assert_full(wake_at(&at), WH_REASON_NONE);
        for (int loss = 0; loss < 4; loss++) {
            assert_resumed(visit_after_loss(&at.config, at.server), kinds[i].kind);
        }
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* Hours of which the elapsed clock knew count against the cap, though nobody knows how many there were more.
 */
FLASH_TEST(what_is_known_of_an_age_counts)
{
    enum { HOURS = 4 };
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13, .valid_to_s = 30L * 86400});
    wh_client_config config = without_clock(server);
    config.policy.max_authenticated_s = 2 * HOURS * 3600;
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    for (int hour = 0; hour < HOURS; hour++) {
        wh_host_sleep(&the_device, 3600ull * 1000000u);
        assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    }
    /* What flash has is of the full handshake; a loss now and each ticket from then on is in flash. */
    assert_resumed(visit_after_loss(&config, server), WH_KIND_PSK);
    for (int hour = 0; hour < HOURS; hour++) {
        wh_host_sleep(&the_device, 3600ull * 1000000u);
        assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    }
    assert_resumed(visit_after_loss(&config, server), WH_KIND_PSK);
    for (int hour = 0; hour < HOURS; hour++) {
        wh_host_sleep(&the_device, 3600ull * 1000000u);
        wake_visit visit = wake_and_visit(&config, server);
        assert_int_equal(visit.outcome.result, hour + 1 < HOURS ? WH_RESULT_RESUMED : WH_RESULT_FULL);
        assert_int_equal(visit.outcome.reason,
                         hour + 1 < HOURS ? WH_REASON_ACCEPTED : WH_REASON_AUTHENTICATION_OLD);
    }
}

FLASH_TEST(a_session_on_trust_is_counted_before_it_goes_out)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        tls_server *server = server_start(kinds[i].options);
        wh_client_config config = without_clock(server);
        assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
        wh_host_lose_power(&the_device);
        assert_int_equal(open_and_lose_power(&config, server).kind, kinds[i].kind);
        assert_int_equal(open_and_lose_power(&config, server).kind, WH_KIND_NONE);
        assert_int_equal(wh_store_forget(), WH_OK);
    }
}

/* ---- What is written to flash ------------------------------------------------------------------- */

/* The ticket is spent, and the server was not reached. */
static void lose_a_handshake(const wh_client_config *config, tls_server *server)
{
    wh_client client;
    wire_line line;
    make_client(&client, config);
    assert_int_equal(line_open(&line, &client, server), WH_OK);
    wh_conn_abandon(&line.conn);
    line_free(&line);
    wh_client_free(&client);
}

FLASH_TEST(after_a_lost_handshake_nothing_is_written_each_wake)
{
    nor *chip = *state;
    tls_server *server = server_start(&ticket13);
    wh_client_config config = without_clock(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    lose_a_handshake(&config, server);
    assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK); /* flash had one */
    uint64_t before = nor_operations(chip);
    for (int wake = 0; wake < 5; wake++) {
        assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    }
    assert_int_equal(nor_operations(chip), before);
    /* The second chance is there again with the next full handshake. */
    lose_a_handshake(&config, server);
    assert_int_equal(wake_and_visit(&config, server).outcome.stored, WH_TIERS_BOTH);
    lose_a_handshake(&config, server);
    assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
}

/* One ticket in each connection: flash has the same as RTC RAM, which the next wake spends. */
FLASH_TEST(a_device_that_lost_power_lately_writes_each_ticket)
{
    nor *chip = *state;
    tls_server *server = server_start(&(server_options){.min_version = WH_TLS13, .one_ticket13 = true});
    wh_client_config config = without_clock(server);
    assert_full(wake_and_visit(&config, server), WH_REASON_NONE);
    assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    assert_int_equal(wh_store_tiers(), WH_TIERS_RTC); /* it never was lost */
    assert_full(visit_after_loss(&config, server), WH_REASON_NONE);
    for (int loss = 0; loss < 3; loss++) {
        for (int wake = 0; wake < 3; wake++) {
            assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
            assert_int_equal(wh_store_tiers(), WH_TIERS_BOTH);
        }
        assert_resumed(visit_after_loss(&config, server), WH_KIND_PSK);
    }
    wh_host_sleep(&the_device, 3ull * 86400u * 1000000u);
    config.policy.disabled = true; /* the server's tickets do not last so long */
    assert_full(wake_and_visit(&config, server), WH_REASON_DISABLED);
    config.policy.disabled = false;
    assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    uint64_t before = nor_operations(chip);
    for (int wake = 0; wake < 3; wake++) {
        assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
    }
    assert_int_equal(nor_operations(chip), before);
}

FLASH_TEST(a_full_handshake_replaces_a_session_that_has_outlived_losses_of_power)
{
    tls_server *server = server_start(&ticket13);
    wh_client_config config = without_clock(server);
    config.policy.trust_after_power_loss = 1;
    for (int time = 0; time < 20; time++) {
        assert_int_equal(wake_and_visit(&config, server).outcome.result,
                         time == 0 ? WH_RESULT_FULL : WH_RESULT_RESUMED);
        assert_resumed(visit_after_loss(&config, server), WH_KIND_PSK);
        assert_full(visit_after_loss(&config, server), WH_REASON_TRUST_SPENT);
    }
}

/* Lifetime two hours. Captured at 0 h with a known time; power lost at 1.5 h, and the time is not known yet
 * in that wake; it is again (SNTP) in the next, at 2.5 h. The clock is known at both ends: it has expired. */
FLASH_TEST(a_known_time_ends_a_session_that_was_on_trust_in_between)
{
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12, .lifetime_s = 7200}));
    wh_host_set_wall_known(&the_device, true);
    assert_full(wake_at(&at), WH_REASON_NONE);
    wh_host_sleep(&the_device, 5400ull * 1000000u);
    wh_host_lose_power(&the_device);
    wh_host_set_wall_known(&the_device, false);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
    wh_host_set_wall_known(&the_device, true);
    wh_host_sleep(&the_device, 3600ull * 1000000u);
    assert_full(wake_at(&at), WH_REASON_EXPIRED);
}

FLASH_TEST(a_dead_network_costs_no_good_session_where_the_power_is_cut)
{
    wh_host_set_wall_known(&the_device, false);
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12}));
    assert_full(wake_at(&at), WH_REASON_NONE);
    wh_host_lose_power(&the_device);
    wh_client client;
    wire_line line;
    make_client(&client, &at.config);
    for (int attempt = 0; attempt < 2; attempt++) { /* with the session, and in full */
        assert_int_equal(line_open(&line, &client, at.server), WH_OK);
        wh_conn_silent(&line.conn);
        wh_conn_close(&line.conn);
        line_free(&line);
    }
    wh_client_free(&client);
    wh_host_lose_power(&the_device);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
}
