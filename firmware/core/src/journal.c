#include "journal.h"

#include <string.h>

#include "little_endian.h"
#include "crc32.h"
#include "flash_io.h"

/* ---- Layout ------------------------------------------------------------------- */

typedef struct header {
    uint32_t magic;
    uint32_t erased;
    uint32_t sequence;
    /* CRC-32 over these three. */
    uint32_t crc;
    /* Marks. */
    uint32_t forget;
    uint32_t overwritten;
} header;

/* What is programmed at once, and has to be right. */
#define HEADER_PROGRAMMED offsetof(header, forget)

/* A record follows, and ones up to a multiple of 4 bytes. A word of zeros where an entry
 * could begin is skipped. */
typedef struct head {
    uint16_t size;
    uint16_t complement;
    /* A mark. */
    uint32_t spent;
} head;

#define BLANK 0xffffffffu

/* More erases than flash survives: only what was not written by us says so. */
#define SEQUENCE_MAX 0x7fffffffu

#define MAGIC 0x314a4857u /* "WHJ1" */

static uint32_t address(uint32_t index, uint32_t offset)
{
    return index * WH_FLASH_SECTOR + offset;
}

static int result_of(bool done)
{
    return done ? WH_OK : WH_PLATFORM_FLASH;
}

/* ---- Sectors -------------------------------------------------------------------- */

typedef wh_journal_sector sector;

static uint32_t crc_of(const header *h)
{
    return wh_crc32(h, offsetof(header, crc));
}

static bool is_sound(const header *h)
{
    return h->magic == MAGIC && h->crc == crc_of(h) && h->sequence > 0 && h->sequence <= SEQUENCE_MAX;
}

static bool read_sector(const wh_flash *flash, uint32_t index, sector *out)
{
    header h;
    *out = (sector){.index = index};
    if (!wh_flash_read(flash, address(index, 0), &h, sizeof h)) {
        return false;
    }
    out->valid = is_sound(&h);
    out->erased = h.erased;
    out->sequence = h.sequence;
    out->forgotten = h.forget != BLANK;
    out->overwritten = h.overwritten == 0;
    return true;
}

int wh_journal_sector_at(const wh_flash *flash, uint32_t index, wh_journal_sector *out)
{
    return result_of(read_sector(flash, index, out));
}

static header make_header(uint32_t sequence, uint32_t erased)
{
    header h = {.magic = MAGIC, .erased = erased, .sequence = sequence};
    h.crc = crc_of(&h);
    return h;
}

/* Erases a sector and gives it its header. It is made invalid first: an erase that power
 * cuts short could otherwise bring a spent mark back to ones and leave its record. */
static bool begin_sector(const wh_flash *flash, uint32_t index, uint32_t sequence, uint32_t erased)
{
    header h = make_header(sequence, erased);
    uint32_t at = address(index, 0);
    return wh_flash_zero(flash, at, HEADER_PROGRAMMED) && flash->erase(flash->ctx, index) == 0 &&
           wh_flash_is_all(flash, at, WH_FLASH_SECTOR, 0xff) &&
           wh_flash_write(flash, at, &h, HEADER_PROGRAMMED);
}

/* Power that went while a header was programmed leaves bits that read as they like. One
 * that reads well is programmed again, any other becomes zeros: it shall not come up later
 * as a valid sector, nor vanish with what is then in it. */
static bool settle_header(const wh_flash *flash, const sector *s)
{
    header h = {0};
    if (s->valid) {
        h = make_header(s->sequence, s->erased);
    }
    return wh_flash_program(flash, address(s->index, 0), &h, HEADER_PROGRAMMED);
}

/* What is known about the ring as a whole. */
typedef struct ring {
    /* The valid sector with the highest sequence; `valid` is false in an empty journal. */
    sector newest;
    uint32_t most_erased;
    /* Everything of this sequence and below is forgotten; 0 for nothing. */
    uint32_t forgotten_up_to;
} ring;

