#include "worlds.h"

void worlds_begin(worlds *w)
{
    *w = (worlds){.count = 1};
}

uint32_t world_offers(const world *one)
{
    return one->rtc != 0 ? one->rtc : one->flash;
}

static world changed(world one, change what, uint32_t serial)
{
    switch (what) {
    case RTC_BECOMES:
        return (world){serial, one.flash};
    case FLASH_BECOMES:
        return (world){one.rtc, serial};
    case FLASH_BECOMES_RTC:
        return (world){one.rtc, one.rtc != 0 ? one.rtc : one.flash};
    case LOSES:
        return (world){one.rtc == serial ? 0 : one.rtc, one.flash == serial ? 0 : one.flash};
    case RTC_GOES:
        return (world){0, one.flash};
    case FLASH_GOES:
        return (world){one.rtc, 0};
    case ALL_GOES:
        return (world){0, 0};
    default:
        return (world){world_offers(&one), one.flash};
    }
}

static void add(worlds *w, world one)
{
    for (unsigned i = 0; i < w->count; i++) {
        if (w->list[i].rtc == one.rtc && w->list[i].flash == one.flash) {
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

bool worlds_know(const worlds *w, uint32_t serial)
{
    for (unsigned i = 0; i < w->count; i++) {
        if (w->list[i].rtc == serial || w->list[i].flash == serial) {
            return true;
        }
    }
    return false;
}
