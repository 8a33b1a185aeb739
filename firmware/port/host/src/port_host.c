#include "warmhello/port_host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "warmhello/client.h"
#include "warmhello/platform.h"

/* Seconds since 1970-01-01 UTC when this was built, if the build tells. */
#ifndef WH_BUILT_S
#define WH_BUILT_S 0
#endif

_Static_assert(WH_HOST_STATE_SIZE == 16 + sizeof((wh_host_device *)NULL)->key + WH_RTC_SIZE,
               "two clocks, the key and a slot");

/* ---- Clocks ------------------------------------------------------------------ */

static int64_t clock_us(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static uint64_t elapsed_us(void *ctx)
{
    const wh_host_device *device = ctx;
    return (uint64_t)(clock_us(CLOCK_MONOTONIC) + device->elapsed_offset_us);
}

static int64_t wall_us(const wh_host_device *device)
{
    return clock_us(CLOCK_REALTIME) + device->wall_offset_us;
}

static int64_t wall_s(void *ctx)
{
    const wh_host_device *device = ctx;
    return device->wall_unknown ? 0 : wall_us(device) / 1000000;
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
    const wh_host_device *device = ctx;
    memcpy(out, device->key, sizeof device->key);
    return WH_OK;
}

void wh_host_set_key(wh_host_device *device, const uint8_t *key)
{
    memcpy(device->key, key, sizeof device->key);
    device->has_key = true;
}

static int make_key(wh_host_device *device)
{
    uint8_t key[sizeof device->key];
    if (fill_random(NULL, key, sizeof key) != WH_OK) {
        return WH_PLATFORM_KEY;
    }
    wh_host_set_key(device, key);
    return WH_OK;
}

/* ---- Memory: the process's C heap, counted. The size stands in front of each block ---- */

static wh_host_memory memory;

typedef union header {
    size_t size;
    max_align_t align;
} header;

static bool may_allocate(wh_host_device *device)
{
    memory.allocations++;
    return device->failing_allocation == 0 || --device->failing_allocation > 0;
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
    header *block = may_allocate(ctx) ? malloc(sizeof(header) + size) : NULL;
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

static wh_platform platform_of(wh_host_device *device, const wh_flash *flash)
{
    return (wh_platform){
        .ctx = device,
        .elapsed_us = elapsed_us,
        .wall_s = wall_s,
        .wall_floor_s = WH_BUILT_S,
        .random = fill_random,
        .allocate = allocate,
        .reallocate = reallocate,
        .release = release,
        .device_key = device_key,
        .flash = flash,
        .rtc = device->rtc,
        .rtc_size = (device->peers > 1 ? device->peers : 1) * (size_t)WH_RTC_SIZE,
        .saving_ms = WH_TICKET_WAIT_DEFAULT_MS, /* a desk is faster than any device */
        .peers = device->peers,
    };
}

void wh_host_set_peers(wh_host_device *device, unsigned peers)
{
    device->peers = peers;
}

int wh_host_start(wh_host_device *device, const wh_flash *flash)
{
    if (!device->has_key && make_key(device) != WH_OK) {
        return WH_PLATFORM_KEY;
    }
    device->platform = platform_of(device, flash);
    device->wall_offset_us = 0;
    device->wall_unknown = false;
    device->failing_allocation = 0;
    wh_host_lose_power(device);
    return wh_platform_use(&device->platform);
}

void wh_host_sleep(wh_host_device *device, uint64_t us)
{
    device->elapsed_offset_us += (int64_t)us;
    device->wall_offset_us += (int64_t)us;
}

void wh_host_lose_power(wh_host_device *device)
{
    (void)fill_random(NULL, device->rtc, sizeof device->rtc);
    device->elapsed_offset_us = -clock_us(CLOCK_MONOTONIC);
}

size_t wh_host_state_size(const wh_host_device *device)
{
    return WH_HOST_STATE_SIZE - WH_RTC_SIZE + device->platform.rtc_size;
}

int wh_host_save_state(const wh_host_device *device, uint8_t *out, size_t size)
{
    if (size != wh_host_state_size(device)) {
        return WH_USAGE_ARGUMENT;
    }
    uint64_t elapsed = elapsed_us((void *)device);
    int64_t wall = wall_us(device);
    memcpy(out, &elapsed, 8);
    memcpy(out + 8, &wall, 8);
    memcpy(out + 16, device->key, sizeof device->key);
    memcpy(out + 16 + sizeof device->key, device->rtc, device->platform.rtc_size);
    return WH_OK;
}

int wh_host_load_state(wh_host_device *device, const uint8_t *bytes, size_t size)
{
    if (size != wh_host_state_size(device)) {
        return WH_USAGE_ARGUMENT;
    }
    uint64_t elapsed = 0;
    int64_t wall = 0;
    memcpy(&elapsed, bytes, 8);
    memcpy(&wall, bytes + 8, 8);
    wh_host_set_key(device, bytes + 16);
    memcpy(device->rtc, bytes + 16 + sizeof device->key, device->platform.rtc_size);
    /* The board's clocks went on while this process did not exist. */
    int64_t away_us = clock_us(CLOCK_REALTIME) - wall;
    if (away_us < 0) {
        device->wall_offset_us = -away_us; /* the board had slept beyond the present */
        away_us = 0;
    }
    device->elapsed_offset_us = (int64_t)elapsed + away_us - clock_us(CLOCK_MONOTONIC);
    return WH_OK;
}

void wh_host_set_wall_known(wh_host_device *device, bool known)
{
    device->wall_unknown = !known;
}

void wh_host_jump_wall(wh_host_device *device, int64_t s)
{
    device->wall_offset_us += s * 1000000;
}

void wh_host_fail_allocation(wh_host_device *device, uint64_t nth)
{
    device->failing_allocation = nth;
}

int64_t wh_host_built_s(void)
{
    return WH_BUILT_S;
}

wh_host_memory wh_host_memory_take(void)
{
    wh_host_memory taken = memory;
    memory.peak_bytes = memory.live_bytes;
    return taken;
}
