/* How long ago something was: two bounds, or unknown. */
#include "visit.h"
#include "clock.h"
#include "warmhello/store.h"

enum { EPOCH = 1, OTHER_EPOCH = 2, SECOND = 1000000 };

static wh_instant at(uint64_t epoch, uint64_t elapsed_us, int64_t wall_s)
{
    return (wh_instant){.epoch = epoch, .elapsed_us = elapsed_us, .wall_s = wall_s};
}

static void assert_age(wh_instant then, wh_instant now, uint64_t least_us, uint64_t most_us)
{
    wh_age age = wh_clock_age(&then, &now);
    assert_true(age.known);
    assert_int_equal(age.least_us, least_us);
    assert_int_equal(age.most_us, most_us);
}

static void assert_unknown(wh_instant then, wh_instant now)
{
    wh_age age = wh_clock_age(&then, &now);
    assert_false(age.known);
    assert_int_equal(age.least_us, 0);
    assert_int_equal(age.most_us, 0);
}

PLATFORM_TEST(within_an_epoch_the_elapsed_clock_tells)
{
    assert_age(at(EPOCH, 5, 0), at(EPOCH, 5, 0), 0, 0);
    assert_age(at(EPOCH, 5, 0), at(EPOCH, 90 * (uint64_t)SECOND, 0), 89999995, 89999995);
    assert_age(at(EPOCH, 0, 1000), at(EPOCH, SECOND, 9000), SECOND, SECOND); /* not the wall clock */
}

PLATFORM_TEST(between_epochs_the_wall_clock_tells_to_a_second)
{
    assert_age(at(EPOCH, 900, 1000), at(OTHER_EPOCH, 5, 1090), 89 * (uint64_t)SECOND, 91 * (uint64_t)SECOND);
    assert_age(at(EPOCH, 900, 1000), at(OTHER_EPOCH, 5, 1000), 0, SECOND);
}

PLATFORM_TEST(without_either_the_age_is_unknown)
{
    assert_unknown(at(EPOCH, 5, 0), at(OTHER_EPOCH, 10, 0));
    assert_unknown(at(EPOCH, 5, 1000), at(OTHER_EPOCH, 10, 0));
    assert_unknown(at(EPOCH, 5, 0), at(OTHER_EPOCH, 10, 1000));
}

PLATFORM_TEST(a_moment_still_to_come_has_no_known_age)
{
    assert_unknown(at(EPOCH, 10, 0), at(EPOCH, 5, 0));
    assert_unknown(at(EPOCH, 5, 1001), at(OTHER_EPOCH, 10, 1000));
    assert_unknown(at(EPOCH, 10, 1001), at(EPOCH, 5, 1000));
}

/* The true age lies between the bounds for every age that such a clock can show. */
PLATFORM_TEST(the_clocks_error_is_within_the_bounds)
{
    static const uint64_t shown[] = {1, 999999, SECOND, 1500001, 86400ull * SECOND, 604800ull * SECOND};
    static const uint32_t errors[] = {0, 1, 20, 500, 50000, 1000000};
    wh_platform *platform = &the_device.platform;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++) {
            platform->elapsed_error_ppm = errors[e];
            wh_instant then = at(EPOCH, 7, 0);
            wh_instant now = at(EPOCH, 7 + shown[i], 0);
            wh_age age = wh_clock_age(&then, &now);
            double error = (double)shown[i] * errors[e] / 1e6;
            assert_true(age.known);
            assert_true((double)age.least_us <= (double)shown[i] - error + 0.5 || age.least_us == 0);
            assert_true((double)age.most_us >= (double)shown[i] + error - 0.5);
            assert_true((double)age.most_us <= (double)shown[i] + error + errors[e] + 0.5);
        }
    }
}

PLATFORM_TEST(an_unset_wall_clock_is_unknown)
{
    wh_host_set_wall_known(&the_device, false);
    assert_int_equal(wh_clock_now(EPOCH).wall_s, 0);
    wh_host_set_wall_known(&the_device, true);
    wh_host_jump_wall(&the_device, -4000000000);
    assert_int_equal(wh_clock_now(EPOCH).wall_s, 0);
}

PLATFORM_TEST(an_epoch_lasts_through_sleep_and_ends_with_the_power)
{
    wh_instant first;
    wh_instant slept;
    wh_instant lost;
    assert_int_equal(wh_store_now(&first), WH_OK);
    wh_host_sleep(&the_device, 3600ull * SECOND);
    assert_int_equal(wh_store_now(&slept), WH_OK);
    assert_int_equal(slept.epoch, first.epoch);
    assert_true(slept.elapsed_us >= first.elapsed_us + 3600ull * SECOND);
    wh_host_lose_power(&the_device);
    assert_int_equal(wh_store_now(&lost), WH_OK);
    assert_int_not_equal(lost.epoch, first.epoch);
}
