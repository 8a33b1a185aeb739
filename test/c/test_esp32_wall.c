/* The calendar of the ESP32 port, between SNTP's answers. */
#include "visit.h"
#include "rtc/wall.h"

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

TEST_CASE(noise_is_no_time)
{
    memset(&wall, NOISE, sizeof wall);
    wh_wall_begin(&wall, true);
    assert_int_equal(wh_wall_now(&wall, second), 0);
    assert_int_equal(wh_wall_floor(&wall, built_s), built_s);
    assert_true(wh_wall_is_due(&wall, second));
}

TEST_WITH(the_answer_is_carried_on_by_the_elapsed_clock, synced, NULL)
{
    assert_int_equal(wh_wall_now(&wall, 50 * second), answer_s);
    wh_wall_begin(&wall, true); /* deep sleep */
    assert_int_equal(wh_wall_now(&wall, 3650 * second), answer_s + 3600);
}

TEST_WITH(an_answer_from_before_the_build_is_not_believed, synced, NULL)
{
    wh_wall_sync(&wall, built_s - 1, built_s, 60 * second);
    assert_int_equal(wh_wall_now(&wall, 60 * second), answer_s + 10);
}

TEST_WITH(what_certificates_prove_is_the_floor, synced, NULL)
{
    wh_wall_prove(&wall, answer_s - 40 * day_s);
    wh_wall_prove(&wall, answer_s - 50 * day_s);
    wh_wall_begin(&wall, false); /* the clock stood still */
    assert_int_equal(wh_wall_now(&wall, 200 * second), 0);
    assert_int_equal(wh_wall_floor(&wall, built_s), answer_s - 41 * day_s);
    wh_wall_prove(&wall, answer_s);
    assert_int_equal(wh_wall_floor(&wall, answer_s + 1), answer_s + 1);
}

TEST_WITH(no_answer_is_a_proof, synced, NULL)
{
    wh_wall_sync(&wall, answer_s + ten_years_s, built_s, 60 * second);
    assert_int_equal(wh_wall_now(&wall, 61 * second), answer_s + ten_years_s + 1);
    assert_int_equal(wh_wall_floor(&wall, built_s), built_s);
}

/* A time server that lies once, or a single wrong answer on the way, is put right by the next answer. */
TEST_WITH(a_time_in_doubt_is_asked_for_at_once_and_the_answer_wins, synced, NULL)
{
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
TEST_WITH(an_answer_that_confirms_is_believed_for_an_hour, synced, NULL)
{
    wh_wall_doubt(&wall, 61 * second);
    wh_wall_sync(&wall, answer_s + 12, built_s, 62 * second);
    wh_wall_doubt(&wall, 63 * second);
    assert_false(wh_wall_is_due(&wall, 64 * second));
    wh_wall_doubt(&wall, (62 + 3600) * second);
    assert_true(wh_wall_is_due(&wall, (63 + 3600) * second));
}

TEST_WITH(it_is_asked_for_once_a_day, synced, NULL)
{
    assert_false(wh_wall_is_due(&wall, (50 + 86399) * second));
    assert_true(wh_wall_is_due(&wall, (50 + 86400) * second));
}

/* The first moment from `from_s` on at which it is due, to a minute, in seconds after `from_s`. */
static uint64_t due_after_s(uint64_t from_s)
{
    uint64_t after_s = 0;
    while (!wh_wall_is_due(&wall, (from_s + after_s) * second)) {
        after_s += 60;
    }
    return after_s;
}

TEST_WITH(a_server_that_is_silent_is_left_alone_for_ten_minutes_doubling_up_to_a_day, synced, NULL)
{
    static const uint64_t expected_s[] = {600, 1200, 2400, 4800, 9600, 19200, 38400, 76800, 86400, 86400};
    uint64_t now_s = 50 + 86400;
    for (size_t i = 0; i < sizeof expected_s / sizeof *expected_s; i++) {
        assert_true(wh_wall_is_due(&wall, now_s * second));
        wh_wall_unanswered(&wall, now_s * second);
        wh_wall_begin(&wall, true); /* deep sleep */
        assert_int_equal(due_after_s(now_s), expected_s[i]);
        now_s += expected_s[i];
    }
    wh_wall_sync(&wall, answer_s + ten_years_s, built_s, now_s * second);
    wh_wall_unanswered(&wall, (now_s + 86400) * second);
    assert_int_equal(due_after_s(now_s + 86400), 600); /* an answer ends it */
}

TEST_WITH(a_time_that_was_never_known_is_asked_for_no_more_often, synced, NULL)
{
    wh_wall_begin(&wall, false);
    wh_wall_unanswered(&wall, 2 * second);
    assert_int_equal(due_after_s(2), 600);
    wh_wall_unanswered(&wall, 602 * second);
    wh_wall_begin(&wall, false); /* the power was away: nobody knows how long ago that was */
    assert_true(wh_wall_is_due(&wall, 603 * second));
}

TEST_WITH(a_time_in_doubt_is_asked_for_whoever_was_silent, synced, NULL)
{
    wh_wall_unanswered(&wall, 60 * second);
    wh_wall_doubt(&wall, 61 * second);
    assert_true(wh_wall_is_due(&wall, 62 * second));
}
