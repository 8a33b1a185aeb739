/* One platform a process, and what the host's does. */
#include "visit.h"

#include <string.h>

static void an_incomplete_platform_is_refused(void **state)
{
    (void)state;
    const wh_platform whole = *wh_platform_get();
    wh_host_stop();
    static const wh_flash no_flash = {.sector_count = 1};
    wh_platform parts[10];
    for (size_t i = 0; i < 10; i++) {
        parts[i] = whole;
    }
    parts[0].elapsed_us = NULL;
    parts[1].wall_s = NULL;
    parts[2].random = NULL;
    parts[3].allocate = NULL;
    parts[4].reallocate = NULL;
    parts[5].release = NULL;
    parts[6].rtc = NULL;
    parts[7].rtc_size = WH_RTC_SIZE - 1;
    parts[8].device_key = NULL;
    parts[9].flash = &no_flash;
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(wh_platform_install(&parts[i]), WH_USAGE_ARGUMENT);
        assert_null(wh_platform_get());
    }
    assert_int_equal(wh_platform_install(NULL), WH_USAGE_ARGUMENT);
    wh_platform_remove(); /* harmless */
    assert_int_equal(wh_host_start(), WH_OK);
}

static void there_is_one_platform_at_a_time(void **state)
{
    (void)state;
    const wh_platform *first = wh_platform_get();
    assert_int_equal(wh_platform_install(first), WH_USAGE_STATE);
    assert_ptr_equal(wh_platform_get(), first);
}

static void sleep_moves_both_clocks(void **state)
{
    (void)state;
    const wh_platform *p = wh_platform_get();
    uint64_t elapsed_us = p->elapsed_us(p->ctx);
    int64_t wall_s = p->wall_s(p->ctx);
    wh_host_sleep(3600ull * 1000000u);
    assert_true(p->elapsed_us(p->ctx) >= elapsed_us + 3600ull * 1000000u);
    assert_true(p->wall_s(p->ctx) >= wall_s + 3600);
}

static void power_loss_restarts_the_elapsed_clock_only(void **state)
{
    (void)state;
    const wh_platform *p = wh_platform_get();
    wh_host_sleep(3600ull * 1000000u);
    int64_t wall_s = p->wall_s(p->ctx);
    wh_host_lose_power();
    assert_true(p->elapsed_us(p->ctx) < 3600ull * 1000000u);
    assert_true(p->wall_s(p->ctx) >= wall_s);
}

static void saved_state_of_another_size_is_refused(void **state)
{
    (void)state;
    uint8_t saved[WH_HOST_STATE_SIZE];
    assert_int_equal(wh_host_save_state(saved, sizeof saved - 1), WH_USAGE_ARGUMENT);
    assert_int_equal(wh_host_load_state(saved, sizeof saved - 1), WH_USAGE_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLATFORM_TEST(an_incomplete_platform_is_refused),
        PLATFORM_TEST(there_is_one_platform_at_a_time),
        PLATFORM_TEST(sleep_moves_both_clocks),
        PLATFORM_TEST(power_loss_restarts_the_elapsed_clock_only),
        PLATFORM_TEST(saved_state_of_another_size_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
