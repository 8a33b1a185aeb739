/** The model of the store: what may be in its two tiers, RTC RAM with room for a spare.
 *
 * A call that was cut short, or that failed, may have had its effect or not: then there are
 * several possible worlds, and what the store answers later leaves those that agree. None
 * left means that the store is wrong.
 */
#ifndef TEST_WORLDS_H
#define TEST_WORLDS_H

#include <stdbool.h>
#include <stdint.h>

/** Serials of the sessions, 0 for none. */
typedef struct world {
    uint32_t rtc, spare, flash;
    /** A write of the one in RTC RAM to flash was begun, or it is from there. */
    bool is_in_flash;
} world;

#define WORLDS_MAX 64

typedef struct worlds {
    world list[WORLDS_MAX];
    unsigned count;
    /** What is in flash may be gone at any time: a mark on it was begun, or bits rotted. */
    bool flash_shaky;
    /** The same of RTC RAM. */
    bool rtc_shaky;
} worlds;

/** One change of a world. */
typedef enum change {
    RTC_BECOMES,   /* serial */
    RTC_BESIDE,    /* serial; what was there is the spare, unless flash may have it */
    FLASH_BECOMES, /* serial */
    FLASH_BECOMES_RTC,
    WRITES_RTC, /* to flash, where it may not come to be */
    LOSES,      /* serial, but for a spare; which takes the place of the one in RTC RAM */
    DROPS_RTC,  /* as LOSES, whatever it is, in RTC RAM alone */
    SPARE_GOES,
    RTC_GOES, /* as with the power */
    FLASH_GOES,
    ALL_GOES,
    PROMOTES /* what is offered moves into RTC RAM */
} change;

void worlds_begin(worlds *w);

/** The change happened. */
void worlds_change(worlds *w, change what, uint32_t serial);

/** It happened or not. */
void worlds_fork(worlds *w, change what, uint32_t serial);

/** What a get brings in that world. */
uint32_t world_offers(const world *one);

/** Keeps the worlds that offer this serial. False if there are none. */
bool worlds_keep_offering(worlds *w, uint32_t serial);

/** Whether one of them has a spare. */
bool worlds_have_spare(const worlds *w);

#endif
