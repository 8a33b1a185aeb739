#include "warmhello/inspect.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "record.h"
#include "rtc.h"
#include "slots.h"

/* ---- An image as flash that can only be read ------------------------------------------ */

static int read_image(void *ctx, uint32_t at, void *out, size_t size)
{
    memcpy(out, (const uint8_t *)ctx + at, size);
    return 0;
}

static int refuse_program(void *ctx, uint32_t at, const void *bytes, size_t size)
{
    (void)ctx;
    (void)at;
    (void)bytes;
    (void)size;
    return -1;
}

static int refuse_erase(void *ctx, uint32_t sector)
{
    (void)ctx;
    (void)sector;
    return -1;
}

/* ---- JSON ------------------------------------------------------------------------------ */

typedef struct report {
    const uint8_t *image;
    char *out;
    size_t size;
    size_t length;
    int has_key;
    const char *separator;
} report;

static void add(report *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(report *r, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    size_t room = r->length < r->size ? r->size - r->length : 0;
    int length = vsnprintf(r->out + (room > 0 ? r->length : 0), room, format, values);
    va_end(values);
    r->length += length > 0 ? (size_t)length : 0;
}

static void add_instant(report *r, const char *name, const wh_instant *instant)
{
    add(r, ",\"%s\":{\"epoch\":\"%016" PRIx64 "\",\"elapsedS\":%" PRIu64 ",\"wallS\":%" PRId64 "}", name,
        instant->epoch, instant->elapsed_us / 1000000u, instant->wall_s);
}

static const char *boolean(bool value)
{
    return value ? "true" : "false";
}

/* "true", "false", or "null" without the key. */
static const char *opens(const report *r, const wh_journal_entry *entry)
{
    if (!r->has_key) {
        return "null";
    }
    wh_record_info info;
    uint8_t *session = malloc(entry->size);
    int length = session != NULL ? wh_record_open(r->image + entry->at, entry->size, &info, session)
                                 : WH_PLATFORM_MEMORY;
    if (session != NULL) {
        memset(session, 0, entry->size);
    }
    free(session);
    return length == WH_PLATFORM_MEMORY ? "null" : boolean(length > 0);
}

static void add_peer(report *r, const wh_peer *peer)
{
    add(r, "{\"lacks\":%u,\"group\":%u,\"left\":%u,\"level\":%u,", (unsigned)peer->lacks,
        (unsigned)peer->group, (unsigned)peer->left, (unsigned)peer->level);
    add(r, "\"fullMs\":%u,\"resumedMs\":%u,\"ticketMs\":%u,\"intervalMin\":%u}", (unsigned)peer->full_ms,
        (unsigned)peer->resumed_ms, (unsigned)peer->ticket_ms, (unsigned)peer->interval_min);
}

static void add_header(report *r, const wh_record_info *info)
{
    add(r, ",\"generation\":%" PRIu32 ",\"protocol\":\"%s\",\"kind\":\"%s\"", info->generation,
        wh_protocol_word(info->protocol), wh_kind_word(info->kind));
    add(r, ",\"singleUse\":%s,\"pinned\":%s,\"losses\":%u,\"agedMin\":%u,\"breaks\":%u,\"rest\":%u",
        boolean(info->single_use), boolean(info->pinned), (unsigned)info->lineage.losses,
        (unsigned)info->lineage.aged_min, (unsigned)info->peer.breaks, (unsigned)info->peer.rest);
    add(r, ",\"withoutExchange\":%s,\"earlyDataMax\":%" PRIu32 ",\"peer\":",
        boolean(info->lineage.without_exchange), info->early_data_max);
    add_peer(r, &info->peer);
    add(r, ",\"lifetimeS\":%" PRIu32 ",\"notAfterS\":%" PRId64, info->lifetime_s, info->lineage.not_after_s);
    add_instant(r, "captured", &info->captured);
    add_instant(r, "authenticated", &info->lineage.authenticated);
    add(r, ",\"build\":\"%016" PRIx64 "\",\"binding\":\"", info->build);
    for (size_t i = 0; i < WH_DIGEST_SIZE; i++) {
        add(r, "%02x", info->binding.digest[i]);
    }
    add(r, "\"");
}

static void add_record(const wh_journal_entry *entry, void *ctx)
{
    report *r = ctx;
    wh_record_info info;
    bool sound = wh_record_peek(r->image + entry->at, entry->size, &info) == WH_OK;
    add(r, "%s{\"at\":%" PRIu32 ",\"size\":%u,\"spent\":%s,\"sound\":%s", r->separator, entry->at,
        (unsigned)entry->size, boolean(entry->spent), boolean(sound));
    if (sound) {
        add(r, ",\"opens\":%s", opens(r, entry));
        add_header(r, &info);
    }
    add(r, "}");
    r->separator = ",";
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written through the report */
int wh_inspect(const uint8_t *image, size_t image_size, int has_key, char *out, size_t size)
{
    const wh_flash flash = {
        .ctx = (void *)image,
        .sector_count = (uint32_t)(image_size / WH_FLASH_SECTOR),
        .read = read_image,
        .program = refuse_program,
        .erase = refuse_erase,
    };
    if (flash.sector_count < 2) {
        return WH_USAGE_ARGUMENT;
    }
    report r = {.image = image, .out = out, .size = size, .has_key = has_key, .separator = ""};
    add(&r, "{\"sectors\":[");
    for (uint32_t i = 0; i < flash.sector_count; i++) {
        wh_journal_sector sector;
        int result = wh_journal_sector_at(&flash, i, &sector);
        bool valid = result == WH_OK && sector.valid;
        add(&r, "%s{\"index\":%" PRIu32 ",\"valid\":%s", i > 0 ? "," : "", i, boolean(valid));
        if (valid) {
            add(&r, ",\"erased\":%" PRIu32 ",\"sequence\":%" PRIu32 ",\"forgotten\":%s", sector.erased,
                sector.sequence, boolean(sector.forgotten));
        }
        add(&r, "}");
    }
    add(&r, "],\"records\":[");
    int result = wh_journal_each(&flash, add_record, &r);
    add(&r, "]}");
    if (result != WH_OK) {
        return result;
    }
    return r.length < size ? (int)r.length : WH_USAGE_ARGUMENT;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written through the report */
int wh_inspect_peer(char *out, size_t size)
{
    report r = {.out = out, .size = size};
    wh_rtc met = {0};
    for (unsigned i = 0; i < wh_slots_count(); i++) {
        wh_rtc state;
        wh_slots_use(i);
        if (wh_rtc_look(&state) == WH_RTC_SOUND && state.peer_binding != 0 && state.seen_us >= met.seen_us) {
            met = state;
        }
    }
    if (met.peer_binding != 0) {
        add_peer(&r, &met.peer);
    } else {
        add(&r, "null");
    }
    return r.length < size ? (int)r.length : WH_USAGE_ARGUMENT;
}
