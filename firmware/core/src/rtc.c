#include "rtc.h"

#include <string.h>

#include "little_endian.h"
#include "crc32.h"
#include "clock.h"
#include "warmhello/platform.h"
#include "record.h"
#include "slots.h"
#include "wipe.h"

#define MAGIC 0x33524857u /* "WHR3" */

_Static_assert(offsetof(wh_rtc, record_generation) == 40 && offsetof(wh_rtc, pin_until_us) == 104,
               "there are no gaps");
_Static_assert(sizeof(wh_rtc) + WH_RECORD_MAX == WH_RTC_SIZE, "the slot must hold the longest record");

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

wh_rtc_found wh_rtc_look(wh_rtc *out)
{
    memcpy(out, wh_slots_rtc(), sizeof *out);
    if (!has_bools(wh_slots_rtc()) || out->magic != MAGIC || out->crc != crc_of(out) ||
        (size_t)out->record_size + out->spare_size > WH_RECORD_MAX) {
        return WH_RTC_NOISE;
    }
    return out->seen_us <= wh_clock_elapsed_us() ? WH_RTC_SOUND : WH_RTC_OF_BEFORE;
}

int wh_rtc_load(uint64_t epoch, wh_rtc *out)
{
    const wh_platform *platform = wh_platform_get();
    if (wh_rtc_look(out) == WH_RTC_SOUND) {
        return WH_OK;
    }
    wh_rtc_wipe();
    *out = (wh_rtc){
        .epoch = epoch, .flash_at = WH_RTC_NOWHERE, .flash_unsure = true, .erase_allowed_us = WH_RTC_NEVER};
    bool has_epoch =
        epoch != 0 || platform->random(platform->ctx, (uint8_t *)&out->epoch, sizeof out->epoch) == 0;
    return has_epoch ? WH_OK : WH_PLATFORM_ENTROPY;
}

int wh_rtc_save_unused(wh_rtc *state)
{
    state->magic = MAGIC;
    state->crc = crc_of(state);
    const void *bytes = state;
    memcpy(wh_slots_rtc(), bytes, sizeof *state);
    return memcmp(wh_slots_rtc(), bytes, sizeof *state) == 0 ? WH_OK : WH_PLATFORM_RTC;
}

int wh_rtc_save(wh_rtc *state)
{
    state->seen_us = wh_clock_elapsed_us();
    return wh_rtc_save_unused(state);
}

bool wh_rtc_holds(const wh_rtc *state, uint32_t generation)
{
    return state->record_size > 0 && state->record_generation == generation;
}

bool wh_rtc_still_holds(uint32_t generation)
{
    bool holds = false;
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_rtc state;
        wh_slots_use(i);
        memcpy(&state, wh_slots_rtc(), sizeof state);
        holds = holds || (state.magic == MAGIC && wh_rtc_holds(&state, generation));
    }
    return holds;
}

static uint8_t *place(bool is_last, size_t size)
{
    return wh_slots_rtc() + sizeof(wh_rtc) + (is_last ? WH_RECORD_MAX - size : 0);
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
    wh_wipe(wh_slots_rtc(), WH_RTC_SIZE);
}
