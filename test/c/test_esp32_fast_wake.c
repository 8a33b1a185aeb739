/* What a wake takes over of the network from the one before. */
#include "visit.h"
#include "rtc/fast_wake.h"

#include <string.h>

enum { NOISE = 0xa5, CHANNEL = 6, LEASE_S = 3600, PPM = 50000 };

static const uint64_t second = 1000000;
static const uint8_t bssid[6] = {1, 2, 3, 4, 5, 6};

static wh_fast_memory memory;

/* Knows the access point and an address of "home" since second 100. */
static int knows_home(void **state)
{
    (void)state;
    wh_lease lease = {.ip = 1, .netmask = 2, .gateway = 3, .dns = 4, .lease_s = LEASE_S};
    memset(&memory, NOISE, sizeof memory);
    wh_fast_note_access_point(&memory, "home", bssid, CHANNEL);
    wh_fast_note_lease(&memory, &lease, 100 * second);
    return 0;
}

static wh_fast_plan plan_at(uint64_t s)
{
    return wh_fast_plan_make(&memory, "home", s * second, PPM);
}

TEST_CASE(noise_is_not_believed)
{
    memset(&memory, NOISE, sizeof memory);
    assert_false(plan_at(1).uses_access_point);
    wh_fast_forget_lease(&memory);
    assert_false(plan_at(1).uses_access_point);
    memset(&memory, 0, sizeof memory);
    assert_false(plan_at(1).uses_access_point);
}

TEST_WITH(what_was_noted_is_used, knows_home, NULL)
{
    wh_fast_plan plan = plan_at(200);
    assert_true(plan.uses_access_point && plan.uses_lease);
    assert_memory_equal(plan.bssid, bssid, sizeof bssid);
    assert_int_equal(plan.channel, CHANNEL);
    assert_int_equal(plan.lease.ip, 1);
    assert_int_equal(plan.lease.dns, 4);
}

TEST_WITH(another_network_uses_nothing_of_it_and_takes_its_place, knows_home, NULL)
{
    assert_false(wh_fast_plan_make(&memory, "office", 200 * second, PPM).uses_access_point);
    wh_fast_note_access_point(&memory, "office", bssid, CHANNEL);
    assert_false(plan_at(200).uses_access_point);
    assert_false(wh_fast_plan_make(&memory, "office", 200 * second, PPM).uses_lease);
}

/* Half of 3600 s, less the 120 s that a wake may last, for a clock that is up to 5 % slow: 1600 s. */
TEST_WITH(a_lease_is_used_for_half_of_its_time_by_the_slowest_clock, knows_home, NULL)
{
    assert_true(plan_at(100 + 1590).uses_lease);
    assert_false(plan_at(100 + 1610).uses_lease);
    assert_true(plan_at(100 + 1610).uses_access_point);
}

TEST_WITH(a_lease_for_ever_stays, knows_home, NULL)
{
    wh_lease lease = {.ip = 1, .lease_s = UINT32_MAX};
    wh_fast_note_lease(&memory, &lease, 100 * second);
    assert_true(plan_at(1000000000).uses_lease);
}

TEST_WITH(a_lease_from_the_future_or_of_unknown_length_is_not_used, knows_home, NULL)
{
    assert_false(plan_at(99).uses_lease);
    wh_lease lease = {.ip = 1};
    wh_fast_note_lease(&memory, &lease, 100 * second);
    assert_false(plan_at(101).uses_lease);
}

TEST_WITH(a_failure_forgets_the_lease_or_all, knows_home, NULL)
{
    wh_fast_forget_lease(&memory);
    assert_true(plan_at(200).uses_access_point);
    assert_false(plan_at(200).uses_lease);
    wh_fast_forget(&memory);
    assert_false(plan_at(200).uses_access_point);
}

TEST_WITH(a_flipped_bit_is_noticed, knows_home, NULL)
{
    for (size_t bit = 0; bit < 8 * sizeof memory; bit++) {
        uint8_t *byte = (uint8_t *)&memory + bit / 8;
        *byte ^= (uint8_t)(1U << bit % 8);
        assert_false(plan_at(200).uses_access_point);
        *byte ^= (uint8_t)(1U << bit % 8);
    }
    assert_true(plan_at(200).uses_access_point);
}
