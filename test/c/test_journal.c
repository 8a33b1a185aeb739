/* The journal alone, on a flash chip in memory: what its headers may say, and what it counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "journal.h"
#include "nor.h"

enum { SECTORS = 3, HEADER = 24, HEAD = 8 };

static nor chip;

static int fresh_chip(void **state)
{
    (void)state;
    nor_init(&chip, SECTORS, 11);
    return 0;
}

static int no_rule_was_broken(void **state)
{
    (void)state;
    assert_null(nor_violation(&chip));
    return 0;
}

static int append(uint8_t filling, uint16_t size, bool may_erase, uint32_t *at)
{
    uint8_t record[WH_FLASH_SECTOR];
    bool erased = false;
    memset(record, filling, size);
    return wh_journal_append(&chip.flash, record, size, WH_JOURNAL_NOWHERE, may_erase, at, &erased);
}

static void ignore(const wh_journal_entry *entry, void *ctx)
{
    (void)entry;
    (void)ctx;
}

static uint32_t recover(void)
{
    uint32_t times = 0;
    assert_int_equal(wh_journal_recover(&chip.flash, ignore, NULL, &times), WH_OK);
    return times;
}

/* ---- Recoveries are counted ------------------------------------------------------------- */

static void recoveries_are_counted_since_the_newest_sector_was_begun(void **state)
{
    (void)state;
    uint32_t at = 0;
    assert_int_equal(append(1, 300, true, &at), WH_OK);
    assert_int_equal(recover(), 1);
    assert_int_equal(recover(), 2);
    assert_int_equal(append(2, 300, false, &at), WH_OK);
    assert_int_equal(recover(), 3);
    nor_set_fault(&chip, (nor_fault){.nth = 2, .cut = true}); /* a head without a record */
    assert_int_equal(append(3, 300, false, &at), WH_PLATFORM_FLASH);
    nor_power_on(&chip);
    assert_int_equal(recover(), 4);
    assert_int_equal(append(4, 3600, true, &at), WH_OK); /* in the next sector */
    assert_int_equal(recover(), 1);
}

static void a_sector_without_room_counts_no_more(void **state)
{
    (void)state;
    uint32_t at = 0;
    assert_int_equal(append(1, WH_FLASH_SECTOR - HEADER - 2 * HEAD - 4, true, &at), WH_OK);
    assert_int_equal(recover(), 1);
    assert_int_equal(recover(), UINT32_MAX);
    assert_int_equal(append(2, 20, false, &at), WH_MISS_WEAR);
}

static void a_damaged_sector_counts_no_more(void **state)
{
    (void)state;
    uint32_t at = 0;
    assert_int_equal(append(1, 300, true, &at), WH_OK);
    assert_int_equal(recover(), 1);
    memset(&chip.cells.bits[at - HEAD], 0x80, 1);
    assert_int_equal(recover(), UINT32_MAX);
    assert_int_equal(append(2, 20, false, &at), WH_MISS_WEAR);
}

static void nothing_is_counted_without_a_sector(void **state)
{
    (void)state;
    uint32_t at = 0;
    assert_int_equal(recover(), UINT32_MAX);
    assert_int_equal(append(1, 300, true, &at), WH_OK);
    assert_int_equal(wh_journal_forget(&chip.flash), WH_OK);
    assert_int_equal(recover(), UINT32_MAX);
}

#define JOURNAL_TEST(test) cmocka_unit_test_setup_teardown(test, fresh_chip, no_rule_was_broken)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(recoveries_are_counted_since_the_newest_sector_was_begun),
        JOURNAL_TEST(a_sector_without_room_counts_no_more),
        JOURNAL_TEST(a_damaged_sector_counts_no_more),
        JOURNAL_TEST(nothing_is_counted_without_a_sector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
