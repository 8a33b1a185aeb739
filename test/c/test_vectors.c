/* What was stored by an earlier version is frozen in test/vectors: every later one must read it as this one
 * does, or refuse it as docs/SPEC.md says. */
#include "sample.h"
#include "vectors.h"
#include "visit.h"

#include "journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static wh_instant instant(const char *text, const char *name)
{
    char field[64];
    wh_instant made;
    (void)snprintf(field, sizeof field, "%s-epoch", name);
    made.epoch = vector_number(text, field);
    (void)snprintf(field, sizeof field, "%s-elapsed-us", name);
    made.elapsed_us = vector_number(text, field);
    (void)snprintf(field, sizeof field, "%s-wall-s", name);
    made.wall_s = (int64_t)vector_number(text, field);
    return made;
}

/* What versions 2 and 3 have beside. */
static void read_counts(const char *text, wh_record_info *info)
{
    info->pinned = vector_number(text, "pinned") != 0;
    info->lineage.losses = (uint8_t)vector_number(text, "losses");
    info->lineage.aged_min = (uint16_t)vector_number(text, "aged-min");
    info->peer.breaks = (uint8_t)vector_number(text, "breaks");
    info->peer.rest = (uint8_t)vector_number(text, "rest");
}

static void read_learned(const char *text, wh_record_info *info)
{
    info->lineage.without_exchange = vector_number(text, "without-exchange") != 0;
    info->early_data_max = (uint32_t)vector_number(text, "early-data-max");
    info->peer.lacks = (uint8_t)vector_number(text, "lacks");
    info->peer.group = (uint8_t)vector_number(text, "group");
    info->peer.left = (uint8_t)vector_number(text, "left");
    info->peer.level = (uint8_t)vector_number(text, "level");
    info->peer.full_ms = (uint16_t)vector_number(text, "full-ms");
    info->peer.resumed_ms = (uint16_t)vector_number(text, "resumed-ms");
    info->peer.ticket_ms = (uint16_t)vector_number(text, "ticket-ms");
    info->peer.interval_min = (uint16_t)vector_number(text, "interval-min");
}

/* What all versions have. */
static wh_record_info header(const char *text)
{
    wh_record_info info = {
        .protocol = (wh_protocol)vector_number(text, "protocol"),
        .kind = (wh_kind)vector_number(text, "kind"),
        .single_use = vector_number(text, "single-use") != 0,
        .early_data = vector_number(text, "early-data") != 0,
        .generation = (uint32_t)vector_number(text, "generation"),
        .lifetime_s = (uint32_t)vector_number(text, "lifetime-s"),
        .captured = instant(text, "captured"),
        .lineage =
            {
                .authenticated = instant(text, "authenticated"),
                .not_after_s = (int64_t)vector_number(text, "not-after-s"),
            },
        .build = vector_number(text, "build"),
    };
    assert_int_equal(vector_bytes(text, "binding", info.binding.digest, WH_DIGEST_SIZE), WH_DIGEST_SIZE);
    return info;
}

static void use_key(const char *text)
{
    uint8_t key[32];
    assert_int_equal(vector_bytes(text, "device-key", key, sizeof key), sizeof key);
    wh_host_set_key(&the_device, key);
}

typedef struct vector {
    char *text;
    wh_record_info info;
    uint8_t session[WH_SESSION_MAX];
    size_t session_size;
    uint8_t record[WH_RECORD_MAX];
    size_t record_size;
} vector;

static vector read_vector(const char *file)
{
    vector v = {.text = vector_read(file)};
    use_key(v.text);
    v.info = header(v.text);
    v.session_size = vector_bytes(v.text, "session", v.session, sizeof v.session);
    v.record_size = vector_bytes(v.text, "record", v.record, sizeof v.record);
    return v;
}

static void assert_opens(const vector *v)
{
    wh_record_info read;
    uint8_t opened[WH_SESSION_MAX];
    assert_int_equal(wh_record_open(v->record, v->record_size, &read, opened), v->session_size);
    assert_memory_equal(opened, v->session, v->session_size);
    assert_same_info(&read, &v->info);
}

PLATFORM_TEST(records_of_version_1_are_opened)
{
    static const char *const files[] = {"record-v1-tls12.txt", "record-v1-tls13.txt"};
    for (size_t i = 0; i < 2; i++) {
        vector v = read_vector(files[i]);
        v.info.lineage.losses = (uint8_t)vector_number(v.text, "age-lost");
        assert_opens(&v);
        free(v.text);
    }
}

PLATFORM_TEST(records_of_version_2_are_opened)
{
    static const char *const files[] = {"record-v2-tls12.txt", "record-v2-tls13.txt"};
    for (size_t i = 0; i < 2; i++) {
        vector v = read_vector(files[i]);
        read_counts(v.text, &v.info);
        assert_opens(&v);
        free(v.text);
    }
}

PLATFORM_TEST(records_of_version_3_are_sealed_and_opened)
{
    static const char *const files[] = {"record-v3-tls12.txt", "record-v3-tls13.txt"};
    for (size_t i = 0; i < 2; i++) {
        vector v = read_vector(files[i]);
        read_counts(v.text, &v.info);
        read_learned(v.text, &v.info);
        assert_opens(&v);
        uint8_t sealed[WH_RECORD_MAX];
        assert_int_equal(wh_record_seal(&v.info, v.session, v.session_size, sealed), v.record_size);
        assert_memory_equal(sealed, v.record, v.record_size);
        free(v.text);
    }
}

/* ---- The journal ---------------------------------------------------------------------------- */

typedef struct listing {
    char lines[1000];
    size_t size;
} listing;

static void list(const wh_journal_entry *entry, void *ctx)
{
    listing *l = ctx;
    int size = snprintf(l->lines + l->size, sizeof l->lines - l->size, " %" PRIu32 ":%u:%s", entry->at,
                        (unsigned)entry->size, entry->spent ? "spent" : "fresh");
    assert_true(size > 0 && l->size + (size_t)size < sizeof l->lines);
    l->size += (size_t)size;
}

FLASH_TEST(a_journal_of_version_1_is_read)
{
    nor *chip = *state;
    char *text = vector_read("journal-v1.txt");
    (void)vector_bytes(text, "sector-0", chip->cells.bits, WH_FLASH_SECTOR);
    (void)vector_bytes(text, "sector-1", chip->cells.bits + WH_FLASH_SECTOR, WH_FLASH_SECTOR);
    use_key(text);

    listing found = {{0}, 0};
    assert_int_equal(wh_journal_each(&chip->flash, list, &found), WH_OK);
    const char *expected = vector_find(text, "entries") - 1;
    assert_true(strncmp(found.lines, expected, found.size) == 0);
    assert_int_equal(expected[found.size], '\n');

    /* The record that is not spent opens. */
    uint8_t record[WH_RECORD_MAX];
    uint8_t session[WH_SESSION_MAX];
    wh_record_info info;
    uint32_t at = (uint32_t)vector_number(text, "fresh-at");
    size_t size = (size_t)vector_number(text, "fresh-size");
    memcpy(record, chip->cells.bits + at, size);
    assert_true(wh_record_open(record, size, &info, session) > 0);
    assert_int_equal(info.generation, vector_number(text, "fresh-generation"));
    free(text);
}
