/* The calendar of the ESP32 port, between SNTP's answers. */
#include "visit.h"
#include "wall.h"

#include <string.h>

enum { NOISE = 0xa5 };

static const uint64_t second = 1000000;
static const int64_t day_s = 86400;
static const int64_t ten_years_s = 315360000;
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

static void what_certificates_prove_is_the_floor(void **state)
{
    (void)state;
    wh_wall_prove(&wall, answer_s - 40 * day_s);
    wh_wall_prove(&wall, answer_s - 50 * day_s);
    wh_wall_begin(&wall, false); /* the clock stood still */
    assert_int_equal(wh_wall_now(&wall, 200 * second), 0);
    assert_int_equal(wh_wall_floor(&wall, built_s), answer_s - 41 * day_s);
    wh_wall_prove(&wall, answer_s);
    assert_int_equal(wh_wall_floor(&wall, answer_s + 1), answer_s + 1);
}

static void no_answer_is_a_proof(void **state)
{
    (void)state;
    wh_wall_sync(&wall, answer_s + ten_years_s, built_s, 60 * second);
    assert_int_equal(wh_wall_now(&wall, 61 * second), answer_s + ten_years_s + 1);
    assert_int_equal(wh_wall_floor(&wall, built_s), built_s);
}

/* A time server that lies once, or a single wrong answer on the way, is put right by the next answer. */
static void a_time_in_doubt_is_asked_for_at_once_and_the_answer_wins(void **state)
{
    (void)state;
    wh_wall_sync(&wall, answer_s + ten_years_s, built_s, 60 * second);
    assert_false(wh_wall_is_due(&wall, 61 * second));
    wh_wall_doubt(&wall, 61 * second);
    wh_wall_begin(&wall, true);
    assert_true(wh_wall_is_due(&wall, 62 * second));
    wh_wall_sync(&wall, answer_s, wh_wall_floor(&wall, built_s), 62 * second);
    assert_int_equal(wh_wall_now(&wall, 62 * second), answer_s);
    assert_false(wh_wall_is_due(&wall, 63 * second));
}

/* The certificates have ended in truth: the radio need not ask in each wake. */
static void an_answer_that_confirms_is_believed_for_an_hour(void **state)
{
    (void)state;
    wh_wall_doubt(&wall, 61 * second);
    wh_wall_sync(&wall, answer_s + 12, built_s, 62 * second);
    wh_wall_doubt(&wall, 63 * second);
    assert_false(wh_wall_is_due(&wall, 64 * second));
    wh_wall_doubt(&wall, (62 + 3600) * second);
    assert_true(wh_wall_is_due(&wall, (63 + 3600) * second));
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
        cmocka_unit_test_setup(what_certificates_prove_is_the_floor, synced),
        cmocka_unit_test_setup(no_answer_is_a_proof, synced),
        cmocka_unit_test_setup(a_time_in_doubt_is_asked_for_at_once_and_the_answer_wins, synced),
        cmocka_unit_test_setup(an_answer_that_confirms_is_believed_for_an_hour, synced),
        cmocka_unit_test_setup(it_is_asked_for_once_a_day, synced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
