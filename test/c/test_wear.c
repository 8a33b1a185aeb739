/* Flash wears: how often it is written, and what happens when it fails. */
#include "visit.h"
#include "warmhello/store.h"

#include <string.h>

enum { MINUTE = 60, HOUR = 3600, ENTRIES_MAX = 40 };

static const server_options day_ticket12 = {.max_version = WH_TLS12, .lifetime_s = 86400};

static void sleep_s(uint64_t s)
{
    wh_host_sleep(&the_device, s * 1000000u);
}

/* ---- Written only when its copy is of no more use ---------------------------------------- */

/* Wakes once a minute; flash must not be touched after the first. */
static void fifty_wakes_without_a_write(const server_options *options, wh_kind kind, nor *chip)
{
    pairing at = pair_with(server_start(options));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    uint64_t before = nor_operations(chip);
    for (int wake = 0; wake < 50; wake++) {
        sleep_s(MINUTE);
        wake_visit visit = wake_at(&at);
        assert_resumed(visit, kind);
        assert_int_equal(visit.outcome.stored, WH_TIERS_BOTH);
        assert_int_equal(visit.outcome.store_error, WH_OK);
    }
    assert_int_equal(nor_operations(chip), before);
}

FLASH_TEST(fifty_tls12_wakes_write_nothing)
{
    fifty_wakes_without_a_write(&id12, WH_KIND_ID, *state);
    assert_int_equal(wh_store_forget(), WH_OK);
    sleep_s(HOUR);
    fifty_wakes_without_a_write(&day_ticket12, WH_KIND_TICKET, *state);
}

/* The second ticket of the first wake waits in flash; each new one goes to RTC RAM. */
FLASH_TEST(fifty_tls13_wakes_write_nothing)
{
    fifty_wakes_without_a_write(&ticket13, WH_KIND_PSK, *state);
}

/* Once power was lost, the one ticket of each wake is in both tiers, so each wake marks it
 * and writes the next: the budget holds the erases, here of a wake each minute. */
FLASH_TEST(after_a_loss_of_power_tls13_erases_within_the_budget)
{
    nor *chip = *state;
    pairing at = pair_with(server_start(&ticket13));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    wh_host_lose_power(&the_device);
    uint64_t erases = chip->erases;
    for (int wake = 0; wake < 6 * 60; wake++) {
        assert_resumed(wake_at(&at), WH_KIND_PSK);
        sleep_s(MINUTE);
    }
    assert_in_range(chip->erases - erases, 1, 6 * HOUR * FLASH_SECTORS / 3156);
}

FLASH_TEST(a_copy_near_its_end_is_replaced)
{
    nor *chip = *state;
    tls_server *server = server_start(&ticket13); /* 7200 s */
    wh_client_config config = config_for(server);
    assert_int_equal(wake_and_visit(&config, server).outcome.stored, WH_TIERS_BOTH);
    uint64_t before = nor_operations(chip);
    config.policy.disabled = true; /* each wake goes in full, and brings two tickets */
    sleep_s(5300);
    assert_full(wake_and_visit(&config, server), WH_REASON_DISABLED);
    assert_int_equal(nor_operations(chip), before);
    sleep_s(200);
    assert_full(wake_and_visit(&config, server), WH_REASON_DISABLED);
    assert_true(nor_operations(chip) > before);
    config.policy.disabled = false;
    sleep_s(3000); /* the first copy would have expired by now */
    wh_host_lose_power(&the_device);
    assert_resumed(wake_and_visit(&config, server), WH_KIND_PSK);
}

/* A TLS 1.2 session is not renewed: what RTC RAM holds is what flash holds. */
FLASH_TEST(a_copy_near_its_end_is_not_replaced_by_itself)
{
    nor *chip = *state;
    pairing at = pair_with(server_start(&day_ticket12));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    uint64_t before = nor_operations(chip);
    sleep_s(70000);
    for (int wake = 0; wake < 10; wake++) {
        sleep_s(HOUR / 10);
        assert_resumed(wake_at(&at), WH_KIND_TICKET);
    }
    assert_int_equal(nor_operations(chip), before);
    sleep_s(20000);
    assert_full(wake_at(&at), WH_REASON_EXPIRED);
    assert_true(nor_operations(chip) > before);
    wh_host_lose_power(&the_device);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
}

