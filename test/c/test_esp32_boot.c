/* What the ESP32 port believes of its memory when it boots. */
#include "visit.h"
#include "rtc/boot.h"

#include <string.h>

enum { NOISE = 0xa5 };

static const uint64_t second = 1000000;

static wh_boot_memory memory;

/* A device that has slept from second 10 on. */
static int slept(void **state)
{
    (void)state;
    memset(&memory, NOISE, sizeof memory);
    (void)wh_boot_begin(&memory, WH_WAKE_POWER_ON, 0);
    memory.last_us = 10 * second;
    memory.slept_us = 10 * second;
    memory.awake_us = 412000;
    memset(memory.slots, NOISE, sizeof memory.slots);
    return 0;
}

static bool slot_is_kept(void)
{
    return memory.slots[0] == NOISE && memory.slots[sizeof memory.slots - 1] == NOISE;
}

TEST_CASE(noise_after_the_power_came_is_overwritten)
{
    memset(&memory, NOISE, sizeof memory);
    wh_boot boot = wh_boot_begin(&memory, WH_WAKE_POWER_ON, 5);
    assert_int_equal(boot.cause, WH_WAKE_POWER_ON);
    assert_int_equal(boot.number, 1);
    assert_int_equal(boot.slept_ms, 0);
    assert_false(slot_is_kept());
}

TEST_WITH(deep_sleep_keeps_everything_and_is_timed, slept, NULL)
{
    wh_boot boot = wh_boot_begin(&memory, WH_WAKE_DEEP_SLEEP, 70 * second);
    assert_int_equal(boot.cause, WH_WAKE_DEEP_SLEEP);
    assert_int_equal(boot.number, 2);
    assert_int_equal(boot.slept_ms, 60000);
    assert_int_equal(boot.previous_awake_us, 412000);
    assert_true(slot_is_kept());
}

TEST_WITH(a_crash_and_a_restart_keep_everything, slept, NULL)
{
    wh_boot crashed = wh_boot_begin(&memory, WH_WAKE_CRASH, 11 * second);
    assert_int_equal(crashed.slept_ms, 0);
    assert_int_equal(crashed.previous_awake_us, 0);
    assert_int_equal(wh_boot_begin(&memory, WH_WAKE_RESET, 12 * second).number, 3);
    assert_true(slot_is_kept());
}

TEST_WITH(crashes_in_a_row_are_told_at_the_boot_after_each, slept, NULL)
{
    assert_int_equal(wh_boot_begin(&memory, WH_WAKE_CRASH, 11 * second).crashes, 1);
    assert_int_equal(wh_boot_begin(&memory, WH_WAKE_CRASH, 12 * second).crashes, 2);
    assert_int_equal(wh_boot_begin(&memory, WH_WAKE_DEEP_SLEEP, 13 * second).crashes, 0);
    assert_int_equal(wh_boot_begin(&memory, WH_WAKE_CRASH, 14 * second).crashes, 3);
}

TEST_WITH(crashes_before_a_loss_of_power_are_forgotten, slept, NULL)
{
    (void)wh_boot_begin(&memory, WH_WAKE_CRASH, 11 * second);
    (void)wh_boot_begin(&memory, WH_WAKE_CRASH, 12 * second);
    (void)wh_boot_begin(&memory, WH_WAKE_BROWN_OUT, second);
    assert_int_equal(wh_boot_begin(&memory, WH_WAKE_CRASH, 2 * second).crashes, 1);
    memory.magic ^= 1; /* as if the crash had written there */
    wh_boot unsound = wh_boot_begin(&memory, WH_WAKE_CRASH, 3 * second);
    assert_int_equal(unsound.cause, WH_WAKE_POWER_ON);
    assert_int_equal(unsound.crashes, 0);
}

TEST_WITH(memory_that_outlived_a_brown_out_is_overwritten, slept, NULL)
{
    wh_boot boot = wh_boot_begin(&memory, WH_WAKE_BROWN_OUT, 11 * second);
    assert_int_equal(boot.cause, WH_WAKE_BROWN_OUT);
    assert_int_equal(boot.number, 1);
    assert_false(slot_is_kept());
}

/* After an update: what the slots remember of flash is about other parts of it. */
TEST_WITH(memory_of_firmware_for_another_number_of_peers_is_overwritten, slept, NULL)
{
    assert_int_not_equal(WH_PEERS_MAX, 1);
    memory.magic = 0x57484233; /* for one */
    assert_int_equal(wh_boot_begin(&memory, WH_WAKE_RESET, 11 * second).cause, WH_WAKE_POWER_ON);
    assert_false(slot_is_kept());
}

TEST_WITH(a_clock_that_has_begun_anew_is_a_loss_of_power, slept, NULL)
{
    wh_boot boot = wh_boot_begin(&memory, WH_WAKE_DEEP_SLEEP, 9 * second);
    assert_int_equal(boot.cause, WH_WAKE_POWER_ON);
    assert_false(slot_is_kept());
}

TEST_WITH(what_was_proven_outlives_a_brown_out_and_the_time_does_not, slept, NULL)
{
    wh_wall_sync(&memory.wall, 1800000000, 1, 10 * second);
    wh_wall_prove(&memory.wall, 1800000000);
    (void)wh_boot_begin(&memory, WH_WAKE_BROWN_OUT, second);
    assert_int_equal(wh_wall_now(&memory.wall, second), 0);
    assert_int_equal(wh_wall_floor(&memory.wall, 1700000000), 1800000000 - 86400);
}

TEST_CASE(every_second_wake_is_the_full_one)
{
    assert_false(wh_boot_is_full_turn(&(wh_boot){.number = 1}));
    assert_true(wh_boot_is_full_turn(&(wh_boot){.number = 2}));
    assert_false(wh_boot_is_full_turn(&(wh_boot){.number = 3}));
}
