#include "journal.h"

#include <string.h>

#include "bytes.h"
#include "crc32.h"

/* ---- Layout, little-endian ---------------------------------------------------
 * Sector: magic, times it was erased, sequence (one more than the sector before),
 * CRC-32 over these three, forget mark, mark that its entries are overwritten.
 * Entry: size and its complement, spent mark, record, padding of ones to 4 bytes.
 * A word of zeros where an entry could begin is skipped. */
enum {
    /* More erases than flash survives: a header that says so would end the journal. */
    SEQUENCE_MAX = 0x7fffffff,
    AT_MAGIC = 0,
    AT_ERASED = 4,
    AT_SEQUENCE = 8,
    AT_CRC = 12,
    AT_FORGET = 16,
    AT_OVERWRITTEN = 20,
    HEADER_SIZE = 24,
    ENTRY_SIZE = 0,
    ENTRY_SPENT = 4,
    ENTRY_RECORD = 8,
    CHUNK = 64, /* bytes compared or overwritten at a time, on the stack */
};

static const uint8_t magic[4] = {'W', 'H', 'J', '1'};

typedef struct sector {
    uint32_t index;
    uint32_t erased;
    uint32_t sequence;
    bool valid;
    bool forgotten;
    bool overwritten;
} sector;

static uint32_t address(uint32_t index, uint32_t offset)
{
    return index * WH_FLASH_SECTOR + offset;
}

static int read_at(const wh_flash *flash, uint32_t at, void *out, size_t size)
{
    return flash->read(flash->ctx, at, out, size) == 0 ? WH_OK : WH_PLATFORM_FLASH;
}

static int program_at(const wh_flash *flash, uint32_t at, const void *bytes, size_t size)
{
    return flash->program(flash->ctx, at, bytes, size) == 0 ? WH_OK : WH_PLATFORM_FLASH;
}

static int program_zeros(const wh_flash *flash, uint32_t at, size_t size)
{
    static const uint8_t zeros[CHUNK] = {0};
    int result = WH_OK;
    for (size_t done = 0; done < size && result == WH_OK; done += CHUNK) {
        result = program_at(flash, at + (uint32_t)done, zeros, size - done < CHUNK ? size - done : CHUNK);
    }
    return result;
}

/* WH_OK if all bytes have that value. */
static int expect_all(const wh_flash *flash, uint32_t at, size_t size, uint8_t value)
{
    uint8_t bytes[CHUNK];
    for (size_t done = 0; done < size; done += CHUNK) {
        size_t part = size - done < CHUNK ? size - done : CHUNK;
        if (read_at(flash, at + (uint32_t)done, bytes, part) != WH_OK) {
            return WH_PLATFORM_FLASH;
        }
        for (size_t i = 0; i < part; i++) {
            if (bytes[i] != value) {
                return WH_DAMAGE_RECORD;
            }
        }
    }
    return WH_OK;
}

static int expect_same(const wh_flash *flash, uint32_t at, const uint8_t *expected, size_t size)
{
    uint8_t bytes[CHUNK];
    for (size_t done = 0; done < size; done += CHUNK) {
        size_t part = size - done < CHUNK ? size - done : CHUNK;
        if (read_at(flash, at + (uint32_t)done, bytes, part) != WH_OK ||
            memcmp(bytes, expected + done, part) != 0) {
            return WH_PLATFORM_FLASH;
        }
    }
    return WH_OK;
}

/* ---- Sectors -------------------------------------------------------------------- */

static bool is_header(const uint8_t *bytes)
{
    uint32_t sequence = (uint32_t)wh_get_le(bytes + AT_SEQUENCE, 4);
    return memcmp(bytes, magic, sizeof magic) == 0 &&
           wh_get_le(bytes + AT_CRC, 4) == wh_crc32(bytes, AT_CRC) && sequence > 0 &&
           sequence <= SEQUENCE_MAX;
}

static int read_sector(const wh_flash *flash, uint32_t index, sector *out)
{
    uint8_t header[HEADER_SIZE];
    int result = read_at(flash, address(index, 0), header, sizeof header);
    *out = (sector){
        .index = index,
        .erased = (uint32_t)wh_get_le(header + AT_ERASED, 4),
        .sequence = (uint32_t)wh_get_le(header + AT_SEQUENCE, 4),
        .valid = result == WH_OK && is_header(header),
        .forgotten = wh_get_le(header + AT_FORGET, 4) != 0xffffffffu,
        .overwritten = wh_get_le(header + AT_OVERWRITTEN, 4) == 0,
    };
    return result;
}

