#include "rtc.h"

#include <string.h>

#include "bytes.h"
#include "crc32.h"
#include "warmhello/platform.h"
#include "warmhello/record.h"
#include "wipe.h"

/* Little-endian; the CRC covers what follows it, up to the record. */
enum {
    AT_MAGIC = 0,
    AT_CRC = 4,
    AT_EPOCH = 8,
    AT_SEEN_US = 16,
    AT_GENERATION = 24,
    AT_RECORD_SIZE = 28,
    AT_FLAGS = 30,
    AT_RECORD_GENERATION = 32,
    AT_FLASH_AT = 36,
    AT_FLASH_GENERATION = 40,
    AT_FLASH_BINDING = 44,
    AT_FLASH_STALE_US = 48,
    AT_ERASE_ALLOWED_US = 56,
    AT_PEER_BINDING = 64,
    AT_PEER_FAILURES = 68,
    AT_PEER_FLAGS = 69,
    AT_REPLACED_BINDING = 72,
    AT_PIN_BINDING = 76,
    AT_PIN_UNTIL_US = 80,
    AT_RECORD = 88,
};

_Static_assert(AT_RECORD + WH_RECORD_MAX == WH_RTC_SIZE, "the slot must hold the longest record");

enum {
    FLAG_FLASH_UNSURE = 1,
    FLAG_FORGETTING = 2,
    FLAG_RECORD_SPENT = 4,
    FLAG_RECORD_IN_FLASH = 8,
    FLAG_RECORD_SUSPECT = 16,
    FLAG_RECORD_DELETED = 32,
};

enum {
    PEER_FULL_WITHOUT_TICKET = 1,
    PEER_RESUMED_WITHOUT_TICKET = 2,
};

static const uint32_t magic = 0x31524857; /* "WHR1" */

static uint64_t elapsed_us(void)
{
    const wh_platform *platform = wh_platform_get();
    return platform->elapsed_us(platform->ctx);
}

static uint8_t *slot(void)
{
    return wh_platform_get()->rtc;
}

static bool is_sound(const uint8_t *bytes)
{
    return wh_get_le(bytes + AT_MAGIC, 4) == magic &&
           wh_get_le(bytes + AT_CRC, 4) == wh_crc32(bytes + AT_EPOCH, AT_RECORD - AT_EPOCH) &&
           wh_get_le(bytes + AT_SEEN_US, 8) <= elapsed_us() &&
           wh_get_le(bytes + AT_RECORD_SIZE, 2) <= WH_RECORD_MAX;
}

static int begin(wh_rtc *out)
{
    const wh_platform *platform = wh_platform_get();
    *out = (wh_rtc){.flash_at = WH_RTC_NOWHERE};
    uint8_t random[8];
    if (platform->random(platform->ctx, random, sizeof random) != 0) {
        return WH_PLATFORM_ENTROPY;
    }
    out->epoch = wh_get_le(random, sizeof random);
    return WH_MISS_EMPTY;
}

int wh_rtc_load(wh_rtc *out)
{
    const uint8_t *bytes = slot();
    if (!is_sound(bytes)) {
        wh_rtc_wipe();
        return begin(out);
    }
    *out = (wh_rtc){
        .epoch = wh_get_le(bytes + AT_EPOCH, 8),
        .generation = (uint32_t)wh_get_le(bytes + AT_GENERATION, 4),
        .record_size = (uint16_t)wh_get_le(bytes + AT_RECORD_SIZE, 2),
        .record_generation = (uint32_t)wh_get_le(bytes + AT_RECORD_GENERATION, 4),
        .flash_at = (uint32_t)wh_get_le(bytes + AT_FLASH_AT, 4),
        .flash_generation = (uint32_t)wh_get_le(bytes + AT_FLASH_GENERATION, 4),
        .flash_binding = (uint32_t)wh_get_le(bytes + AT_FLASH_BINDING, 4),
        .record_spent = (bytes[AT_FLAGS] & FLAG_RECORD_SPENT) != 0,
        .record_suspect = (bytes[AT_FLAGS] & FLAG_RECORD_SUSPECT) != 0,
        .record_deleted = (bytes[AT_FLAGS] & FLAG_RECORD_DELETED) != 0,
        .record_in_flash = (bytes[AT_FLAGS] & FLAG_RECORD_IN_FLASH) != 0,
        .flash_unsure = (bytes[AT_FLAGS] & FLAG_FLASH_UNSURE) != 0,
        .forgetting = (bytes[AT_FLAGS] & FLAG_FORGETTING) != 0,
        .flash_stale_us = wh_get_le(bytes + AT_FLASH_STALE_US, 8),
        .erase_allowed_us = wh_get_le(bytes + AT_ERASE_ALLOWED_US, 8),
        .peer_binding = (uint32_t)wh_get_le(bytes + AT_PEER_BINDING, 4),
        .peer =
            {
                .failures = bytes[AT_PEER_FAILURES],
                .full_without_ticket = (bytes[AT_PEER_FLAGS] & PEER_FULL_WITHOUT_TICKET) != 0,
                .resumed_without_ticket = (bytes[AT_PEER_FLAGS] & PEER_RESUMED_WITHOUT_TICKET) != 0,
            },
        .replaced_binding = (uint32_t)wh_get_le(bytes + AT_REPLACED_BINDING, 4),
        .pin_binding = (uint32_t)wh_get_le(bytes + AT_PIN_BINDING, 4),
        .pin_until_us = wh_get_le(bytes + AT_PIN_UNTIL_US, 8),
    };
    return WH_OK;
}

