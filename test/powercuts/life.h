/** What a device does with its store, step by step, and beside it the model: two numbers.
 *
 * A step that the power cuts short leaves the model between `now` and `next`: either may be
 * true afterwards, and nothing else.
 */
#ifndef TEST_LIFE_H
#define TEST_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "sessions.h"

typedef enum step {
    END,
    PUT12,       /* a TLS 1.2 session comes into RTC RAM */
    PUT13,       /* a TLS 1.3 ticket does */
    BESIDE,      /* another one does, and the one before stays as the spare */
    WRITE,       /* what is in RTC RAM goes to flash */
    WRITE_WEARS, /* the same when the wear budget does not allow it */
    SECOND,      /* a second ticket goes to flash */
    SPEND,       /* the session is taken out to be offered, which uses it up */
    DROP,        /* the session is taken out and turns out to be useless */
    TRUST,       /* it is offered though nobody knows its age, and is stored anew with that counted */
    FORGET,
    WAKE,     /* the session is looked at */
    TIMELESS, /* no clock tells the time from now on */
    POWER,    /* the power goes and comes back between operations */
    SLEEP,    /* long enough for the wear budget */
    FILL,     /* flash is written until the next record needs an erase */
    FILL_ALL, /* until every sector was in use */
    LAST      /* the newest sector gets the highest sequence, which no device comes to */
} step;

#define STEPS_MAX 12
#define DEAD_MAX 16

/** The serial of what each tier holds and may offer, and of the spare in RTC RAM; 0 for none. */
typedef struct tiers {
    uint32_t rtc, spare, flash;
    /** A write of what RTC RAM holds was begun, or it came from flash. */
    bool is_in_flash;
} tiers;

typedef struct life {
    tiers now, next;
    /** What may never be offered again. */
    uint32_t dead[DEAD_MAX];
    unsigned dead_count;
    uint32_t last_serial;
    /** The session that went out on trust, and the losses of power that its record has to tell of since. */
    uint32_t trusted;
    unsigned losses;
    /** The step under way, or the last one. */
    step step;
    /** A reset came while RTC RAM was written: what was in it may be lost. */
    bool rtc_torn;
    /** There was a LAST: the next sector is begun without those before, and what was in flash is lost. */
    bool starts_over;
    /** What another peer had was forgotten, too. */
    bool has_forgotten;
    /** The part of flash that it has. */
    uint32_t first_sector;
    uint32_t sectors;
    /** Operations on flash when it began. */
    uint64_t operations;
} life;

/** Runs steps up to END or until the power goes. Returns NULL, or what went wrong. */
const char *live(life *l, const step *steps);

/** Puts a session to death: it was used up, or forgotten. */
void bury(life *l, uint32_t serial);
bool is_dead(const life *l, uint32_t serial);

/** What a get brings when this is in the tiers. */
uint32_t offered(const tiers *t);

/** The power goes. */
void lose_rtc(tiers *t);

#endif