/* The server promises a week, we keep to a day: so does the copy. */
FLASH_TEST(a_copy_past_our_own_limit_is_replaced)
{
    pairing at = pair_with(server_start(&(server_options){.max_version = WH_TLS12, .lifetime_s = 604800}));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    sleep_s(86400 + HOUR);
    assert_full(wake_at(&at), WH_REASON_EXPIRED);
    wh_host_lose_power(&the_device);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
}

FLASH_TEST(another_configuration_gets_a_copy_of_its_own)
{
    nor *chip = *state;
    pairing at = pair_with(server_start(&day_ticket12));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    uint64_t before = nor_operations(chip);
    at.config.port = 8443;
    wake_visit other = wake_at(&at);
    assert_full(other, WH_REASON_BINDING);
    assert_int_equal(other.outcome.stored, WH_TIERS_BOTH);
    assert_true(nor_operations(chip) > before);
    wh_host_lose_power(&the_device);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
}

/* ---- The budget ------------------------------------------------------------------------------ */

/* Wakes under ever new configurations, which all want flash, until one may not have it. */
static wake_visit wake_until_wear_limit(wh_client_config *config, tls_server *server)
{
    for (int wake = 0; wake < ENTRIES_MAX; wake++) {
        config->port++;
        wake_visit visit = wake_and_visit(config, server);
        assert_int_equal(visit.outcome.result, WH_RESULT_FULL);
        if (visit.outcome.store_error != WH_OK) {
            return visit;
        }
    }
    fail_msg("%d records went to flash without a second erase", ENTRIES_MAX);
    return (wake_visit){0};
}

FLASH_TEST(no_second_erase_comes_before_its_time)
{
    nor *chip = *state;
    chip->flash.erase_interval_s = 2 * HOUR;
    pairing at = pair_with(server_start(&day_ticket12));
    wake_visit limited = wake_until_wear_limit(&at.config, at.server);
    assert_int_equal(chip->erases, 1);
    assert_int_equal(limited.outcome.store_error, WH_MISS_WEAR);
    assert_int_not_equal(limited.outcome.stored, WH_TIERS_NONE);
    assert_resumed(wake_at(&at), WH_KIND_TICKET);
    assert_int_equal(chip->erases, 1);

    sleep_s(2 * HOUR - 60);
    assert_int_equal(wake_at(&at).outcome.store_error, WH_MISS_WEAR);
    assert_int_equal(chip->erases, 1);
    sleep_s(61);
    wake_visit allowed = wake_at(&at);
    assert_resumed(allowed, WH_KIND_TICKET);
    assert_int_equal(allowed.outcome.store_error, WH_OK);
    assert_int_equal(allowed.outcome.stored, WH_TIERS_BOTH);
    assert_int_equal(chip->erases, 2);
}

FLASH_TEST(without_a_setting_the_erases_last_for_ten_years)
{
    nor *chip = *state;
    pairing at = pair_with(server_start(&day_ticket12));
    (void)wake_until_wear_limit(&at.config, at.server);
    /* 100,000 erases of each sector. */
    sleep_s(3156 / FLASH_SECTORS - 60);
    assert_int_equal(wake_at(&at).outcome.store_error, WH_MISS_WEAR);
    sleep_s(61);
    assert_int_equal(wake_at(&at).outcome.store_error, WH_OK);
    assert_int_equal(chip->erases, 2);
}

/* A forget needs no look at what there is, which fails here; the budget is known afterwards all the same. */
FLASH_TEST(a_forget_before_flash_could_be_read_leaves_a_budget)
{
    nor *chip = *state;
    pairing at = pair_with(server_start(&day_ticket12));
    assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
    wh_host_lose_power(&the_device);
    chip->failing_read = 1;
    assert_int_equal(wh_store_forget(), WH_OK);
    wake_visit visit = wake_at(&at);
    assert_int_equal(visit.outcome.store_error, WH_OK);
    assert_int_equal(visit.outcome.stored, WH_TIERS_BOTH);
}

FLASH_TEST(the_sectors_wear_evenly)
{
    nor *chip = *state;
    chip->flash.erase_interval_s = 1;
    pairing at = pair_with(server_start(&id12));
    while (chip->erases < (uint64_t)FLASH_SECTORS * 3) {
        at.config.port++;
        sleep_s(2);
        assert_int_equal(wake_at(&at).outcome.store_error, WH_OK);
    }
    for (size_t i = 0; i < FLASH_SECTORS; i++) {
        assert_int_equal(chip->wear[i], 3);
    }
}