int wh_journal_sector_at(const wh_flash *flash, uint32_t index, wh_journal_sector *out)
{
    sector one;
    int result = read_sector(flash, index, &one);
    *out = (wh_journal_sector){
        .valid = one.valid,
        .erased = one.erased,
        .sequence = one.sequence,
        .forgotten = one.forgotten,
    };
    return result;
}

/* What is known about the ring as a whole. */
typedef struct ring {
    /* The valid sector with the highest sequence; `valid` is false in an empty journal. */
    sector newest;
    uint32_t most_erased;
    /* Everything of this sequence and below is forgotten; 0 for nothing. */
    uint32_t forgotten_up_to;
} ring;

static int read_ring(const wh_flash *flash, ring *out)
{
    *out = (ring){0};
    for (uint32_t i = 0; i < flash->sector_count; i++) {
        sector one;
        int result = read_sector(flash, i, &one);
        if (result != WH_OK) {
            return result;
        }
        if (!one.valid) {
            continue;
        }
        if (one.erased > out->most_erased) {
            out->most_erased = one.erased;
        }
        if (!out->newest.valid || one.sequence > out->newest.sequence) {
            out->newest = one;
        }
        if (one.forgotten && one.sequence > out->forgotten_up_to) {
            out->forgotten_up_to = one.sequence;
        }
    }
    return WH_OK;
}

static void make_header(uint8_t *out, uint32_t sequence, uint32_t erased)
{
    memcpy(out, magic, sizeof magic);
    wh_put_le(out + AT_ERASED, erased, 4);
    wh_put_le(out + AT_SEQUENCE, sequence, 4);
    wh_put_le(out + AT_CRC, wh_crc32(out, AT_CRC), 4);
}

/* Erases a sector and gives it its header. It is made invalid first: an erase that power
 * cuts short could otherwise bring a spent mark back to ones and leave its record. */
static int begin_sector(const wh_flash *flash, uint32_t index, uint32_t sequence, uint32_t erased)
{
    uint8_t header[AT_FORGET];
    make_header(header, sequence, erased);
    int result = program_zeros(flash, address(index, 0), AT_FORGET);
    if (result == WH_OK) {
        result = flash->erase(flash->ctx, index) == 0 ? WH_OK : WH_PLATFORM_FLASH;
    }
    if (result == WH_OK) {
        result = expect_all(flash, address(index, 0), WH_FLASH_SECTOR, 0xff);
    }
    if (result == WH_OK) {
        result = program_at(flash, address(index, 0), header, sizeof header);
    }
    if (result == WH_OK) {
        result = expect_same(flash, address(index, 0), header, sizeof header);
    }
    return result == WH_OK ? WH_OK : WH_PLATFORM_FLASH;
}

/* ---- Entries -------------------------------------------------------------------- */

static uint32_t padded(uint32_t size)
{
    return (size + WH_FLASH_ALIGN - 1) & ~(uint32_t)(WH_FLASH_ALIGN - 1);
}

static int read_head(const wh_flash *flash, uint32_t at, wh_journal_entry *out)
{
    uint8_t head[ENTRY_RECORD];
    if (read_at(flash, at, head, sizeof head) != WH_OK) {
        return WH_PLATFORM_FLASH;
    }
    uint32_t size = (uint32_t)wh_get_le(head + ENTRY_SIZE, 2);
    uint32_t complement = (uint32_t)wh_get_le(head + ENTRY_SIZE + 2, 2);
    *out = (wh_journal_entry){
        .at = at + ENTRY_RECORD,
        .size = (uint16_t)size,
        .spent = wh_get_le(head + ENTRY_SPENT, 4) != 0xffffffffu,
    };
    if (size == 0xffff && complement == 0xffff) {
        return WH_MISS_EMPTY;
    }
    bool sound = (size ^ complement) == 0xffff && size != 0 &&
                 padded(size) <= WH_FLASH_SECTOR - at % WH_FLASH_SECTOR - ENTRY_RECORD;
    return sound ? WH_OK : WH_DAMAGE_RECORD;
}

