#include "warmhello/port_host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "warmhello/platform.h"

/* Seconds since 1970-01-01 UTC when this was built, if the build tells. */
#ifndef WH_BUILT_S
#define WH_BUILT_S 0
#endif

static uint8_t rtc[WH_RTC_SIZE];

/* Added to the machine's clocks, in microseconds. */
static int64_t elapsed_offset_us;
static int64_t wall_offset_us;
static bool wall_known = true;

static uint8_t key[32];
static bool key_made;

static wh_host_memory memory;
static uint64_t failing_allocation;

_Static_assert(WH_HOST_STATE_SIZE == 16 + sizeof key + WH_RTC_SIZE, "two clocks, the key and the slot");

/* ---- Clocks ------------------------------------------------------------------ */

static int64_t clock_us(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static uint64_t elapsed_us(void *ctx)
{
    (void)ctx;
    return (uint64_t)(clock_us(CLOCK_MONOTONIC) + elapsed_offset_us);
}

static int64_t wall_us(void)
{
    return clock_us(CLOCK_REALTIME) + wall_offset_us;
}

static int64_t wall_s(void *ctx)
{
    (void)ctx;
    return wall_known ? wall_us() / 1000000 : 0;
}

/* ---- Entropy ----------------------------------------------------------------- */

static int fill_random(void *ctx, uint8_t *out, size_t size)
{
    (void)ctx;
    while (size > 0) {
        ssize_t got = getrandom(out, size, 0);
        if (got <= 0) {
            return WH_PLATFORM_ENTROPY;
        }
        out += got;
        size -= (size_t)got;
    }
    return WH_OK;
}

static int device_key(void *ctx, uint8_t out[32])
{
    (void)ctx;
    if (!key_made && fill_random(NULL, key, sizeof key) != WH_OK) {
        return WH_PLATFORM_KEY;
    }
    key_made = true;
    memcpy(out, key, sizeof key);
    return WH_OK;
}

void wh_host_set_key(const uint8_t *bytes)
{
    memcpy(key, bytes, sizeof key);
    key_made = true;
}

/* ---- Memory: the C heap, counted. The size stands in front of each block ----- */

typedef union header {
    size_t size;
    max_align_t align;
} header;

static int may_allocate(void)
{
    memory.allocations++;
    return failing_allocation == 0 || --failing_allocation > 0;
}

static void account(size_t added, size_t removed)
{
    memory.live_bytes += added;
    memory.live_bytes -= removed;
    if (memory.live_bytes > memory.peak_bytes) {
        memory.peak_bytes = memory.live_bytes;
    }
}

static void *allocate(void *ctx, size_t size)
{
    (void)ctx;
    header *block = may_allocate() ? malloc(sizeof(header) + size) : NULL;
    if (block == NULL) {
        return NULL;
    }
    block->size = size;
    account(size, 0);
    return block + 1;
}

static void release(void *ctx, void *p)
{
    (void)ctx;
    if (p != NULL) {
        header *block = (header *)p - 1;
        account(0, block->size);
        free(block);
    }
}

static void *reallocate(void *ctx, void *p, size_t size)
{
    void *grown = allocate(ctx, size);
    if (grown != NULL && p != NULL) {
        size_t old = ((header *)p - 1)->size;
        memcpy(grown, p, old < size ? old : size);
        release(ctx, p);
    }
    return grown;
}

/* ---- The platform ------------------------------------------------------------- */

static wh_platform platform = {
    .elapsed_us = elapsed_us,
    .wall_s = wall_s,
    .wall_floor_s = WH_BUILT_S,
    .random = fill_random,
    .allocate = allocate,
    .reallocate = reallocate,
    .release = release,
    .device_key = device_key,
    .rtc = rtc,
    .rtc_size = sizeof rtc,
};

int wh_host_start(void)
{
    return wh_host_start_with(NULL);
}

int wh_host_start_with(const wh_flash *flash)
{
    platform.flash = flash;
    wall_offset_us = 0;
    wall_known = true;
    failing_allocation = 0;
    wh_host_lose_power();
    return wh_platform_install(&platform);
}

void wh_host_stop(void)
{
    wh_platform_remove();
}

void wh_host_sleep(uint64_t us)
{
    elapsed_offset_us += (int64_t)us;
    wall_offset_us += (int64_t)us;
}

void wh_host_lose_power(void)
{
    (void)fill_random(NULL, rtc, sizeof rtc);
    elapsed_offset_us = -clock_us(CLOCK_MONOTONIC);
}

int wh_host_save_state(uint8_t *out, size_t size)
{
    if (size != WH_HOST_STATE_SIZE) {
        return WH_USAGE_ARGUMENT;
    }
    uint64_t elapsed = elapsed_us(NULL);
    int64_t wall = wall_us();
    memcpy(out, &elapsed, 8);
    memcpy(out + 8, &wall, 8);
    int result = device_key(NULL, out + 16);
    memcpy(out + 16 + sizeof key, rtc, sizeof rtc);
    return result;
}

int wh_host_load_state(const uint8_t *bytes, size_t size)
{
    if (size != WH_HOST_STATE_SIZE) {
        return WH_USAGE_ARGUMENT;
    }
    uint64_t elapsed = 0;
    int64_t wall = 0;
    memcpy(&elapsed, bytes, 8);
    memcpy(&wall, bytes + 8, 8);
    wh_host_set_key(bytes + 16);
    memcpy(rtc, bytes + 16 + sizeof key, sizeof rtc);
    /* The board's clocks went on while this process did not exist. */
    int64_t away_us = clock_us(CLOCK_REALTIME) - wall;
    if (away_us < 0) {
        wall_offset_us = -away_us; /* the board had slept beyond the present */
        away_us = 0;
    }
    elapsed_offset_us = (int64_t)elapsed + away_us - clock_us(CLOCK_MONOTONIC);
    return WH_OK;
}

void wh_host_set_wall_known(bool known)
{
    wall_known = known;
}

int64_t wh_host_built_s(void)
{
    return WH_BUILT_S;
}

void wh_host_jump_wall(int64_t s)
{
    wall_offset_us += s * 1000000;
}

void wh_host_fail_allocation(uint64_t nth)
{
    failing_allocation = nth;
}

wh_host_memory wh_host_memory_take(void)
{
    wh_host_memory taken = memory;
    memory.peak_bytes = memory.live_bytes;
    return taken;
}