/* ---- Flash that fails --------------------------------------------------------------------------- */

/* A wake, a loss of power, a wake, and so on, where one operation fails. Each gets its
 * connection. Returns whether the failing operation came at all. */
static bool survives_failing(const server_options *options, nor *chip, nor_fault fault)
{
    nor_init(chip, FLASH_SECTORS, fault.nth);
    wh_host_lose_power(&the_device);
    pairing at = pair_with(server_start(options));
    nor_set_fault(chip, fault);
    for (int wake = 0; wake < 6; wake++) {
        wake_visit visit = wake_at(&at);
        assert_int_equal(visit.outcome.error, WH_OK);
        assert_true(visit.outcome.result == WH_RESULT_FULL || visit.outcome.result == WH_RESULT_RESUMED);
        assert_int_not_equal(visit.outcome.stored, WH_TIERS_NONE);
        if (wake % 2 == 1) {
            wh_host_lose_power(&the_device);
        }
    }
    bool came = chip->fault.nth == 0;
    assert_null(nor_violation(chip));
    return came;
}

FLASH_TEST(every_write_may_fail_and_the_wake_does_not)
{
    static const nor_shape shapes[] = {NOR_CUT_BEFORE, NOR_CUT_AFTER, NOR_CUT_BITS, NOR_CUT_WEAK};
    const server_options *const all[] = {&id12, &day_ticket12, &ticket13};
    for (size_t i = 0; i < 3; i++) {
        for (size_t shape = 0; shape < 4; shape++) {
            nor_fault fault = {.nth = 1, .shape = shapes[shape]};
            while (survives_failing(all[i], *state, fault)) {
                fault.nth++;
            }
            assert_true(fault.nth > 5);
        }
    }
}

FLASH_TEST(a_read_may_fail_and_the_wake_does_not)
{
    nor *chip = *state;
    pairing at = pair_with(server_start(&ticket13));
    for (uint64_t nth = 1; chip->failing_read == 0; nth++) {
        nor_init(chip, FLASH_SECTORS, 1);
        wh_host_lose_power(&the_device);
        assert_int_equal(wake_at(&at).outcome.stored, WH_TIERS_BOTH);
        wh_host_lose_power(&the_device);
        chip->failing_read = nth;
        for (int wake = 0; wake < 3; wake++) {
            assert_int_equal(wake_at(&at).outcome.error, WH_OK);
        }
    }
}

/* A ticket that never was in flash needs no mark there. */
FLASH_TEST(a_dead_flash_leaves_rtc_ram)
{
    nor *chip = *state;
    const server_options *const all[] = {&id12, &day_ticket12, &ticket13};
    chip->off = true; /* fails everything */
    for (size_t i = 0; i < 3; i++) {
        pairing at = pair_with(server_start(all[i]));
        wh_host_lose_power(&the_device);
        wake_visit first = wake_at(&at);
        assert_full(first, WH_REASON_NONE);
        assert_int_equal(first.outcome.stored, WH_TIERS_RTC);
        assert_int_equal(first.outcome.store_error, WH_PLATFORM_FLASH);
        for (int wake = 0; wake < 3; wake++) {
            wake_visit next = wake_at(&at);
            assert_int_equal(next.outcome.result, WH_RESULT_RESUMED);
            /* One ticket alone is for RTC RAM. */
            assert_int_equal(next.outcome.store_error, all[i] == &ticket13 ? WH_OK : WH_PLATFORM_FLASH);
        }
    }
}

/* The ticket is in both tiers, and the mark in flash cannot be made: it may not go out. */
FLASH_TEST(a_ticket_that_cannot_be_marked_in_flash_stays_at_home)
{
    nor *chip = *state;
    pairing at = pair_with(server_start(&ticket13));
    assert_full(wake_at(&at), WH_REASON_NONE);
    wh_host_lose_power(&the_device);
    assert_resumed(wake_at(&at), WH_KIND_PSK); /* its one new ticket goes to both */
    assert_int_equal(wh_store_tiers(), WH_TIERS_BOTH);
    chip->off = true;
    assert_full(wake_at(&at), WH_REASON_STORE);
    nor_power_on(chip);
    assert_int_equal(wake_at(&at).outcome.error, WH_OK);
}