static bool is_zero(const wh_flash *flash, uint32_t at)
{
    return expect_all(flash, at, WH_FLASH_ALIGN, 0) == WH_OK;
}

/* Reads the entry at `offset` or behind the zeros there, and moves `offset` to it. WH_OK,
 * WH_MISS_EMPTY behind the last one, WH_DAMAGE_RECORD when nothing from here on can be told. */
static int read_entry(const wh_flash *flash, uint32_t index, uint32_t *offset, wh_journal_entry *out)
{
    int result = WH_MISS_EMPTY;
    while (*offset + ENTRY_RECORD < WH_FLASH_SECTOR) {
        result = read_head(flash, address(index, *offset), out);
        if (result != WH_DAMAGE_RECORD || !is_zero(flash, address(index, *offset))) {
            return result;
        }
        *offset += WH_FLASH_ALIGN;
    }
    return WH_MISS_EMPTY;
}

int wh_journal_entry_at(const wh_flash *flash, uint32_t at, wh_journal_entry *out)
{
    uint32_t offset = at % WH_FLASH_SECTOR;
    if (at / WH_FLASH_SECTOR >= flash->sector_count || offset < HEADER_SIZE + ENTRY_RECORD) {
        return WH_DAMAGE_RECORD;
    }
    int result = read_head(flash, at - ENTRY_RECORD, out);
    return result == WH_MISS_EMPTY ? WH_DAMAGE_RECORD : result;
}

static uint32_t after(const wh_journal_entry *entry)
{
    return entry->at % WH_FLASH_SECTOR + padded(entry->size);
}

/* Visits the entries of one sector. Sets `stopped` when the visitor did. */
static int each_in_sector(const wh_flash *flash, const sector *in, wh_journal_visitor visit, void *ctx,
                          bool *stopped)
{
    wh_journal_entry entry;
    int result = WH_OK;
    for (uint32_t offset = HEADER_SIZE; !*stopped; offset = after(&entry)) {
        result = read_entry(flash, in->index, &offset, &entry);
        if (result != WH_OK) {
            break;
        }
        entry.sequence = in->sequence;
        *stopped = !visit(&entry, ctx);
    }
    return result == WH_PLATFORM_FLASH ? result : WH_OK;
}

bool wh_journal_is_later(const wh_journal_entry *a, const wh_journal_entry *b)
{
    return a->sequence != b->sequence ? a->sequence > b->sequence : a->at > b->at;
}

int wh_journal_each(const wh_flash *flash, wh_journal_visitor visit, void *ctx)
{
    ring all;
    int result = read_ring(flash, &all);
    bool stopped = false;
    for (uint32_t i = 0; i < flash->sector_count && result == WH_OK && !stopped; i++) {
        sector one;
        result = read_sector(flash, i, &one);
        if (result == WH_OK && one.valid && !one.overwritten && one.sequence > all.forgotten_up_to) {
            result = each_in_sector(flash, &one, visit, ctx, &stopped);
        }
    }
    return result;
}

/* ---- Marks ------------------------------------------------------------------------ */

static int clear_mark(const wh_flash *flash, uint32_t at)
{
    static const uint8_t zeros[4] = {0};
    int result = program_at(flash, at, zeros, sizeof zeros);
    return result == WH_OK ? expect_same(flash, at, zeros, sizeof zeros) : result;
}

int wh_journal_spend(const wh_flash *flash, uint32_t at)
{
    return clear_mark(flash, at - ENTRY_RECORD + ENTRY_SPENT);
}

/* Overwrites the entries of one sector, and only then says so: zeros that power left half
 * programmed could show again what was there. */
static int overwrite_sector(const wh_flash *flash, uint32_t index)
{
    uint32_t body = address(index, HEADER_SIZE);
    size_t size = WH_FLASH_SECTOR - HEADER_SIZE;
    if (expect_all(flash, body, size, 0xff) == WH_OK) {
        return WH_OK;
    }
    int result = program_zeros(flash, body, size);
    if (result == WH_OK) {
        result = expect_all(flash, body, size, 0);
    }
    if (result == WH_OK) {
        result = clear_mark(flash, address(index, AT_OVERWRITTEN));
    }
    return result;
}