static uint8_t flags_of(const wh_rtc *state)
{
    unsigned flags = 0;
    flags |= state->flash_unsure ? FLAG_FLASH_UNSURE : 0;
    flags |= state->forgetting ? FLAG_FORGETTING : 0;
    flags |= state->record_spent ? FLAG_RECORD_SPENT : 0;
    flags |= state->record_in_flash ? FLAG_RECORD_IN_FLASH : 0;
    flags |= state->record_suspect ? FLAG_RECORD_SUSPECT : 0;
    flags |= state->record_deleted ? FLAG_RECORD_DELETED : 0;
    return (uint8_t)flags;
}

int wh_rtc_save(const wh_rtc *state)
{
    uint8_t bytes[AT_RECORD] = {0};
    wh_put_le(bytes + AT_MAGIC, magic, 4);
    wh_put_le(bytes + AT_EPOCH, state->epoch, 8);
    wh_put_le(bytes + AT_SEEN_US, elapsed_us(), 8);
    wh_put_le(bytes + AT_GENERATION, state->generation, 4);
    wh_put_le(bytes + AT_RECORD_SIZE, state->record_size, 2);
    bytes[AT_FLAGS] = flags_of(state);
    wh_put_le(bytes + AT_RECORD_GENERATION, state->record_generation, 4);
    wh_put_le(bytes + AT_FLASH_AT, state->flash_at, 4);
    wh_put_le(bytes + AT_FLASH_GENERATION, state->flash_generation, 4);
    wh_put_le(bytes + AT_FLASH_BINDING, state->flash_binding, 4);
    wh_put_le(bytes + AT_FLASH_STALE_US, state->flash_stale_us, 8);
    wh_put_le(bytes + AT_ERASE_ALLOWED_US, state->erase_allowed_us, 8);
    wh_put_le(bytes + AT_PEER_BINDING, state->peer_binding, 4);
    bytes[AT_PEER_FAILURES] = state->peer.failures;
    bytes[AT_PEER_FLAGS] = (uint8_t)((state->peer.full_without_ticket ? PEER_FULL_WITHOUT_TICKET : 0) |
                                     (state->peer.resumed_without_ticket ? PEER_RESUMED_WITHOUT_TICKET : 0));
    wh_put_le(bytes + AT_REPLACED_BINDING, state->replaced_binding, 4);
    wh_put_le(bytes + AT_PIN_BINDING, state->pin_binding, 4);
    wh_put_le(bytes + AT_PIN_UNTIL_US, state->pin_until_us, 8);
    wh_put_le(bytes + AT_CRC, wh_crc32(bytes + AT_EPOCH, AT_RECORD - AT_EPOCH), 4);
    memcpy(slot(), bytes, sizeof bytes);
    return memcmp(slot(), bytes, sizeof bytes) == 0 ? WH_OK : WH_PLATFORM_RTC;
}

uint8_t *wh_rtc_record(void)
{
    return slot() + AT_RECORD;
}

void wh_rtc_wipe_record(void)
{
    wh_wipe(wh_rtc_record(), WH_RECORD_MAX);
}

void wh_rtc_wipe(void)
{
    wh_wipe(slot(), WH_RTC_SIZE);
}