static void add_to_ring(ring *all, const sector *s)
{
    if (s->erased > all->most_erased) {
        all->most_erased = s->erased;
    }
    if (s->sequence > all->newest.sequence) {
        all->newest = *s;
    }
    if (s->forgotten && s->sequence > all->forgotten_up_to) {
        all->forgotten_up_to = s->sequence;
    }
}

static bool read_ring(const wh_flash *flash, bool settle, ring *out)
{
    *out = (ring){0};
    for (uint32_t i = 0; i < flash->sector_count; i++) {
        sector s;
        if (!read_sector(flash, i, &s) || (settle && !settle_header(flash, &s))) {
            return false;
        }
        if (s.valid) {
            add_to_ring(out, &s);
        }
    }
    return true;
}

static bool is_live(const ring *all, const sector *s)
{
    return s->valid && !s->overwritten && s->sequence > all->forgotten_up_to;
}

/* ---- Entries -------------------------------------------------------------------- */

static uint32_t padded(uint32_t size)
{
    return (size + WH_FLASH_ALIGN - 1) & ~(uint32_t)(WH_FLASH_ALIGN - 1);
}

/* Reads the entry at `at` or behind the zeros there; `end` is that of its sector. WH_OK,
 * WH_MISS_EMPTY behind the last one, WH_DAMAGE_RECORD when nothing from here on can be told.
 * In each case `out->at` tells where it looked last. */
static int read_entry(const wh_flash *flash, uint32_t at, uint32_t end, wh_journal_entry *out)
{
    head h = {0};
    for (; h.size == 0 && h.complement == 0; at += WH_FLASH_ALIGN) {
        out->at = at + sizeof h;
        if (out->at >= end) {
            return WH_MISS_EMPTY;
        }
        if (!wh_flash_read(flash, at, &h, sizeof h)) {
            return WH_PLATFORM_FLASH;
        }
    }
    out->size = h.size;
    out->spent = h.spent != BLANK;
    if (h.size == 0xffff && h.complement == 0xffff) {
        return WH_MISS_EMPTY;
    }
    bool sound = (h.size ^ h.complement) == 0xffff && h.size != 0 && padded(h.size) <= end - out->at;
    return sound ? WH_OK : WH_DAMAGE_RECORD;
}

int wh_journal_entry_at(const wh_flash *flash, uint32_t at, wh_journal_entry *out)
{
    uint32_t index = at / WH_FLASH_SECTOR;
    if (index >= flash->sector_count || at < address(index, sizeof(header) + sizeof(head))) {
        return WH_DAMAGE_RECORD;
    }
    int result = read_entry(flash, at - sizeof(head), address(index + 1, 0), out);
    return result == WH_MISS_EMPTY || (result == WH_OK && out->at != at) ? WH_DAMAGE_RECORD : result;
}

/* How the entries of a sector end. */
typedef struct tail {
    /* As read_entry(). */
    int why;
    /* Where the next record would go, and where the last one is; 0 when there is none. */
    uint32_t next;
    uint32_t last;
    /* Where it ends, or the header when there is none. */
    uint32_t behind;
    /* Zeros where entries could have begun, in bytes. */
    uint32_t skipped;
} tail;

/* Visits the entries of one sector from `end->next` on. Returns `end->why`. */
static int walk_on(const wh_flash *flash, const sector *in, wh_journal_visitor visit, void *ctx, tail *end)
{
    wh_journal_entry entry = {.sequence = in->sequence};
    for (;;) {
        uint32_t at = end->next;
        end->why = read_entry(flash, at - sizeof(head), address(in->index + 1, 0), &entry);
        end->next = entry.at;
        end->skipped += entry.at - at;
        if (end->why != WH_OK) {
            return end->why;
        }
        visit(&entry, ctx);
        end->last = entry.at;
        end->behind = entry.at + padded(entry.size);
        end->next = end->behind + (uint32_t)sizeof(head);
    }
}

