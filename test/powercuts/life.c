#include "kept.h"
#include "life.h"

#include <string.h>

#include "board.h"
#include "crc32.h"
#include "journal.h"

void bury(life *l, uint32_t serial)
{
    if (serial != 0 && !is_dead(l, serial)) {
        l->dead[l->dead_count++ % DEAD_MAX] = serial;
    }
}

bool is_dead(const life *l, uint32_t serial)
{
    for (unsigned i = 0; i < l->dead_count && i < DEAD_MAX; i++) {
        if (l->dead[i] == serial) {
            return true;
        }
    }
    return false;
}

uint32_t offered(const tiers *t)
{
    return t->rtc != 0 ? t->rtc : t->flash;
}

static const char *expect(int result, int wanted)
{
    return result == wanted || the_board.chip.off ? NULL : wh_error_meaning(result);
}

void lose_rtc(tiers *t)
{
    *t = (tiers){.flash = t->flash};
}

/* What is there is spent, and the spare takes its place. */
static void lose_newest(tiers *t)
{
    *t = (tiers){.rtc = t->spare, .flash = t->flash};
}

static const char *put(life *l, wh_protocol protocol, bool beside)
{
    uint32_t spare = beside && !l->now.is_in_flash ? l->now.rtc : 0;
    l->next = (tiers){.rtc = ++l->last_serial, .spare = spare, .flash = l->now.flash};
    return expect(put_session(l->last_serial, &(putting){.protocol = protocol, .beside = beside}), WH_OK);
}

static const char *write_rtc(life *l, int wanted)
{
    l->next.is_in_flash = true;
    if (wanted == WH_OK) {
        l->next.flash = l->now.rtc;
    }
    return expect(persist_rtc(0), wanted);
}

static const char *second(life *l)
{
    l->next.flash = ++l->last_serial;
    return expect(persist_session(l->last_serial, WH_TLS13, 0), WH_OK);
}

/* A look at what there is. It moves up into RTC RAM. */
static const char *wake(life *l, got_session *got)
{
    *got = get_session(0);
    if (l->now.rtc == 0) {
        l->next.rtc = l->now.flash;
        l->next.is_in_flash = l->now.flash != 0;
    }
    if (the_board.chip.off) {
        return NULL;
    }
    l->now = l->next;
    return got->serial == offered(&l->now) ? NULL : "another session than expected";
}

static int drop(const wh_binding *binding, uint32_t generation)
{
    return wh_store_drop(binding, generation, WH_OK);
}

/* That which was got is taken out. */
static void lose(life *l, uint32_t serial)
{
    lose_newest(&l->next);
    l->next.flash = l->now.flash == serial ? 0 : l->now.flash;
}

static const char *take_out(life *l, int (*how)(const wh_binding *binding, uint32_t generation))
{
    got_session got;
    const char *wrong = wake(l, &got);
    if (wrong != NULL || the_board.chip.off || got.serial == 0) {
        return wrong;
    }
    lose(l, got.serial);
    int result = how(&got.info.binding, got.generation);
    if (result == WH_OK && !the_board.chip.off) {
        bury(l, got.serial);
    }
    return expect(result, WH_OK);
}

static const char *go_on_trust(life *l)
{
    got_session got;
    wh_lineage counted;
    const char *wrong = wake(l, &got);
    if (wrong != NULL || the_board.chip.off || got.serial == 0) {
        return wrong;
    }
    if (!goes_on_trust(&got, &counted)) {
        return "its age is known";
    }
    lose(l, got.serial);
    int result = wh_store_spend(&got.info.binding, got.generation);
    if (result != WH_OK || the_board.chip.off) {
        return expect(result, WH_OK);
    }
    l->trusted = got.serial;
    l->losses = got.info.lineage.losses + 1u;
    l->now = l->next;
    l->next.rtc = got.serial;
    return expect(put_session(got.serial, &(putting){.protocol = got.info.protocol, .lineage = &counted}),
                  WH_OK);
}

static const char *forget(life *l)
{
    l->next = (tiers){0};
    int result = wh_store_forget();
    if (result == WH_OK && !the_board.chip.off) {
        l->has_forgotten = true;
        bury(l, l->now.rtc);
        bury(l, l->now.spare);
        bury(l, l->now.flash);
    }
    return expect(result, WH_OK);
}

static const char *fill(life *l, bool all)
{
    for (;;) {
        int result = persist_session(l->last_serial + 1, WH_TLS12, 0);
        if (result == WH_OK) {
            l->next.flash = ++l->last_serial;
        } else if (result != WH_MISS_WEAR) {
            return expect(result, WH_OK);
        } else if (all && the_board.chip.erases < l->sectors) {
            board_sleep(7200000000u);
        } else {
            return NULL;
        }
    }
}

static const char *reach_last(life *l)
{
    const uint32_t last = 0x7fffffff;
    wh_journal_sector newest = {.sequence = 0};
    for (uint32_t i = 0; i < the_board.chip.flash.sector_count; i++) {
        wh_journal_sector sector;
        if (i >= l->first_sector && i < l->first_sector + l->sectors &&
            wh_journal_sector_at(&the_board.chip.flash, i, &sector) == WH_OK && sector.valid &&
            sector.sequence > newest.sequence) {
            newest = sector;
        }
    }
    uint8_t *header = &the_board.chip.cells.bits[(size_t)newest.index * WH_FLASH_SECTOR];
    memcpy(header + 8, &last, sizeof last);
    uint32_t crc = wh_crc32(header, 12);
    memcpy(header + 12, &crc, sizeof crc);
    l->starts_over = true;
    return NULL;
}

static const char *lose_power(life *l)
{
    got_session got;
    nor_fault fault = the_board.chip.fault;
    board_lose_power();
    nor_set_fault(&the_board.chip, fault); /* for the recovery */
    lose_rtc(&l->now);
    l->next = l->now;
    return wake(l, &got);
}

static const char *run(life *l, step what)
{
    got_session got;
    switch (what) {
    case PUT12:
        return put(l, WH_TLS12, false);
    case PUT13:
    case BESIDE:
        return put(l, WH_TLS13, what == BESIDE);
    case WRITE:
        return write_rtc(l, WH_OK);
    case WRITE_WEARS:
        return write_rtc(l, WH_MISS_WEAR);
    case SECOND:
        return second(l);
    case SPEND:
        return take_out(l, wh_store_spend);
    case DROP:
        return take_out(l, drop);
    case TRUST:
        return go_on_trust(l);
    case FORGET:
        return forget(l);
    case WAKE:
        return wake(l, &got);
    case TIMELESS:
        the_board.wall_known = false;
        return NULL;
    case POWER:
        return lose_power(l);
    case SLEEP:
        board_sleep(7200000000u);
        return NULL;
    case FILL:
    case FILL_ALL:
        return fill(l, what == FILL_ALL);
    case LAST:
        return reach_last(l);
    default:
        return "no such step";
    }
}

const char *live(life *l, const step *steps)
{
    const char *wrong = NULL;
    for (; *steps != END && wrong == NULL; steps++) {
        l->step = *steps;
        l->next = l->now;
        l->operations = nor_operations(&the_board.chip);
        wrong = run(l, *steps);
        if (the_board.chip.off) {
            break;
        }
        l->now = l->next;
    }
    return wrong;
}
