/* What the wakes of the ESP32 port leave to each other about when to wake. */
#include "visit.h"
#include "rtc/pace.h"

#include <string.h>

enum { NOISE = 0xa5 };

static const uint64_t second = 1000000;

static wh_pace pace;

static int noise(void **state)
{
    (void)state;
    memset(&pace, NOISE, sizeof pace);
    return 0;
}

TEST_WITH(without_a_word_from_an_app_it_is_ten_minutes, noise, NULL)
{
    assert_int_equal(wh_pace_sleep_us(&pace), 600 * second);
}

TEST_WITH(it_is_what_the_app_asked_for_last, noise, NULL)
{
    wh_pace_asked(&pace, 60 * second);
    wh_pace_asked(&pace, 3600 * second);
    assert_int_equal(wh_pace_sleep_us(&pace), 3600 * second);
}

TEST_WITH(a_restart_and_a_sleep_without_a_timer_are_no_habit, noise, NULL)
{
    wh_pace_asked(&pace, 60 * second);
    wh_pace_asked(&pace, 20000);
    wh_pace_asked(&pace, 0);
    assert_int_equal(wh_pace_sleep_us(&pace), 60 * second);
}

TEST_WITH(damage_is_not_believed, noise, NULL)
{
    wh_pace_asked(&pace, 60 * second);
    pace.asked_us ^= 1ULL << 40;
    assert_int_equal(wh_pace_sleep_us(&pace), 600 * second);
    assert_int_equal(wh_pace_offline(&pace), 1);
}

TEST_WITH(wakes_without_a_network_are_counted_until_there_is_one, noise, NULL)
{
    assert_int_equal(wh_pace_offline(&pace), 1);
    assert_int_equal(wh_pace_offline(&pace), 2);
    wh_pace_asked(&pace, 60 * second);
    assert_int_equal(wh_pace_offline(&pace), 3);
    wh_pace_online(&pace);
    assert_int_equal(wh_pace_offline(&pace), 1);
    assert_int_equal(wh_pace_sleep_us(&pace), 60 * second);
}

/* One wake after the other, each of which ends in a crash. */
static uint32_t crash(uint32_t times)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < times; i++) {
        count = wh_pace_crashed(&pace);
    }
    return count;
}

TEST_WITH(crashes_are_counted_until_a_wake_ends_in_sleep, noise, NULL)
{
    assert_int_equal(crash(1), 1);
    assert_int_equal(crash(1), 2);
    wh_pace_asked(&pace, 60 * second);
    assert_int_equal(crash(1), 3);
    wh_pace_ended(&pace);
    assert_int_equal(crash(1), 1);
    assert_int_equal(wh_pace_sleep_us(&pace), 60 * second);
}

TEST_WITH(the_sleep_after_crashes_is_the_apps_and_doubles_up_to_an_hour, noise, NULL)
{
    wh_pace_asked(&pace, 900 * second);
    (void)crash(WH_PACE_CRASHES);
    assert_int_equal(wh_pace_crash_sleep_us(&pace), 900 * second);
    (void)crash(1);
    assert_int_equal(wh_pace_crash_sleep_us(&pace), 1800 * second);
    (void)crash(1);
    assert_int_equal(wh_pace_crash_sleep_us(&pace), 3600 * second);
    (void)crash(1000);
    assert_int_equal(wh_pace_crash_sleep_us(&pace), 3600 * second);
    wh_pace_ended(&pace);
    (void)crash(WH_PACE_CRASHES);
    assert_int_equal(wh_pace_crash_sleep_us(&pace), 900 * second);
}

TEST_WITH(the_sleep_after_crashes_is_never_longer_than_an_hour_but_for_an_app_that_sleeps_longer, noise, NULL)
{
    (void)crash(WH_PACE_CRASHES + 3);
    assert_int_equal(wh_pace_crash_sleep_us(&pace), 3600 * second); /* not 80 minutes */
    wh_pace_asked(&pace, 7200 * second);
    assert_int_equal(wh_pace_crash_sleep_us(&pace), 7200 * second);
}

TEST_WITH(a_count_of_crashes_that_is_damaged_is_not_believed, noise, NULL)
{
    (void)crash(WH_PACE_CRASHES + 2);
    pace.crashes ^= 1U << 20;
    assert_int_equal(wh_pace_crash_sleep_us(&pace), 600 * second);
    assert_int_equal(crash(1), 1);
}
