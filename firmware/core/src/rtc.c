#include "rtc.h"

#include <string.h>

#include "little_endian.h"
#include "crc32.h"
#include "clock.h"
#include "warmhello/platform.h"
#include "record.h"
#include "wipe.h"

#define MAGIC 0x31524857u /* "WHR1" */

_Static_assert(offsetof(wh_rtc, record_generation) == 36 && offsetof(wh_rtc, pin_until_us) == 88,
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

static bool is_sound(const wh_rtc *state)
{
    return state->magic == MAGIC && state->crc == crc_of(state) && state->seen_us <= wh_clock_elapsed_us() &&
           state->record_size <= WH_RECORD_MAX;
}

int wh_rtc_load(wh_rtc *out)
{
    const wh_platform *platform = wh_platform_get();
    memcpy(out, slot(), sizeof *out);
    if (is_sound(out)) {
        return WH_OK;
    }
    wh_rtc_wipe();
    *out = (wh_rtc){.flash_at = WH_RTC_NOWHERE, .flash_unsure = true};
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

uint8_t *wh_rtc_record(void)
{
    return slot() + sizeof(wh_rtc);
}

void wh_rtc_wipe_record(void)
{
    wh_wipe(wh_rtc_record(), WH_RECORD_MAX);
}

void wh_rtc_wipe(void)
{
    wh_wipe(slot(), WH_RTC_SIZE);
}