/* Visits all of them. */
static int walk(const wh_flash *flash, const sector *in, wh_journal_visitor visit, void *ctx, tail *end)
{
    uint32_t first = address(in->index, sizeof(header));
    *end = (tail){.next = first + (uint32_t)sizeof(head), .behind = first};
    return walk_on(flash, in, visit, ctx, end);
}

bool wh_journal_is_later(const wh_journal_entry *a, const wh_journal_entry *b)
{
    return a->sequence != b->sequence ? a->sequence > b->sequence : a->at > b->at;
}

int wh_journal_each(const wh_flash *flash, wh_journal_visitor visit, void *ctx)
{
    ring all;
    bool done = read_ring(flash, false, &all);
    for (uint32_t i = 0; done && i < flash->sector_count; i++) {
        sector s;
        tail end;
        done = read_sector(flash, i, &s) &&
               (!is_live(&all, &s) || walk(flash, &s, visit, ctx, &end) != WH_PLATFORM_FLASH);
    }
    return result_of(done);
}

/* ---- Marks ------------------------------------------------------------------------ */

static bool set_mark(const wh_flash *flash, uint32_t at)
{
    static const uint32_t mark = 0;
    return wh_flash_write(flash, at, &mark, sizeof mark);
}

static bool spend(const wh_flash *flash, uint32_t at)
{
    return set_mark(flash, at - sizeof(head) + offsetof(head, spent));
}

int wh_journal_spend(const wh_flash *flash, uint32_t at)
{
    return result_of(spend(flash, at));
}

/* Overwrites the entries of one sector, and only then says so: zeros that power left half
 * programmed could show again what was there. */
static bool has_bare_body(const wh_flash *flash, uint32_t index)
{
    return wh_flash_is_all(flash, address(index, sizeof(header)), WH_FLASH_SECTOR - sizeof(header), 0xff);
}

static bool overwrite_sector(const wh_flash *flash, uint32_t index)
{
    uint32_t body = address(index, sizeof(header));
    size_t size = WH_FLASH_SECTOR - sizeof(header);
    return has_bare_body(flash, index) ||
           (wh_flash_zero(flash, body, size) && wh_flash_is_all(flash, body, size, 0) &&
            set_mark(flash, address(index, offsetof(header, overwritten))));
}

/* Overwrites the entries of every sector up to a sequence. */
static bool overwrite(const wh_flash *flash, uint32_t up_to)
{
    bool done = true;
    for (uint32_t i = 0; i < flash->sector_count; i++) {
        sector s;
        /* Also a sector that is not valid: an erase may have been cut short in it. */
        bool wanted = !read_sector(flash, i, &s) || !s.valid || s.sequence <= up_to;
        if (wanted && !s.overwritten && !overwrite_sector(flash, i)) {
            done = false; /* go on with the others */
        }
    }
    return done;
}

/* ---- Appending -------------------------------------------------------------------- */

static void pass_by(const wh_journal_entry *entry, void *ctx)
{
    (void)entry;
    (void)ctx;
}

/* Where the next record goes in a sector. WH_MISS_EMPTY: no room for it, or what should be
 * erased is not. */
static int find_room(const wh_flash *flash, const sector *s, uint32_t size, uint32_t *at)
{
    tail end;
    int why = walk(flash, s, pass_by, NULL, &end);
    *at = end.next;
    if (why == WH_PLATFORM_FLASH) {
        return why;
    }
    bool free = why == WH_MISS_EMPTY && end.next + padded(size) <= address(s->index + 1, 0) &&
                wh_flash_is_all(flash, end.next - sizeof(head), sizeof(head) + padded(size), 0xff);
    return free ? WH_OK : WH_MISS_EMPTY;
}