/* Overwrites the entries of every sector up to a sequence. */
static int overwrite(const wh_flash *flash, uint32_t up_to)
{
    int result = WH_OK;
    for (uint32_t i = 0; i < flash->sector_count; i++) {
        sector one;
        int read = read_sector(flash, i, &one);
        /* Also a sector that is not valid: an erase may have been cut short in it. */
        bool wanted = read != WH_OK || !one.valid || one.sequence <= up_to;
        if (wanted && !one.overwritten && overwrite_sector(flash, i) != WH_OK) {
            result = WH_PLATFORM_FLASH; /* go on with the others */
        }
    }
    return result;
}

/* ---- Appending -------------------------------------------------------------------- */

/* Where the next entry goes in a sector. WH_MISS_EMPTY: no room for it, or what should be
 * erased is not. */
static int find_room(const wh_flash *flash, uint32_t index, uint32_t size, uint32_t *offset)
{
    wh_journal_entry entry;
    int result = WH_OK;
    *offset = HEADER_SIZE;
    while ((result = read_entry(flash, index, offset, &entry)) == WH_OK) {
        *offset = after(&entry);
    }
    if (result == WH_PLATFORM_FLASH) {
        return result;
    }
    uint32_t needed = ENTRY_RECORD + padded(size);
    if (result == WH_DAMAGE_RECORD || *offset + needed > WH_FLASH_SECTOR ||
        expect_all(flash, address(index, *offset), needed, 0xff) != WH_OK) {
        return WH_MISS_EMPTY;
    }
    return WH_OK;
}

/* Programs a record at its place, and reads it back. */
static int program_record(const wh_flash *flash, uint32_t at, const uint8_t *record, uint16_t size)
{
    int result = WH_OK;
    uint32_t whole = size & ~(uint32_t)(WH_FLASH_ALIGN - 1);
    if (whole > 0) {
        result = program_at(flash, at, record, whole);
    }
    if (result == WH_OK && whole < size) {
        uint8_t tail[WH_FLASH_ALIGN];
        result = read_at(flash, at + whole, tail, sizeof tail); /* the padding stays as it is */
        memcpy(tail, record + whole, size - whole);
        result = result == WH_OK ? program_at(flash, at + whole, tail, sizeof tail) : result;
    }
    return result == WH_OK ? expect_same(flash, at, record, size) : result;
}

/* The head first, and for sure: it leads to all entries behind it. */
static int write_entry(const wh_flash *flash, uint32_t at, const uint8_t *record, uint16_t size)
{
    uint8_t head[4];
    wh_put_le(head, size, 2);
    wh_put_le(head + 2, size ^ 0xffffu, 2);
    uint32_t start = at - ENTRY_RECORD;
    int result = program_at(flash, start + ENTRY_SIZE, head, sizeof head);
    if (result == WH_OK) {
        result = expect_same(flash, start + ENTRY_SIZE, head, sizeof head);
    }
    return result == WH_OK ? program_record(flash, at, record, size) : result;
}

int wh_journal_confirm(const wh_flash *flash, uint32_t at, const uint8_t *record, uint16_t size)
{
    return program_record(flash, at, record, size);
}

/* Begins the next sector that works, but the one with `keep`. */
static int turn(const wh_flash *flash, const ring *all, uint32_t keep, uint32_t *index)
{
    uint32_t kept = keep != WH_JOURNAL_NOWHERE ? keep / WH_FLASH_SECTOR : flash->sector_count;
    int result = WH_PLATFORM_FLASH;
    for (uint32_t step = 1; step <= flash->sector_count && result != WH_OK; step++) {
        *index = all->newest.valid ? (all->newest.index + step) % flash->sector_count : step - 1;
        sector old;
        if (*index == kept || read_sector(flash, *index, &old) != WH_OK) {
            continue;
        }
        /* Its forget mark goes with it, so nothing may be left for the mark to cover. */
        if (old.valid && old.forgotten && overwrite(flash, all->forgotten_up_to) != WH_OK) {
            continue;
        }
        uint32_t times = old.valid ? old.erased : all->most_erased;
        result = begin_sector(flash, *index, all->newest.sequence + 1, times + 1);
    }
    return result;
}

