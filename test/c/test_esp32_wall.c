/* The calendar of the ESP32 port, between SNTP's answers. */
#include "visit.h"
#include "wall.h"

#include <string.h>

enum { NOISE = 0xa5 };

static const uint64_t second = 1000000;
static const int64_t built_s = 1700000000;
static const int64_t answer_s = 1800000000;

static wh_wall wall;

static int synced(void **state)
{
    (void)state;
    memset(&wall, NOISE, sizeof wall);
    wh_wall_begin(&wall, false);
    wh_wall_sync(&wall, answer_s, built_s, 50 * second);
    return 0;
}

static void noise_is_no_time(void **state)
{
    (void)state;
    memset(&wall, NOISE, sizeof wall);
    wh_wall_begin(&wall, true);
    assert_int_equal(wh_wall_now(&wall, second), 0);
    assert_int_equal(wh_wall_floor(&wall, built_s), built_s);
    assert_true(wh_wall_is_due(&wall, second));
}

static void the_answer_is_carried_on_by_the_elapsed_clock(void **state)
{
    (void)state;
    assert_int_equal(wh_wall_now(&wall, 50 * second), answer_s);
    wh_wall_begin(&wall, true); /* deep sleep */
    assert_int_equal(wh_wall_now(&wall, 3650 * second), answer_s + 3600);
}

static void an_answer_from_before_the_build_is_not_believed(void **state)
{
    (void)state;
    wh_wall_sync(&wall, built_s - 1, built_s, 60 * second);
    assert_int_equal(wh_wall_now(&wall, 60 * second), answer_s + 10);
}

static void the_latest_time_stays_as_the_floor(void **state)
{
    (void)state;
    wh_wall_note(&wall, 150 * second);
    wh_wall_begin(&wall, false); /* the clock stood still */
    assert_int_equal(wh_wall_now(&wall, 200 * second), 0);
    assert_int_equal(wh_wall_floor(&wall, built_s), answer_s + 100);
}

static void it_is_asked_for_once_a_day(void **state)
{
    (void)state;
    assert_false(wh_wall_is_due(&wall, (50 + 86399) * second));
    assert_true(wh_wall_is_due(&wall, (50 + 86400) * second));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_no_time),
        cmocka_unit_test_setup(the_answer_is_carried_on_by_the_elapsed_clock, synced),
        cmocka_unit_test_setup(an_answer_from_before_the_build_is_not_believed, synced),
        cmocka_unit_test_setup(the_latest_time_stays_as_the_floor, synced),
        cmocka_unit_test_setup(it_is_asked_for_once_a_day, synced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
