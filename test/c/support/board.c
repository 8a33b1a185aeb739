#include "board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

board the_board;

/* No part of the board's state: it must be 0 at the end, whatever was restored. */
static size_t live_bytes;

static uint8_t next_byte(void)
{
    the_board.random = the_board.random * 6364136223846793005u + 1442695040888963407u;
    return (uint8_t)(the_board.random >> 56);
}

static void fill_with_noise(uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = next_byte();
    }
}

/* ---- The platform ------------------------------------------------------------------ */

/* The state of the slot was being written when the reset came. */
static void tear_rtc(void)
{
    for (size_t at = 0; the_board.tearing && at < sizeof the_board.rtc; at += WH_RTC_SIZE) {
        if (memcmp(the_board.rtc_at_cut + at, the_board.rtc + at, the_board.torn_size) != 0) {
            memcpy(the_board.rtc_at_cut + at, the_board.rtc + at, the_board.torn_size);
            break; /* the first one that was written */
        }
    }
    the_board.tearing = false;
}

static uint64_t elapsed_us(void *ctx)
{
    (void)ctx;
    tear_rtc();
    if (the_board.reset_at_look > 0 && --the_board.reset_at_look == 0) {
        the_board.tearing = true;
        nor_power_off(&the_board.chip);
    }
    the_board.elapsed_us += the_board.clock_stands ? 0 : 1; /* looking takes time */
    return the_board.elapsed_us;
}

static int64_t wall_s(void *ctx)
{
    (void)ctx;
    return the_board.wall_known ? the_board.wall_s : 0;
}

static int fill_random(void *ctx, uint8_t *out, size_t size)
{
    (void)ctx;
    fill_with_noise(out, size);
    return 0;
}

static int device_key(void *ctx, uint8_t out[32])
{
    (void)ctx;
    memset(out, 0x4b, 32);
    return 0;
}

/* The size stands in front of each block. */
typedef union header {
    size_t size;
    max_align_t align;
} header;

static void *allocate(void *ctx, size_t size)
{
    (void)ctx;
    header *block = malloc(sizeof(header) + size);
    if (block == NULL) {
        return NULL;
    }
    block->size = size;
    live_bytes += size;
    return block + 1;
}

static void release(void *ctx, void *memory)
{
    (void)ctx;
    if (memory != NULL) {
        header *block = (header *)memory - 1;
        live_bytes -= block->size;
        free(block);
    }
}

static void *reallocate(void *ctx, void *memory, size_t size)
{
    void *grown = allocate(ctx, size);
    if (grown != NULL && memory != NULL) {
        size_t old = ((header *)memory - 1)->size;
        memcpy(grown, memory, old < size ? old : size);
        release(ctx, memory);
    }
    return grown;
}

static wh_platform platform = {
    .elapsed_us = elapsed_us,
    .wall_s = wall_s,
    .random = fill_random,
    .allocate = allocate,
    .reallocate = reallocate,
    .release = release,
    .device_key = device_key,
    .flash = &the_board.chip.flash,
    .rtc = the_board.rtc,
    .rtc_size = WH_RTC_SIZE,
};

/* ---- The board ------------------------------------------------------------------------ */

static void keep_rtc_at_cut(void *ctx)
{
    (void)ctx;
    memcpy(the_board.rtc_at_cut, the_board.rtc, sizeof the_board.rtc);
}

void board_renew(uint32_t sectors, uint64_t seed)
{
    nor_init(&the_board.chip, sectors, seed);
    the_board.chip.on_cut = keep_rtc_at_cut;
    the_board.random = ~seed;
    the_board.wall_s = (int64_t)time(NULL); /* the day of the certificates that a server makes */
    the_board.wall_known = true;
    board_lose_power();
}

static void use_platform(void)
{
    int result = wh_platform_use(&platform);
    if (result != WH_OK) {
        (void)fprintf(stderr, "the platform does not start: %s\n", wh_error_meaning(result));
        exit(2);
    }
}

void board_set_peers(unsigned peers, bool has_flash)
{
    platform.peers = peers;
    platform.flash = has_flash ? &the_board.chip.flash : NULL;
    platform.rtc_size = peers * (size_t)WH_RTC_SIZE;
    use_platform();
}

void board_start(uint32_t sectors, uint64_t seed)
{
    board_renew(sectors, seed);
    use_platform();
}

void board_stop(void)
{
    wh_platform_remove();
}

void board_seed(uint64_t seed)
{
    the_board.random = seed;
    nor_seed(&the_board.chip, seed ^ 0x5bd1e995);
}

void board_restore(const board *saved)
{
    memcpy(&the_board, saved, sizeof the_board);
}

void board_sleep(uint64_t us)
{
    the_board.elapsed_us += us;
    the_board.wall_s += (int64_t)(us / 1000000u);
}

void board_lose_power(void)
{
    nor_power_on(&the_board.chip);
    fill_with_noise(the_board.rtc, platform.rtc_size);
    the_board.elapsed_us = 0;
}

void board_reset(void)
{
    tear_rtc();
    the_board.reset_at_look = 0;
    nor_power_on(&the_board.chip);
    memcpy(the_board.rtc, the_board.rtc_at_cut, sizeof the_board.rtc);
}

void board_brown_out(void)
{
    board_reset();
    the_board.elapsed_us = 0;
}

size_t board_live_bytes(void)
{
    return live_bytes;
}