/* Programs a record at its place, whole words and then the rest, and reads it back. */
static bool program_record(const wh_flash *flash, uint32_t at, const uint8_t *record, uint16_t size)
{
    uint32_t whole = size & ~(uint32_t)(WH_FLASH_ALIGN - 1);
    bool done = whole == 0 || wh_flash_program(flash, at, record, whole);
    if (done && whole < size) {
        uint8_t rest[WH_FLASH_ALIGN];
        done = wh_flash_read(flash, at + whole, rest, sizeof rest); /* the padding stays as it is */
        memcpy(rest, record + whole, size - whole);
        done = done && wh_flash_program(flash, at + whole, rest, sizeof rest);
    }
    return done && wh_flash_is(flash, at, record, size);
}

/* The head first, and for sure: it leads to all entries behind it. */
static bool write_entry(const wh_flash *flash, uint32_t at, const uint8_t *record, uint16_t size)
{
    const head h = {.size = size, .complement = size ^ 0xffffu};
    return wh_flash_write(flash, at - sizeof h, &h, offsetof(head, spent)) &&
           program_record(flash, at, record, size);
}

int wh_journal_confirm(const wh_flash *flash, uint32_t at, const uint8_t *record, uint16_t size)
{
    return result_of(program_record(flash, at, record, size));
}

/* Takes all headers away, so that sequences begin anew: no higher one can follow. */
static bool start_over(const wh_flash *flash, ring *all)
{
    static const header none = {0};
    bool done = overwrite(flash, all->forgotten_up_to);
    for (uint32_t i = 0; done && i < flash->sector_count; i++) {
        done = wh_flash_write(flash, address(i, 0), &none, HEADER_PROGRAMMED);
    }
    all->newest = (sector){0};
    return done;
}

/* Begins the next sector that works, but the one with `keep`. */
static bool turn(const wh_flash *flash, ring *all, uint32_t keep, uint32_t *index)
{
    uint32_t kept = keep / WH_FLASH_SECTOR; /* past the last one for WH_JOURNAL_NOWHERE */
    bool done = false;
    if (all->newest.sequence == SEQUENCE_MAX && !start_over(flash, all)) {
        return false;
    }
    for (uint32_t step = 1; step <= flash->sector_count && !done; step++) {
        *index = all->newest.valid ? (all->newest.index + step) % flash->sector_count : step - 1;
        sector old;
        if (*index == kept || !read_sector(flash, *index, &old)) {
            continue;
        }
        /* Its forget mark goes with it, so nothing may be left for the mark to cover. */
        if (old.valid && old.forgotten && !overwrite(flash, all->forgotten_up_to)) {
            continue;
        }
        uint32_t times = old.valid ? old.erased : all->most_erased;
        done = begin_sector(flash, *index, all->newest.sequence + 1, times + 1);
    }
    return done;
}

int wh_journal_append(const wh_flash *flash, const uint8_t *record, uint16_t size, uint32_t keep,
                      bool may_erase, uint32_t *at, bool *erased)
{
    *erased = false;
    ring all;
    if (!read_ring(flash, false, &all)) {
        return WH_PLATFORM_FLASH;
    }
    int result = WH_MISS_EMPTY;
    if (all.newest.sequence > all.forgotten_up_to) {
        result = find_room(flash, &all.newest, size, at);
    }
    if (result == WH_MISS_EMPTY) {
        if (!may_erase) {
            return WH_MISS_WEAR;
        }
        uint32_t index = 0;
        *erased = true;
        result = result_of(turn(flash, &all, keep, &index));
        *at = address(index, sizeof(header) + sizeof(head));
    }
    if (result == WH_OK && !write_entry(flash, *at, record, size)) {
        /* It may be whole all the same, and shall not be found some day. */
        (void)spend(flash, *at);
        result = WH_PLATFORM_FLASH;
    }
    return result;
}

/* ---- The whole journal ------------------------------------------------------------ */

static bool mark_forgotten(const wh_flash *flash, const ring *all)
{
    return !all->newest.valid || set_mark(flash, address(all->newest.index, offsetof(header, forget)));
}

int wh_journal_mark_forgotten(const wh_flash *flash)
{
    ring all;
    return result_of(read_ring(flash, false, &all) && mark_forgotten(flash, &all));
}

