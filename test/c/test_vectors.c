/* Format version 1 is frozen: files in test/vectors that every later version must read as
 * this one does, or refuse as docs/SPEC.md says. */
#include "sample.h"
#include "visit.h"

#include "journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file of lines `name value`; a line that begins with a space goes on with the value
 * before. */
static char *read_file(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", WH_VECTORS, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    enum { FILE_MAX = 65536 };
    char *text = calloc(FILE_MAX, 1);
    assert_non_null(text);
    size_t size = fread(text, 1, FILE_MAX - 1, file);
    assert_in_range(size, 1, FILE_MAX - 2);
    (void)fclose(file);
    return text;
}

/* Where the value of `name` begins. */
static const char *find_value(const char *text, const char *name)
{
    char start[64];
    (void)snprintf(start, sizeof start, "\n%s ", name);
    const char *found = strstr(text, start);
    if (found == NULL) {
        fail_msg("no %s in the file", name);
    }
    return found + strlen(start);
}

static uint64_t number(const char *text, const char *name)
{
    char *end = NULL;
    uint64_t value = strtoull(find_value(text, name), &end, 0);
    assert_int_equal(*end, '\n');
    return value;
}

enum { NO_DIGIT = 16 };

static unsigned digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : NO_DIGIT;
}

static bool is_layout(const char *c)
{
    return *c == ' ' || (*c == '\n' && c[1] == ' ');
}

static size_t bytes(const char *text, const char *name, uint8_t *out, size_t room)
{
    size_t digits = 0;
    for (const char *c = find_value(text, name); digit(*c) < NO_DIGIT || is_layout(c); c++) {
        if (digit(*c) == NO_DIGIT) {
            continue;
        }
        assert_true(digits / 2 < room);
        out[digits / 2] = (uint8_t)(digits % 2 == 0 ? digit(*c) << 4 : out[digits / 2] | digit(*c));
        digits++;
    }
    assert_int_equal(digits % 2, 0);
    return digits / 2;
}

static wh_instant instant(const char *text, const char *name)
{
    char field[64];
    wh_instant made;
    (void)snprintf(field, sizeof field, "%s-epoch", name);
    made.epoch = number(text, field);
    (void)snprintf(field, sizeof field, "%s-elapsed-us", name);
    made.elapsed_us = number(text, field);
    (void)snprintf(field, sizeof field, "%s-wall-s", name);
    made.wall_s = (int64_t)number(text, field);
    return made;
}

static wh_record_info header(const char *text)
{
    wh_record_info info = {
        .protocol = (wh_protocol)number(text, "protocol"),
        .kind = (wh_kind)number(text, "kind"),
        .single_use = number(text, "single-use") != 0,
        .early_data = number(text, "early-data") != 0,
        .generation = (uint32_t)number(text, "generation"),
        .lifetime_s = (uint32_t)number(text, "lifetime-s"),
        .captured = instant(text, "captured"),
        .lineage =
            {
                .authenticated = instant(text, "authenticated"),
                .not_after_s = (int64_t)number(text, "not-after-s"),
                .age_lost = number(text, "age-lost") != 0,
            },
        .build = number(text, "build"),
    };
    assert_int_equal(bytes(text, "binding", info.binding.digest, WH_DIGEST_SIZE), WH_DIGEST_SIZE);
    return info;
}

static void use_key(const char *text)
{
    uint8_t key[32];
    assert_int_equal(bytes(text, "device-key", key, sizeof key), sizeof key);
    wh_host_set_key(key);
}

static void is_sealed_and_opened(const char *file)
{
    char *text = read_file(file);
    uint8_t session[WH_SESSION_MAX];
    uint8_t record[WH_RECORD_MAX];
    uint8_t sealed[WH_RECORD_MAX];
    uint8_t opened[WH_SESSION_MAX];
    use_key(text);
    wh_record_info info = header(text);
    wh_record_info read;
    size_t session_size = bytes(text, "session", session, sizeof session);
    size_t record_size = bytes(text, "record", record, sizeof record);

    assert_int_equal(wh_record_open(record, record_size, &read, opened), session_size);
    assert_memory_equal(opened, session, session_size);
    assert_same_info(&read, &info);
    assert_int_equal(wh_record_seal(&info, session, session_size, sealed), record_size);
    assert_memory_equal(sealed, record, record_size);
    free(text);
}

static void records_of_version_1_are_sealed_and_opened(void **state)
{
    (void)state;
    is_sealed_and_opened("record-v1-tls12.txt");
    is_sealed_and_opened("record-v1-tls13.txt");
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
    char *text = read_file("journal-v1.txt");
    (void)bytes(text, "sector-0", chip->cells.bits, WH_FLASH_SECTOR);
    (void)bytes(text, "sector-1", chip->cells.bits + WH_FLASH_SECTOR, WH_FLASH_SECTOR);
    use_key(text);

    listing found = {{0}, 0};
    assert_int_equal(wh_journal_each(&chip->flash, list, &found), WH_OK);
    const char *expected = find_value(text, "entries") - 1;
    assert_true(strncmp(found.lines, expected, found.size) == 0);
    assert_int_equal(expected[found.size], '\n');

    /* The record that is not spent opens. */
    uint8_t record[WH_RECORD_MAX];
    uint8_t session[WH_SESSION_MAX];
    wh_record_info info;
    uint32_t at = (uint32_t)number(text, "fresh-at");
    size_t size = (size_t)number(text, "fresh-size");
    memcpy(record, chip->cells.bits + at, size);
    assert_true(wh_record_open(record, size, &info, session) > 0);
    assert_int_equal(info.generation, number(text, "fresh-generation"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLATFORM_TEST(records_of_version_1_are_sealed_and_opened),
        FLASH_TEST(a_journal_of_version_1_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
