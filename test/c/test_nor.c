/* The flash in memory keeps NOR's rules and fails as told, or the tests on it show nothing. */

#include "test_case.h"
#include <string.h>

#include "nor.h"

static nor chip;
static const uint8_t word[4] = {0x12, 0x34, 0x56, 0x78};

static int fresh_chip(void **state)
{
    (void)state;
    nor_init(&chip, 2, 7);
    return 0;
}

#define NOR_TEST(name) TEST_WITH(name, fresh_chip, NULL)

static int program(uint32_t at, const void *bytes, size_t size)
{
    return chip.flash.program(chip.flash.ctx, at, bytes, size);
}

static int erase(uint32_t sector)
{
    return chip.flash.erase(chip.flash.ctx, sector);
}

static uint32_t read_word(uint32_t at)
{
    uint8_t b[4] = {0};
    assert_int_equal(chip.flash.read(chip.flash.ctx, at, b, sizeof b), 0);
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

NOR_TEST(what_was_programmed_is_read_until_it_is_erased)
{
    assert_int_equal(program(4096, word, sizeof word), 0);
    assert_int_equal(read_word(4096), 0x78563412);
    assert_true(nor_contains(&chip, word, sizeof word));
    assert_int_equal(erase(1), 0);
    assert_int_equal(read_word(4096), 0xffffffff);
    assert_int_equal(chip.wear[1], 1);
    assert_null(nor_violation(&chip));
}

NOR_TEST(a_bit_does_not_come_back_by_programming)
{
    assert_int_equal(program(0, word, sizeof word), 0);
    assert_int_equal(program(0, "\xff\xff\xff\xff", 4), -1);
    assert_non_null(nor_violation(&chip));
    assert_int_equal(read_word(0), 0x78563412);
}

NOR_TEST(alignment_and_bounds_are_rules)
{
    uint8_t one = 0;
    const struct {
        uint32_t at;
        size_t size;
    } wrong[] = {{2, 4}, {0, 3}, {8192, 4}, {8188, 8}, {0, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        nor_init(&chip, 2, 7);
        assert_int_equal(program(wrong[i].at, "\0\0\0\0\0\0\0", wrong[i].size), -1);
        assert_non_null(nor_violation(&chip));
    }
    nor_init(&chip, 2, 7);
    assert_int_equal(erase(2), -1);
    assert_non_null(nor_violation(&chip));
    nor_init(&chip, 2, 7);
    assert_int_equal(chip.flash.read(chip.flash.ctx, 8192, &one, 1), -1);
    assert_non_null(nor_violation(&chip));
}

NOR_TEST(power_that_goes_leaves_a_prefix_and_stays_away)
{
    nor_set_fault(&chip, (nor_fault){.nth = 2, .cut = true, .shape = NOR_CUT_PREFIX, .extent = 2});
    assert_int_equal(program(0, word, sizeof word), 0);
    assert_int_equal(program(4, word, sizeof word), -1);
    uint8_t b = 0;
    assert_int_equal(chip.flash.read(chip.flash.ctx, 0, &b, 1), -1);
    assert_int_equal(program(8, word, sizeof word), -1);
    nor_power_on(&chip);
    assert_int_equal(read_word(0), 0x78563412);
    assert_int_equal(read_word(4), 0xffff3412);
    assert_int_equal(read_word(8), 0xffffffff);
}

NOR_TEST(an_operation_can_fail_with_power)
{
    nor_set_fault(&chip, (nor_fault){.nth = 1, .shape = NOR_CUT_BEFORE});
    assert_int_equal(program(0, word, sizeof word), -1);
    assert_int_equal(read_word(0), 0xffffffff);
    assert_int_equal(program(0, word, sizeof word), 0);
}

NOR_TEST(weak_bits_read_both_ways_until_they_settle)
{
    nor_set_fault(&chip, (nor_fault){.nth = 1, .cut = true, .shape = NOR_CUT_WEAK});
    assert_int_equal(program(0, "\0\0\0\0", 4), -1);
    nor_power_on(&chip);
    uint32_t zeros_seen = 0;
    uint32_t ones_seen = 0;
    for (int i = 0; i < 100; i++) {
        zeros_seen |= ~read_word(0);
        ones_seen |= read_word(0);
    }
    assert_int_equal(zeros_seen, 0xffffffff);
    assert_int_equal(ones_seen, 0xffffffff);
    chip.weakness = NOR_READS_0;
    assert_int_equal(read_word(0), 0);
    nor_settle(&chip, NOR_SETTLE_TO_1);
    assert_int_equal(read_word(0), 0xffffffff);
}

NOR_TEST(an_erase_can_give_back_one_mark)
{
    assert_int_equal(program(0, word, sizeof word), 0);
    assert_int_equal(program(4, "\0\0\0\0", 4), 0);
    nor_set_fault(&chip, (nor_fault){.nth = 1, .cut = true, .shape = NOR_CUT_WORD, .extent = 4});
    assert_int_equal(erase(0), -1);
    nor_power_on(&chip);
    assert_int_equal(read_word(0), 0x78563412);
    assert_int_equal(read_word(4), 0xffffffff);
}
