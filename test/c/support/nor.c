#include "nor.h"

#include <string.h>

/* ---- Chance: splitmix64 ------------------------------------------------------------- */

static uint64_t next_random(nor *chip)
{
    uint64_t z = (chip->random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint8_t random_byte(nor *chip)
{
    return (uint8_t)next_random(chip);
}

/* ---- Rules ---------------------------------------------------------------------------- */

static int break_rule(nor *chip, const char *rule)
{
    chip->violation = chip->violation != NULL ? chip->violation : rule;
    return -1;
}

static size_t capacity(const nor *chip)
{
    return (size_t)chip->flash.sector_count * WH_FLASH_SECTOR;
}

static bool is_within(const nor *chip, uint32_t at, size_t size)
{
    return at <= capacity(chip) && size <= capacity(chip) - at;
}

/* A bit that is surely 0 and is asked to be 1. */
static bool asks_for_ones(const nor *chip, uint32_t at, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((bytes[i] & ~chip->cells.bits[at + i] & ~chip->cells.weak[at + i] & 0xff) != 0) {
            return true;
        }
    }
    return false;
}

static const char *broken_by_program(const nor *chip, uint32_t at, const uint8_t *bytes, size_t size)
{
    if (size == 0 || at % WH_FLASH_ALIGN != 0 || size % WH_FLASH_ALIGN != 0) {
        return "program: not aligned";
    }
    if (!is_within(chip, at, size)) {
        return "program: out of bounds";
    }
    return asks_for_ones(chip, at, bytes, size) ? "program: a 0 was asked to become a 1" : NULL;
}

/* ---- Cells ------------------------------------------------------------------------------ */

/* Makes the bits of `mask` in one byte take their new value: 0 in a program, 1 in an erase. */
static void finish_bits(nor *chip, uint32_t at, uint8_t mask, bool ones)
{
    uint8_t *bits = &chip->cells.bits[at];
    *bits = (uint8_t)(ones ? *bits | mask : *bits & ~mask);
    chip->cells.weak[at] &= (uint8_t)~mask;
}

static void weaken_bits(nor *chip, uint32_t at, uint8_t mask)
{
    chip->cells.weak[at] |= mask;
    chip->cells.any_weak = chip->cells.any_weak || mask != 0;
}

/* One byte behind the part that got done. `mask` has the bits that were to change. */
static void tear_byte(nor *chip, uint32_t at, uint8_t mask, bool ones)
{
    uint8_t changed = random_byte(chip);
    switch (chip->fault.shape) {
    case NOR_CUT_BITS:
        finish_bits(chip, at, mask & changed, ones);
        break;
    case NOR_CUT_WEAK:
        weaken_bits(chip, at, mask);
        break;
    case NOR_CUT_MIXED:
        finish_bits(chip, at, mask & changed, ones);
        weaken_bits(chip, at, mask & (uint8_t)~changed & random_byte(chip));
        break;
    default:
        break;
    }
}

/* Which bits of a byte change in the operation: those that are not yet surely as wanted. */
static uint8_t changing(const nor *chip, uint32_t at, uint8_t wanted, bool ones)
{
    uint8_t bits = chip->cells.bits[at];
    uint8_t weak = chip->cells.weak[at];
    return (uint8_t)(ones ? (uint8_t)~bits | weak : (uint8_t)~wanted & (bits | weak));
}

/* `bytes` is NULL in an erase. What lies from `begin` up to `end` gets done. */
static void apply(nor *chip, uint32_t at, const uint8_t *bytes, size_t size, size_t begin, size_t end)
{
    bool ones = bytes == NULL;
    for (uint32_t i = 0; i < size; i++) {
        uint8_t mask = changing(chip, at + i, ones ? 0xff : bytes[i], ones);
        if (i >= begin && i < end) {
            finish_bits(chip, at + i, mask, ones);
        } else {
            tear_byte(chip, at + i, mask, ones);
        }
    }
}

static void apply_torn(nor *chip, uint32_t at, const uint8_t *bytes, size_t size)
{
    const nor_fault *fault = &chip->fault;
    switch (fault->shape) {
    case NOR_CUT_BEFORE:
        break;
    case NOR_CUT_AFTER:
        apply(chip, at, bytes, size, 0, size);
        break;
    case NOR_CUT_WORD:
        apply(chip, at, bytes, size, fault->extent, fault->extent + 4);
        break;
    default:
        apply(chip, at, bytes, size, 0, fault->extent);
        break;
    }
}

/* ---- Operations ----------------------------------------------------------------------------- */

void nor_power_off(nor *chip)
{
    chip->off = true;
    if (chip->on_cut != NULL) {
        chip->on_cut(chip->on_cut_ctx);
    }
}

/* Runs an operation that keeps the rules, and lets it meet its fault. */
static int run(nor *chip, uint32_t at, const uint8_t *bytes, size_t size)
{
    bool met = chip->fault.nth > 0 && --chip->fault.nth == 0;
    if (!met) {
        apply(chip, at, bytes, size, 0, size);
        return 0;
    }
    chip->torn_at = at;
    chip->torn_size = size;
    chip->torn_erase = bytes == NULL;
    apply_torn(chip, at, bytes, size);
    if (chip->fault.cut) {
        nor_power_off(chip);
    }
    return -1;
}

static uint8_t weak_byte(nor *chip)
{
    switch (chip->weakness) {
    case NOR_READS_0:
        return 0;
    case NOR_READS_1:
        return 0xff;
    default:
        return random_byte(chip);
    }
}

static void read_cells(nor *chip, uint32_t at, uint8_t *out, size_t size)
{
    memcpy(out, &chip->cells.bits[at], size);
    for (size_t i = 0; chip->cells.any_weak && i < size; i++) {
        uint8_t weak = chip->cells.weak[at + i];
        if (weak != 0) {
            out[i] = (uint8_t)((out[i] & ~weak) | (weak_byte(chip) & weak));
        }
    }
}

static int nor_read(void *ctx, uint32_t at, void *out, size_t size)
{
    nor *chip = ctx;
    if (chip->off) {
        return -1;
    }
    chip->reads++;
    if (!is_within(chip, at, size)) {
        return break_rule(chip, "read: out of bounds");
    }
    if (chip->failing_read > 0 && --chip->failing_read == 0) {
        return -1;
    }
    read_cells(chip, at, out, size);
    return 0;
}

static int nor_program(void *ctx, uint32_t at, const void *bytes, size_t size)
{
    nor *chip = ctx;
    if (chip->off) {
        return -1;
    }
    chip->programs++;
    const char *broken = broken_by_program(chip, at, bytes, size);
    return broken != NULL ? break_rule(chip, broken) : run(chip, at, bytes, size);
}

static int nor_erase(void *ctx, uint32_t sector)
{
    nor *chip = ctx;
    if (chip->off) {
        return -1;
    }
    chip->erases++;
    if (sector >= chip->flash.sector_count) {
        return break_rule(chip, "erase: no such sector");
    }
    chip->wear[sector]++;
    return run(chip, sector * WH_FLASH_SECTOR, NULL, WH_FLASH_SECTOR);
}

/* ---- The chip --------------------------------------------------------------------------------- */

void nor_init(nor *chip, uint32_t sectors, uint64_t seed)
{
    memset(chip, 0, sizeof *chip);
    memset(chip->cells.bits, 0xff, sizeof chip->cells.bits);
    chip->flash = (wh_flash){
        .sector_count = sectors < NOR_SECTORS_MAX ? sectors : NOR_SECTORS_MAX,
        .read = nor_read,
        .program = nor_program,
        .erase = nor_erase,
    };
    nor_attach(chip);
    nor_seed(chip, seed);
}

void nor_attach(nor *chip)
{
    chip->flash.ctx = chip;
}

void nor_seed(nor *chip, uint64_t seed)
{
    chip->random = seed;
}

void nor_set_fault(nor *chip, nor_fault fault)
{
    chip->fault = fault;
}

void nor_power_on(nor *chip)
{
    chip->off = false;
    chip->fault = (nor_fault){0};
}

static uint8_t settled(nor *chip, nor_settling how)
{
    switch (how) {
    case NOR_SETTLE_TO_0:
        return 0;
    case NOR_SETTLE_TO_1:
        return 0xff;
    default:
        return random_byte(chip);
    }
}

void nor_settle(nor *chip, nor_settling how)
{
    for (size_t i = 0; chip->cells.any_weak && i < capacity(chip); i++) {
        uint8_t weak = chip->cells.weak[i];
        if (weak != 0) {
            uint8_t *bits = &chip->cells.bits[i];
            *bits = (uint8_t)((*bits & ~weak) | (settled(chip, how) & weak));
            chip->cells.weak[i] = 0;
        }
    }
    chip->cells.any_weak = false;
}

void nor_rot(nor *chip, uint32_t at, size_t size, unsigned flips)
{
    for (unsigned i = 0; i < flips; i++) {
        uint64_t where = next_random(chip) % (size * 8);
        chip->cells.bits[at + where / 8] ^= (uint8_t)(1u << (where % 8));
    }
}

bool nor_contains(const nor *chip, const void *bytes, size_t size)
{
    for (size_t at = 0; at + size <= capacity(chip); at++) {
        if (memcmp(&chip->cells.bits[at], bytes, size) == 0) {
            return true;
        }
    }
    return false;
}

const char *nor_violation(const nor *chip)
{
    return chip->violation;
}

uint64_t nor_operations(const nor *chip)
{
    return chip->programs + chip->erases;
}
