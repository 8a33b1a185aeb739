/* Format version 1 is frozen: files in test/vectors that every later version must read as
 * this one does, or refuse as docs/SPEC.md says. */
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
                .losses = (uint8_t)vector_number(text, "age-lost"),
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

static void is_opened(const char *file)
{
    char *text = vector_read(file);
    uint8_t session[WH_SESSION_MAX];
    uint8_t record[WH_RECORD_MAX];
    uint8_t opened[WH_SESSION_MAX];
    use_key(text);
    wh_record_info info = header(text);
    wh_record_info read;
    size_t session_size = vector_bytes(text, "session", session, sizeof session);
    size_t record_size = vector_bytes(text, "record", record, sizeof record);

    assert_int_equal(wh_record_open(record, record_size, &read, opened), session_size);
    assert_memory_equal(opened, session, session_size);
    assert_same_info(&read, &info);
    free(text);
}

static void records_of_version_1_are_opened(void **state)
{
    (void)state;
    is_opened("record-v1-tls12.txt");
    is_opened("record-v1-tls13.txt");
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

static void a_journal_of_version_1_is_read(void **state)
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLATFORM_TEST(records_of_version_1_are_opened),
        FLASH_TEST(a_journal_of_version_1_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
