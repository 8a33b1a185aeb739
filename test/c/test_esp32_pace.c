/* What the wakes of the ESP32 port leave to each other about when to wake. */
#include "visit.h"
#include "pace.h"

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

static void without_a_word_from_an_app_it_is_ten_minutes(void **state)
{
    (void)state;
    assert_int_equal(wh_pace_sleep_us(&pace), 600 * second);
}

static void it_is_what_the_app_asked_for_last(void **state)
{
    (void)state;
    wh_pace_asked(&pace, 60 * second);
    wh_pace_asked(&pace, 3600 * second);
    assert_int_equal(wh_pace_sleep_us(&pace), 3600 * second);
}

static void a_restart_and_a_sleep_without_a_timer_are_no_habit(void **state)
{
    (void)state;
    wh_pace_asked(&pace, 60 * second);
    wh_pace_asked(&pace, 20000);
    wh_pace_asked(&pace, 0);
    assert_int_equal(wh_pace_sleep_us(&pace), 60 * second);
}

static void damage_is_not_believed(void **state)
{
    (void)state;
    wh_pace_asked(&pace, 60 * second);
    pace.asked_us ^= 1ULL << 40;
    assert_int_equal(wh_pace_sleep_us(&pace), 600 * second);
    assert_int_equal(wh_pace_offline(&pace), 1);
}

static void wakes_without_a_network_are_counted_until_there_is_one(void **state)
{
    (void)state;
    assert_int_equal(wh_pace_offline(&pace), 1);
    assert_int_equal(wh_pace_offline(&pace), 2);
    wh_pace_asked(&pace, 60 * second);
    assert_int_equal(wh_pace_offline(&pace), 3);
    wh_pace_online(&pace);
    assert_int_equal(wh_pace_offline(&pace), 1);
    assert_int_equal(wh_pace_sleep_us(&pace), 60 * second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_a_word_from_an_app_it_is_ten_minutes, noise),
        cmocka_unit_test_setup(it_is_what_the_app_asked_for_last, noise),
        cmocka_unit_test_setup(a_restart_and_a_sleep_without_a_timer_are_no_habit, noise),
        cmocka_unit_test_setup(damage_is_not_believed, noise),
        cmocka_unit_test_setup(wakes_without_a_network_are_counted_until_there_is_one, noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