int wh_journal_append(const wh_flash *flash, const uint8_t *record, uint16_t size, uint32_t keep,
                      bool may_erase, uint32_t *at, bool *erased)
{
    *erased = false;
    ring all;
    int result = read_ring(flash, &all);
    if (result != WH_OK) {
        return result;
    }
    uint32_t offset = HEADER_SIZE;
    uint32_t index = all.newest.index;
    if (all.newest.valid && all.newest.sequence > all.forgotten_up_to) {
        result = find_room(flash, index, size, &offset);
    } else {
        result = WH_MISS_EMPTY;
    }
    if (result == WH_MISS_EMPTY) {
        if (!may_erase) {
            return WH_MISS_WEAR;
        }
        *erased = true;
        offset = HEADER_SIZE;
        result = turn(flash, &all, keep, &index);
    }
    if (result != WH_OK) {
        return result;
    }
    *at = address(index, offset + ENTRY_RECORD);
    result = write_entry(flash, *at, record, size);
    if (result != WH_OK) {
        /* It may be whole all the same, and shall not be found some day. */
        int marked = wh_journal_spend(flash, *at);
        (void)marked;
    }
    return result;
}

/* ---- The whole journal ------------------------------------------------------------ */

int wh_journal_forget(const wh_flash *flash)
{
    ring all;
    int result = read_ring(flash, &all);
    if (result != WH_OK) {
        return result;
    }
    if (all.newest.valid) {
        result = clear_mark(flash, address(all.newest.index, AT_FORGET));
    }
    int overwritten = overwrite(flash, all.newest.sequence);
    return result == WH_OK ? overwritten : result;
}

static bool strengthen(const wh_journal_entry *entry, void *ctx)
{
    /* A mark that was cut short may read as fresh another day, however it reads now. */
    if (entry->spent) {
        int result = wh_journal_spend(ctx, entry->at);
        (void)result; /* it still reads as spent */
    }
    return true;
}

/* Power that went while a header was programmed leaves bits that read as they like. One
 * that reads well is programmed again, any other becomes zeros: it shall not come up later
 * as a valid sector, nor vanish with what is then in it. */
static int settle_headers(const wh_flash *flash)
{
    int result = WH_OK;
    for (uint32_t i = 0; i < flash->sector_count && result == WH_OK; i++) {
        uint8_t header[AT_FORGET];
        sector one;
        result = read_sector(flash, i, &one);
        if (result == WH_OK && one.valid) {
            make_header(header, one.sequence, one.erased);
            result = program_at(flash, address(i, 0), header, sizeof header);
        } else if (result == WH_OK) {
            result = program_zeros(flash, address(i, 0), sizeof header);
        }
    }
    return result;
}

/* Whether nothing was programmed behind the head of an entry and its mark. */
static bool is_bare(const wh_flash *flash, const wh_journal_entry *entry)
{
    return expect_all(flash, entry->at, WH_FLASH_ALIGN, 0xff) == WH_OK;
}

/* The same where the next entry goes: its head may have been begun and read as blank, as
 * damage or well, and have no record behind it. Zeros there are skipped, whatever they were. */
static int settle_tail(const wh_flash *flash, uint32_t index)
{
    wh_journal_entry entry;
    uint32_t offset = HEADER_SIZE;
    uint32_t bare = 0;
    int result = read_entry(flash, index, &offset, &entry);
    for (; result == WH_OK; result = read_entry(flash, index, &offset, &entry)) {
        bare = is_bare(flash, &entry) ? offset : 0;
        offset = after(&entry);
    }
    if (result == WH_PLATFORM_FLASH) {
        return result;
    }
    offset = bare != 0 ? bare : offset;
    /* A damaged head with a record behind it was sound once, and entries may follow: the
     * sector takes no more. */
    bool full = offset + ENTRY_RECORD >= WH_FLASH_SECTOR;
    if (full || (bare == 0 && result == WH_DAMAGE_RECORD && !is_bare(flash, &entry))) {
        return WH_OK;
    }
    return clear_mark(flash, address(index, offset));
}

int wh_journal_recover(const wh_flash *flash)
{
    int result = settle_headers(flash);
    ring all = {0};
    if (result == WH_OK) {
        result = read_ring(flash, &all);
    }
    if (result != WH_OK) {
        return result;
    }
    if (all.forgotten_up_to > 0) {
        result = overwrite(flash, all.forgotten_up_to);
    }
    if (result == WH_OK && all.newest.valid && all.newest.sequence > all.forgotten_up_to) {
        result = settle_tail(flash, all.newest.index);
    }
    int visited = wh_journal_each(flash, strengthen, (void *)flash);
    return result == WH_OK ? visited : result;
}
