/* Records in NOR flash: a ring of sectors, each a header and entries one after another.
 * Private; docs/SPEC.md gives every byte.
 *
 * Power may go at any operation. Afterwards an entry is whole, or its record does not
 * open; what was marked as spent or forgotten is never fresh again. The caller checks
 * records by opening them: the journal believes nothing but its own headers.
 *
 * Nothing is kept in RAM: each call reads what it needs.
 */
#ifndef WH_JOURNAL_H
#define WH_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"
#include "warmhello/flash.h"

/* No address. */
#define WH_JOURNAL_NOWHERE 0xffffffffu

typedef struct wh_journal_entry {
    /* Address of the record, and its size in bytes. */
    uint32_t at;
    uint16_t size;
    /* Of its sector. */
    uint32_t sequence;
    /* Any zero bit in the spent mark. */
    bool spent;
} wh_journal_entry;

/* What the header of a sector says. */
typedef struct wh_journal_sector {
    uint32_t index;
    bool valid;
    /* Times it was erased. */
    uint32_t erased;
    /* One more than that of the sector begun before it. */
    uint32_t sequence;
    /* Its records, and those of all sectors below it in sequence, are to be overwritten. */
    bool forgotten;
    /* They are. */
    bool overwritten;
} wh_journal_sector;

/* Reads the header of a sector, for looking. WH_PLATFORM_FLASH. */
WH_MUST_CHECK int wh_journal_sector_at(const wh_flash *flash, uint32_t index, wh_journal_sector *out);

/* Reads the entry whose record is at `at`. WH_DAMAGE_RECORD: there is none. */
WH_MUST_CHECK int wh_journal_entry_at(const wh_flash *flash, uint32_t at, wh_journal_entry *out);

/* Whether `a` was written after `b`. Both are of one wh_journal_each(). */
bool wh_journal_is_later(const wh_journal_entry *a, const wh_journal_entry *b);

/* Told of one entry. */
typedef void (*wh_journal_visitor)(const wh_journal_entry *entry, void *ctx);

/* Visits every entry, spent ones included; those of one sector in the order
 * in which they were written, but sectors in any. WH_PLATFORM_FLASH. */
WH_MUST_CHECK int wh_journal_each(const wh_flash *flash, wh_journal_visitor visit, void *ctx);

/* Writes a record behind the newest entry, in the next sector when there is no room. The
 * sector that holds `keep`, an address or WH_JOURNAL_NOWHERE, is not erased. Sets `at` to
 * the record's address, and `erased` when a sector was erased.
 *
 * Power failing midway: the record is not there; others are as they were, but for those of
 * the sector that was to be erased. WH_MISS_WEAR: an erase is needed and `may_erase` is
 * false. WH_PLATFORM_FLASH: an operation failed, or did not read back. */
WH_MUST_CHECK int wh_journal_append(const wh_flash *flash, const uint8_t *record, uint16_t size,
                                    uint32_t keep, bool may_erase, uint32_t *at, bool *erased);

/* Marks a record as spent, one program operation without an erase, and reads it back.
 * Power failing midway: marked, or as before. WH_PLATFORM_FLASH: not certain. */
WH_MUST_CHECK int wh_journal_spend(const wh_flash *flash, uint32_t at);

/* Programs a record again that reads well: power may have gone in the middle of its last
 * bits, which then read well today only. WH_PLATFORM_FLASH. */
WH_MUST_CHECK int wh_journal_confirm(const wh_flash *flash, uint32_t at, const uint8_t *record,
                                     uint16_t size);

/* Overwrites every record. From the first operation on, power may fail: then
 * wh_journal_recover() goes on with it. WH_PLATFORM_FLASH: something is left. */
WH_MUST_CHECK int wh_journal_forget(const wh_flash *flash);

/* Its first operation alone, from which on recovery goes on with it. For several journals that shall be
 * forgotten together: all are marked before the first one is overwritten. WH_PLATFORM_FLASH. */
WH_MUST_CHECK int wh_journal_mark_forgotten(const wh_flash *flash);

/* Whether a forget was begun and is not at its end. False where flash does not tell. */
bool wh_journal_is_forgetting(const wh_flash *flash);

/* After a loss of power, before anything else: ends what was begun, and makes sure that
 * what power left half programmed reads tomorrow as it reads today, but for spent and
 * forget marks that read as blank: they may yet come through. Visits every entry on the
 * way; the newest record is the caller's to confirm. A few program operations, no erase.
 *
 * Each recovery leaves a word of zeros in the newest sector, a write that was cut short perhaps
 * another. Sets `times` to how many are there, this one's included: so often was it recovered
 * since it was begun. UINT32_MAX when the next record needs another sector whatever its size,
 * as that one is full or damaged, or there is none whose records count: then nothing is
 * counted. WH_PLATFORM_FLASH. */
WH_MUST_CHECK int wh_journal_recover(const wh_flash *flash, wh_journal_visitor visit, void *ctx,
                                     uint32_t *times);

#endif
