#include "rtc.h"

#include <string.h>

#include "little_endian.h"
#include "crc32.h"
#include "clock.h"
#include "warmhello/platform.h"
#include "record.h"
#include "wipe.h"

#define MAGIC 0x32524857u /* "WHR2" */

_Static_assert(offsetof(wh_rtc, record_generation) == 40 && offsetof(wh_rtc, pin_until_us) == 88,
               "there are no gaps");
_Static_assert(sizeof(wh_rtc) + WH_RECORD_MAX == WH_RTC_SIZE, "the slot must hold the longest record");

static uint8_t *slot(void)
{
    return wh_platform_get()->rtc;
}

/* Over what follows it, up to the record. */
static uint32_t crc_of(const wh_rtc *state)
{
    return wh_crc32(&state->epoch, sizeof *state - offsetof(wh_rtc, epoch));
}

/* A bool that is neither 0 nor 1 may not even be looked at. */
static bool has_bools(const uint8_t *bytes)
{
    uint8_t all = 0;
    for (size_t i = offsetof(wh_rtc, record_is_last); i <= offsetof(wh_rtc, flash_is_poor); i++) {
        all |= bytes[i];
    }
    return all <= 1;
}

static bool is_sound(const wh_rtc *state)
{
    return state->magic == MAGIC && state->crc == crc_of(state) && state->seen_us <= wh_clock_elapsed_us() &&
           (size_t)state->record_size + state->spare_size <= WH_RECORD_MAX;
}

int wh_rtc_load(wh_rtc *out)
{
    const wh_platform *platform = wh_platform_get();
    memcpy(out, slot(), sizeof *out);
    if (has_bools(slot()) && is_sound(out)) {
        return WH_OK;
    }
    wh_rtc_wipe();
    *out = (wh_rtc){.flash_at = WH_RTC_NOWHERE, .flash_unsure = true, .erase_allowed_us = WH_RTC_NEVER};
    bool drawn = platform->random(platform->ctx, (uint8_t *)&out->epoch, sizeof out->epoch) == 0;
    return drawn ? WH_OK : WH_PLATFORM_ENTROPY;
}

int wh_rtc_save(wh_rtc *state)
{
    state->magic = MAGIC;
    state->seen_us = wh_clock_elapsed_us();
    state->crc = crc_of(state);
    const void *bytes = state;
    memcpy(slot(), bytes, sizeof *state);
    return memcmp(slot(), bytes, sizeof *state) == 0 ? WH_OK : WH_PLATFORM_RTC;
}

bool wh_rtc_holds(const wh_rtc *state, uint32_t generation)
{
    return state->record_size > 0 && state->record_generation == generation;
}

bool wh_rtc_still_holds(uint32_t generation)
{
    wh_rtc state;
    memcpy(&state, slot(), sizeof state);
    return state.magic == MAGIC && wh_rtc_holds(&state, generation);
}

static uint8_t *place(bool is_last, size_t size)
{
    return slot() + sizeof(wh_rtc) + (is_last ? WH_RECORD_MAX - size : 0);
}

uint8_t *wh_rtc_record(const wh_rtc *state)
{
    return place(state->record_is_last, state->record_size);
}

size_t wh_rtc_rest(const wh_rtc *state, uint8_t **at)
{
    *at = place(false, 0) + (state->record_is_last ? 0 : state->record_size);
    return WH_RECORD_MAX - state->record_size;
}

void wh_rtc_put_beside(wh_rtc *state, uint16_t size)
{
    uint8_t *at;
    size_t room = wh_rtc_rest(state, &at);
    bool is_last = state->record_size > 0 && !state->record_is_last;
    if (is_last) {
        memmove(place(true, size), at, size);
        wh_wipe(at, room - size);
    }
    state->spare_size = state->record_size;
    state->record_size = size;
    state->record_is_last = is_last;
}

void wh_rtc_drop_record(wh_rtc *state)
{
    wh_wipe(wh_rtc_record(state), state->record_size);
    state->record_size = state->spare_size;
    state->record_is_last = !state->record_is_last;
    state->spare_size = 0;
    state->record_in_flash = false;
    state->record_suspect = false;
    state->record_generation = 0; /* which none has */
    wh_record_info info;
    if (state->record_size > 0 && wh_record_peek(wh_rtc_record(state), state->record_size, &info) == WH_OK) {
        state->record_generation = info.generation;
    }
}

void wh_rtc_drop_spare(wh_rtc *state, uint32_t generation)
{
    uint8_t *spare = place(!state->record_is_last, state->spare_size);
    wh_record_info info;
    if (state->spare_size > 0 && wh_record_peek(spare, state->spare_size, &info) == WH_OK &&
        info.generation == generation) {
        wh_wipe(spare, state->spare_size);
        state->spare_size = 0;
    }
}

void wh_rtc_drop_records(wh_rtc *state)
{
    state->spare_size = 0;
    wh_rtc_drop_record(state);
    state->record_is_last = false;
    wh_wipe(wh_rtc_record(state), WH_RECORD_MAX);
}

void wh_rtc_wipe(void)
{
    wh_wipe(slot(), WH_RTC_SIZE);
}
