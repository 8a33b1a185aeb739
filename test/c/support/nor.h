/** NOR flash in memory, behind a wh_flash, that can fail and lose power as the real thing
 * does. It knows nothing about what is stored in it.
 *
 * Rules, kept whatever the code under test does: programming only clears bits, erasing
 * sets a sector, addresses and sizes are aligned and within bounds. Breaking one makes the
 * operation fail and is kept for nor_violation().
 *
 * A bit that power left half programmed or half erased is weak: it reads at random, or as
 * `weakness` says, until it is programmed to 0, erased, or settles.
 *
 * When the power goes, the operation under way is torn, and every later one fails without
 * effect until nor_power_on(): the code under test runs to its end, as it would not on a
 * board, but changes nothing any more. All is repeatable from the seed.
 */
#ifndef TEST_NOR_H
#define TEST_NOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/flash.h"

/** The most sectors it can have. */
#define NOR_SECTORS_MAX 8

/** How an operation is torn. `extent` is the number of bytes, from the front, that it got
 * done; what lies behind is done in the manner of the shape. */
typedef enum nor_shape {
    /** Not begun. `extent` is ignored. */
    NOR_CUT_BEFORE,
    /** Done, but the caller never hears of it. `extent` is ignored. */
    NOR_CUT_AFTER,
    /** The rest is as it was. */
    NOR_CUT_PREFIX,
    /** Of the rest, each bit that was to change has changed or not. */
    NOR_CUT_BITS,
    /** Of the rest, each bit that was to change is weak. */
    NOR_CUT_WEAK,
    /** Of the rest, each bit that was to change has changed, is weak, or is as it was. */
    NOR_CUT_MIXED,
    /** Done is the word of 4 bytes behind `extent` alone: in an erase, a mark comes back to
     * ones, and what it marks stays. */
    NOR_CUT_WORD,
    NOR_SHAPES
} nor_shape;

/** How weak bits read: as they like, or for now all as 0 or as 1, as cells do that drift. */
typedef enum nor_weakness { NOR_READS_AT_RANDOM, NOR_READS_0, NOR_READS_1 } nor_weakness;

/** How weak bits settle. */
typedef enum nor_settling { NOR_SETTLE_TO_0, NOR_SETTLE_TO_1, NOR_SETTLE_AT_RANDOM } nor_settling;

typedef struct nor_cells {
    uint8_t bits[NOR_SECTORS_MAX * WH_FLASH_SECTOR];
    uint8_t weak[NOR_SECTORS_MAX * WH_FLASH_SECTOR];
    bool any_weak;
} nor_cells;

/** What the next operations meet. */
typedef struct nor_fault {
    /** Which program or erase from now, counted from 1; 0 for none. */
    uint64_t nth;
    /** The power goes in it; otherwise it returns an error, torn in the same way. */
    bool cut;
    nor_shape shape;
    size_t extent;
} nor_fault;

/** Fields are for reading; functions below change them. Structs may be copied to go back to
 * an earlier state, but nor_attach() must name the copy that is in use. */
typedef struct nor {
    wh_flash flash;
    nor_cells cells;
    uint64_t random;
    /** May be set at any time. */
    nor_weakness weakness;
    nor_fault fault;
    /** Of reads alone: which from now fails, 0 for none. */
    uint64_t failing_read;
    bool off;
    /** Called as the power goes, after the torn operation took its effect; may be NULL. */
    void (*on_cut)(void *ctx);
    void *on_cut_ctx;
    /** Operations since nor_init(), failing ones included, those without power not. */
    uint64_t reads, programs, erases;
    uint32_t wear[NOR_SECTORS_MAX];
    /** The last operation that was torn: its address and size, and whether it was an erase. */
    uint32_t torn_at;
    size_t torn_size;
    bool torn_erase;
    const char *violation;
} nor;

/** A chip that comes from the factory, erased, with power. */
void nor_init(nor *chip, uint32_t sectors, uint64_t seed);

/** Makes `flash` of a copied chip work on the copy. */
void nor_attach(nor *chip);

/** Starts another sequence of random choices. */
void nor_seed(nor *chip, uint64_t seed);

/** Sets what happens at the nth program or erase from now; replaces what was set before. */
void nor_set_fault(nor *chip, nor_fault fault);

/** The power goes now, between operations. */
void nor_power_off(nor *chip);

/** Power comes back. Weak bits stay weak. */
void nor_power_on(nor *chip);

/** Every weak bit becomes a 0 or a 1 for good. */
void nor_settle(nor *chip, nor_settling how);

/** Flips bits at random: bit rot. The flipped bits are in `size` bytes from `at`. */
void nor_rot(nor *chip, uint32_t at, size_t size, unsigned flips);

/** Whether `size` bytes, as a reader with a microscope would see them, are somewhere in it. */
bool nor_contains(const nor *chip, const void *bytes, size_t size);

/** Which rule was broken first, or NULL. */
const char *nor_violation(const nor *chip);

/** Programs and erases so far. */
uint64_t nor_operations(const nor *chip);

#endif
