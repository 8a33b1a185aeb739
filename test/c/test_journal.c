/* The journal alone, on a flash chip in memory: what its headers may say, and what it counts. */

#include "test_case.h"
#include <string.h>

#include "crc32.h"
#include "journal.h"
#include "nor.h"

enum { SECTORS = 3, HEADER = 24, HEAD = 8, ERASED = 4, SEQUENCE = 8, CRC = 12 };

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

#define JOURNAL_TEST(name) TEST_WITH(name, fresh_chip, no_rule_was_broken)

static int append(uint8_t filling, uint16_t size, bool may_erase, uint32_t *at)
{
    uint8_t record[WH_FLASH_SECTOR];
    bool erased = false;
    memset(record, filling, size);
    return wh_journal_append(&chip.flash, record, size, WH_JOURNAL_NOWHERE, may_erase, at, &erased);
}

/* The only record that can be read and is not spent, by what it is filled with. 0: none. */
static void look(const wh_journal_entry *entry, void *ctx)
{
    uint8_t *found = ctx;
    if (!entry->spent) {
        assert_int_equal(*found, 0);
        *found = chip.cells.bits[entry->at];
    }
}

static uint8_t fresh_record(void)
{
    uint8_t found = 0;
    assert_int_equal(wh_journal_each(&chip.flash, look, &found), WH_OK);
    return found;
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

JOURNAL_TEST(recoveries_are_counted_since_the_newest_sector_was_begun)
{
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

JOURNAL_TEST(a_sector_without_room_counts_no_more)
{
    uint32_t at = 0;
    assert_int_equal(append(1, WH_FLASH_SECTOR - HEADER - 2 * HEAD - 4, true, &at), WH_OK);
    assert_int_equal(recover(), 1);
    assert_int_equal(recover(), UINT32_MAX);
    assert_int_equal(append(2, 20, false, &at), WH_MISS_WEAR);
}

JOURNAL_TEST(a_damaged_sector_counts_no_more)
{
    uint32_t at = 0;
    assert_int_equal(append(1, 300, true, &at), WH_OK);
    assert_int_equal(recover(), 1);
    memset(&chip.cells.bits[at - HEAD], 0x80, 1);
    assert_int_equal(recover(), UINT32_MAX);
    assert_int_equal(append(2, 20, false, &at), WH_MISS_WEAR);
}

JOURNAL_TEST(nothing_is_counted_without_a_sector)
{
    uint32_t at = 0;
    assert_int_equal(recover(), UINT32_MAX);
    assert_int_equal(append(1, 300, true, &at), WH_OK);
    assert_int_equal(wh_journal_forget(&chip.flash), WH_OK);
    assert_int_equal(recover(), UINT32_MAX);
}

/* ---- What recovery tells of is what there is ---------------------------------------------- */

/* A bit rots in what is skipped, which hides the entry behind it. Were it skipped again only later, a record
 * would come back that nobody could mark. */
JOURNAL_TEST(recovery_tells_of_each_record_that_is_there_behind_it)
{
    uint32_t at = 0;
    assert_int_equal(append(1, 300, true, &at), WH_OK);
    assert_int_equal(wh_journal_spend(&chip.flash, at), WH_OK);
    (void)recover();
    assert_int_equal(append(2, 300, true, &at), WH_OK);
    chip.cells.bits[at - HEAD - 3] = 0x10;
    assert_int_equal(fresh_record(), 0);
    uint8_t told = 0;
    uint32_t times = 0;
    assert_int_equal(wh_journal_recover(&chip.flash, look, &told, &times), WH_OK);
    assert_int_equal(told, 2);
    assert_int_equal(fresh_record(), 2);
    assert_int_equal(wh_journal_spend(&chip.flash, at), WH_OK);
    assert_int_equal(append(3, 300, false, &at), WH_OK);
    assert_int_equal(fresh_record(), 3);
}

/* The word of zeros of a recovery that was cut short reads well for a while: long enough for a record to be
 * written behind it. */
JOURNAL_TEST(a_recovery_that_was_cut_short_loses_nothing_later)
{
    static const nor_shape shapes[] = {NOR_CUT_WEAK, NOR_CUT_MIXED};
    for (uint64_t seed = 0; seed < 64; seed++) {
        uint32_t at = 0;
        uint32_t times = 0;
        nor_init(&chip, SECTORS, seed);
        assert_int_equal(append(1, 300, true, &at), WH_OK);
        for (int cut = 0; cut < 3; cut++) {
            nor_set_fault(&chip, (nor_fault){.nth = SECTORS + 1, .cut = true, .shape = shapes[seed % 2]});
            assert_int_equal(wh_journal_recover(&chip.flash, ignore, NULL, &times), WH_PLATFORM_FLASH);
            nor_power_on(&chip);
            chip.weakness = NOR_READS_0;
        }
        (void)recover();
        assert_int_equal(wh_journal_spend(&chip.flash, at), WH_OK);
        assert_int_equal(append(2, 300, false, &at), WH_OK);
        nor_settle(&chip, NOR_SETTLE_TO_1);
        assert_int_equal(fresh_record(), 2);
    }
}

/* ---- The end of the sequence ------------------------------------------------------------- */

/* Somebody wrote a header that no device comes to. */
static void put_sequence(uint32_t sector, uint32_t sequence)
{
    uint8_t *header = &chip.cells.bits[(size_t)sector * WH_FLASH_SECTOR];
    memcpy(header + SEQUENCE, &sequence, sizeof sequence);
    uint32_t crc = wh_crc32(header, CRC);
    memcpy(header + CRC, &crc, sizeof crc);
}

/* As a device does it: the new record, then the mark on the one before. */
static void replace(uint8_t filling, uint32_t *at)
{
    uint8_t record[2000];
    uint32_t before = *at;
    bool erased = false;
    memset(record, filling, sizeof record);
    assert_int_equal(wh_journal_append(&chip.flash, record, sizeof record, before, true, at, &erased), WH_OK);
    if (before != WH_JOURNAL_NOWHERE) {
        assert_int_equal(wh_journal_spend(&chip.flash, before), WH_OK);
    }
}

JOURNAL_TEST(the_highest_sequence_does_not_end_the_journal)
{
    static const uint32_t sequences[] = {0x7ffffffe, 0x7fffffff};
    for (size_t i = 0; i < 2; i++) {
        for (uint32_t sector = 0; sector < SECTORS; sector++) {
            uint32_t at = WH_JOURNAL_NOWHERE;
            nor_init(&chip, SECTORS, 11);
            for (uint8_t filling = 1; filling < 5; filling++) {
                replace(filling, &at);
            }
            put_sequence(sector, sequences[i]);
            for (uint8_t filling = 5; filling < 100; filling++) {
                replace(filling, &at);
                (void)recover();
                assert_int_equal(fresh_record(), filling);
            }
            assert_in_range(chip.wear[sector], 10, 40);
        }
    }
}

/* Nor when every sector says so. */
JOURNAL_TEST(all_sectors_may_have_the_highest_sequence)
{
    uint32_t at = WH_JOURNAL_NOWHERE;
    for (uint8_t filling = 1; filling < 7; filling++) {
        replace(filling, &at);
    }
    for (uint32_t sector = 0; sector < SECTORS; sector++) {
        put_sequence(sector, 0x7fffffff);
    }
    for (uint8_t filling = 7; filling < 100; filling++) {
        replace(filling, &at);
        (void)recover();
        assert_int_equal(fresh_record(), filling);
    }
}

/* A forget of which an operation failed, but not its mark, which is the first. */
static void forget_badly(uint64_t failing)
{
    uint32_t at = WH_JOURNAL_NOWHERE;
    nor_init(&chip, SECTORS, 11);
    for (uint8_t filling = 1; filling < 7; filling++) {
        replace(filling, &at);
    }
    assert_int_equal(append(7, 300, true, &at), WH_OK); /* in the first sector again */
    put_sequence(at / WH_FLASH_SECTOR, 0x7fffffff);
    nor_set_fault(&chip, (nor_fault){.nth = failing});
    assert_int_equal(wh_journal_forget(&chip.flash), WH_PLATFORM_FLASH);
    assert_int_equal(fresh_record(), 0);
}

/* The forget mark goes with its header, wherever the power goes, and what it covers stays. */
JOURNAL_TEST(what_was_forgotten_at_the_highest_sequence_stays_so)
{
    for (uint64_t failing = 2; failing < 190; failing++) {
        bool off = true;
        for (uint64_t nth = 1; off; nth++) {
            uint32_t at = 0;
            forget_badly(failing);
            nor_set_fault(&chip, (nor_fault){.nth = nth, .cut = true, .shape = NOR_CUT_AFTER});
            int result = append(8, 300, true, &at);
            off = chip.off;
            assert_true(off || result == WH_OK);
            nor_power_on(&chip);
            (void)recover();
            uint8_t found = fresh_record();
            assert_true(found == 8 || (off && found == 0));
        }
    }
}
