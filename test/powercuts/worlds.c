#include "worlds.h"

void worlds_begin(worlds *w)
{
    *w = (worlds){.count = 1};
}

uint32_t world_offers(const world *one)
{
    return one->rtc != 0 ? one->rtc : one->flash;
}

static world without_rtc(world one)
{
    return (world){.rtc = one.spare, .flash = one.flash};
}

/* What becomes of RTC RAM alone. */
static world rtc_changed(world one, change what, uint32_t serial)
{
    switch (what) {
    case RTC_BECOMES:
        return (world){.rtc = serial, .flash = one.flash};
    case RTC_BESIDE:
        return (world){.rtc = serial, .spare = one.is_in_flash ? 0 : one.rtc, .flash = one.flash};
    case DROPS_RTC:
        return without_rtc(one);
    case SPARE_GOES:
        one.spare = 0;
        return one;
    default:
        return (world){.flash = one.flash};
    }
}

static world changed(world one, change what, uint32_t serial)
{
    switch (what) {
    case FLASH_BECOMES:
        one.flash = serial;
        return one;
    case FLASH_BECOMES_RTC:
        one.flash = one.rtc != 0 ? one.rtc : one.flash;
        one.is_in_flash = one.rtc != 0;
        return one;
    case WRITES_RTC:
        one.is_in_flash = one.rtc != 0;
        return one;
    case LOSES:
        one.flash = one.flash == serial ? 0 : one.flash;
        return one.rtc == serial ? without_rtc(one) : one;
    case FLASH_GOES:
        one.flash = 0;
        return one;
    case ALL_GOES:
        return (world){0};
    case PROMOTES:
        return one.rtc != 0 || one.flash == 0
                   ? one
                   : (world){.rtc = one.flash, .flash = one.flash, .is_in_flash = true};
    default:
        return rtc_changed(one, what, serial);
    }
}

static bool is_same(const world *a, const world *b)
{
    return a->rtc == b->rtc && a->spare == b->spare && a->flash == b->flash &&
           a->is_in_flash == b->is_in_flash;
}

static void add(worlds *w, world one)
{
    for (unsigned i = 0; i < w->count; i++) {
        if (is_same(&w->list[i], &one)) {
            return;
        }
    }
    if (w->count < WORLDS_MAX) {
        w->list[w->count++] = one;
    }
}

void worlds_change(worlds *w, change what, uint32_t serial)
{
    worlds before = *w;
    w->count = 0;
    for (unsigned i = 0; i < before.count; i++) {
        add(w, changed(before.list[i], what, serial));
    }
}

void worlds_fork(worlds *w, change what, uint32_t serial)
{
    unsigned count = w->count;
    for (unsigned i = 0; i < count; i++) {
        add(w, changed(w->list[i], what, serial));
    }
}

bool worlds_keep_offering(worlds *w, uint32_t serial)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < w->count; i++) {
        if (world_offers(&w->list[i]) == serial) {
            w->list[kept++] = w->list[i];
        }
    }
    w->count = kept;
    return kept > 0;
}

bool worlds_have_spare(const worlds *w)
{
    for (unsigned i = 0; i < w->count; i++) {
        if (w->list[i].spare != 0) {
            return true;
        }
    }
    return false;
}