bool wh_journal_is_forgetting(const wh_flash *flash)
{
    ring all;
    bool is_forgetting = false;
    if (!read_ring(flash, false, &all)) {
        return false;
    }
    for (uint32_t i = 0; i < flash->sector_count && !is_forgetting; i++) {
        sector s;
        is_forgetting = read_sector(flash, i, &s) && s.valid && s.sequence <= all.forgotten_up_to &&
                        !s.overwritten && !has_bare_body(flash, i);
    }
    return is_forgetting;
}

int wh_journal_forget(const wh_flash *flash)
{
    ring all;
    if (!read_ring(flash, false, &all)) {
        return WH_PLATFORM_FLASH;
    }
    bool marked = mark_forgotten(flash, &all);
    bool overwritten = overwrite(flash, all.newest.sequence);
    return result_of(marked && overwritten);
}

typedef struct recovery {
    const wh_flash *flash;
    wh_journal_visitor visit;
    void *ctx;
    uint32_t *times;
} recovery;

static void strengthen(const wh_journal_entry *entry, void *ctx)
{
    const recovery *r = ctx;
    /* A mark that was cut short may read as fresh another day, however it reads now. */
    if (entry->spent) {
        (void)spend(r->flash, entry->at); /* it still reads as spent */
    }
    r->visit(entry, r->ctx);
}

/* Whether nothing was programmed where a record goes. */
static bool is_bare(const wh_flash *flash, uint32_t at)
{
    return wh_flash_is_all(flash, at, WH_FLASH_ALIGN, 0xff);
}

/* The same as with headers where the next entry goes: its head may have been begun and read
 * as blank or well, and have no record behind it. Zeros there are skipped, whatever they were,
 * those of earlier recoveries, too, which may have been cut short. */
static bool settle_tail(const recovery *r, const sector *s, const tail *end)
{
    uint32_t at = end->next;
    uint32_t from = end->behind;
    if (end->last != 0 && is_bare(r->flash, end->last)) {
        at = end->last;
        from = at - (uint32_t)sizeof(head);
    } else if (at >= address(s->index + 1, 0) || end->why == WH_DAMAGE_RECORD) {
        return true;
    }
    uint32_t size = at - (uint32_t)sizeof(head) + WH_FLASH_ALIGN - from;
    *r->times = end->skipped / WH_FLASH_ALIGN + 1;
    return wh_flash_zero(r->flash, from, size) && wh_flash_is_all(r->flash, from, size, 0);
}

/* Visits the entries of a sector after a loss of power. */
static bool settle_entries(recovery *r, const sector *s, bool newest)
{
    tail end;
    (void)walk(r->flash, s, strengthen, r, &end);
    /* A head that reads as damage becomes zeros, too, and what lies behind it is seen from now on. One with a
     * record behind it was sound once, and entries may follow: the sector takes no more. */
    while (newest && end.why == WH_DAMAGE_RECORD && is_bare(r->flash, end.next)) {
        if (!set_mark(r->flash, end.next - sizeof(head))) {
            return false;
        }
        (void)walk_on(r->flash, s, strengthen, r, &end);
    }
    return end.why != WH_PLATFORM_FLASH && (!newest || settle_tail(r, s, &end));
}

int wh_journal_recover(const wh_flash *flash, wh_journal_visitor visit, void *ctx, uint32_t *times)
{
    ring all;
    recovery r = {.flash = flash, .visit = visit, .ctx = ctx, .times = times};
    *times = UINT32_MAX;
    if (!read_ring(flash, true, &all)) {
        return WH_PLATFORM_FLASH;
    }
    bool done = all.forgotten_up_to == 0 || overwrite(flash, all.forgotten_up_to);
    for (uint32_t i = 0; done && i < flash->sector_count; i++) {
        sector s;
        done = read_sector(flash, i, &s) &&
               (!is_live(&all, &s) || settle_entries(&r, &s, i == all.newest.index));
    }
    return result_of(done);
}
