/* The platform in use, and what the host's does. */
#include "visit.h"

#include <string.h>

#include <wolfssl/wolfcrypt/random.h>

PLATFORM_TEST(an_incomplete_platform_is_refused)
{
    const wh_platform whole = *wh_platform_get();
    wh_platform_remove();
    static const wh_flash no_flash = {.sector_count = 1};
    wh_platform parts[12];
    for (size_t i = 0; i < 12; i++) {
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
    parts[10].peers = 2; /* with a slot for one */
    parts[11].peers = WH_PEERS_MAX + 1;
    parts[11].rtc_size = (WH_PEERS_MAX + 1) * (size_t)WH_RTC_SIZE;
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(wh_platform_use(&parts[i]), WH_USAGE_ARGUMENT);
        assert_null(wh_platform_get());
    }
    assert_int_equal(wh_platform_use(NULL), WH_USAGE_ARGUMENT);
    wh_platform_remove(); /* harmless */
    assert_int_equal(wh_host_start(&the_device, NULL), WH_OK);
}

PLATFORM_TEST(a_platform_that_is_refused_leaves_the_one_before_in_use)
{
    const wh_platform *before = wh_platform_get();
    wh_platform other = *before;
    other.device_key = NULL;
    assert_int_equal(wh_platform_use(&other), WH_USAGE_ARGUMENT);
    assert_ptr_equal(wh_platform_get(), before);
}

static void release_elsewhere(void *ctx, void *memory)
{
    (void)ctx;
    (void)memory;
}

PLATFORM_TEST(all_platforms_of_a_process_share_the_heap)
{
    const wh_platform *before = wh_platform_get();
    wh_platform other = *before;
    other.release = release_elsewhere;
    assert_int_equal(wh_platform_use(&other), WH_USAGE_STATE);
    assert_ptr_equal(wh_platform_get(), before);
    wh_platform_remove();
    assert_int_equal(wh_platform_use(&other), WH_OK); /* wolfSSL starts anew */
    wh_platform_remove();
    assert_null(wh_platform_get());
}

PLATFORM_TEST(sleep_moves_both_clocks)
{
    const wh_platform *p = wh_platform_get();
    uint64_t elapsed_us = p->elapsed_us(p->ctx);
    int64_t wall_s = p->wall_s(p->ctx);
    wh_host_sleep(&the_device, 3600ull * 1000000u);
    assert_true(p->elapsed_us(p->ctx) >= elapsed_us + 3600ull * 1000000u);
    assert_true(p->wall_s(p->ctx) >= wall_s + 3600);
}

PLATFORM_TEST(power_loss_restarts_the_elapsed_clock_only)
{
    const wh_platform *p = wh_platform_get();
    wh_host_sleep(&the_device, 3600ull * 1000000u);
    int64_t wall_s = p->wall_s(p->ctx);
    wh_host_lose_power(&the_device);
    assert_true(p->elapsed_us(p->ctx) < 3600ull * 1000000u);
    assert_true(p->wall_s(p->ctx) >= wall_s);
}

PLATFORM_TEST(saved_state_of_another_size_is_refused)
{
    uint8_t saved[WH_HOST_STATE_SIZE];
    assert_int_equal(wh_host_save_state(&the_device, saved, sizeof saved - 1), WH_USAGE_ARGUMENT);
    assert_int_equal(wh_host_load_state(&the_device, saved, sizeof saved - 1), WH_USAGE_ARGUMENT);
}

/* wolfSSL's own answers, which it would compute at each connection (random_no_self_test.c). */
extern const byte seedA_data[48], reseedSeedA_data[32], outputA_data[128]; /* NOLINT */
extern const byte seedB_data[48], outputB_data[128];                       /* NOLINT */

PLATFORM_TEST(the_random_generator_computes_what_it_should)
{
    byte out[128];
    assert_int_equal(wc_RNG_HealthTest(0, seedB_data, sizeof seedB_data, NULL, 0, out, sizeof out), 0);
    assert_memory_equal(out, outputB_data, sizeof out);
    assert_int_equal(wc_RNG_HealthTest(1, seedA_data, sizeof seedA_data, reseedSeedA_data,
                                       sizeof reseedSeedA_data, out, sizeof out),
                     0);
    assert_memory_equal(out, outputA_data, sizeof out);
}

static int stuck(void *ctx, uint8_t *out, size_t size)
{
    (void)ctx;
    memset(out, 0x55, size);
    return 0;
}

PLATFORM_TEST(a_source_of_entropy_that_is_stuck_is_found)
{
    WC_RNG rng;
    the_device.platform.random = stuck;
    assert_int_not_equal(wc_InitRng(&rng), 0);
}
