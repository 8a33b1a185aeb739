#include "port.h"

#include <string.h>

#include "heap.h"
#include "machine.h"
#include "nor.h"
#include "repeatable.h"
#include "virtio.h"
#include "warmhello/platform.h"

/* ---- RTC RAM: what the chip remembers while its processor is off ------------------------- */

static struct {
    uint32_t magic;
    /* Sleeps that were skipped, in all. */
    uint64_t skipped_us;
    /* What to add to the elapsed clock to have the wall clock; 0 while it is unknown. */
    int64_t wall_offset_s;
    uint8_t slot[WH_RTC_SIZE];
} rtc __attribute__((section(".rtc_ram"), used));

static const uint32_t rtc_magic = 0x33435452;

static uint32_t seed;

static uint64_t elapsed_us(void *ctx)
{
    (void)ctx;
    return rtc.skipped_us + (seed == 0 ? wh_rv32_clock_us() : 0);
}

static int64_t wall_s(void *ctx)
{
    return rtc.wall_offset_s != 0 ? rtc.wall_offset_s + (int64_t)(elapsed_us(ctx) / 1000000u) : 0;
}

void wh_rv32_set_wall(int64_t s)
{
    rtc.wall_offset_s = s != 0 ? s - (int64_t)(elapsed_us(NULL) / 1000000u) : 0;
}

void wh_rv32_pass(uint64_t us)
{
    rtc.skipped_us += us;
}

_Noreturn void wh_rv32_sleep(uint64_t us)
{
    wh_rv32_pass(us);
    wh_rv32_reset();
}

/* ---- Entropy ----------------------------------------------------------------------------------- */

static wh_virtio entropy;
static bool has_entropy;

static int true_random(uint8_t *out, size_t size)
{
    static uint8_t bytes[64];
    while (has_entropy && size > 0) {
        uint32_t got = 0;
        wh_virtio_give(&entropy, 0, bytes, sizeof bytes, true);
        while (!wh_virtio_is_back(&entropy, 0, &got)) {
            wh_rv32_wait();
        }
        size_t taken = got < size ? got : size;
        memcpy(out, bytes, taken);
        out += taken;
        size -= taken;
    }
    return size == 0 ? WH_OK : WH_PLATFORM_ENTROPY;
}

static int fill_random(void *ctx, uint8_t *out, size_t size)
{
    (void)ctx;
    if (seed == 0) {
        return true_random(out, size);
    }
    wh_rv32_repeatable_random(&seed, out, size);
    return WH_OK;
}

/* ---- The platform ------------------------------------------------------------------------------------- */

static uint8_t key[32];

static int device_key(void *ctx, uint8_t out[32])
{
    (void)ctx;
    memcpy(out, key, sizeof key);
    return WH_OK;
}

static wh_platform platform = {
    .elapsed_us = elapsed_us,
    .wall_s = wall_s,
    .random = fill_random,
    .allocate = wh_rv32_allocate,
    .reallocate = wh_rv32_reallocate,
    .release = wh_rv32_release,
    .device_key = device_key,
    .rtc = rtc.slot,
    .rtc_size = sizeof rtc.slot,
};

int wh_rv32_start(const wh_rv32_setup *setup)
{
    seed = setup->seed;
    memcpy(key, setup->key, sizeof key);
    has_entropy = wh_virtio_start(&entropy, WH_VIRTIO_ENTROPY, 1);
    if (rtc.magic != rtc_magic) {
        memset(&rtc, 0, sizeof rtc);
        rtc.magic = rtc_magic;
    }
    platform.flash =
        setup->flash_sectors != 0 ? wh_rv32_nor(setup->flash_sectors, setup->erase_interval_s) : NULL;
    return wh_platform_use(&platform);
}
