/** Moments, and how long ago they were.
 *
 * The elapsed clock runs through deep sleep and starts again at 0 when power is
 * lost; each run has an epoch, a random number kept in RTC RAM. The wall clock may
 * be unknown. An age is known when both moments are of one epoch, or when the wall
 * clock was known at both; otherwise it is unknown, which is an answer.
 */
#ifndef WARMHELLO_CLOCK_H
#define WARMHELLO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

typedef struct wh_instant {
    /** Which run of the elapsed clock. */
    uint64_t epoch;
    uint64_t elapsed_us;
    /** Seconds since 1970-01-01 UTC, 0 when unknown. */
    int64_t wall_s;
} wh_instant;

/** An age, in microseconds. A clock is not exact, so it lies between two bounds: a ticket's
 * age must not be over-estimated, an expiry not missed. */
typedef struct wh_age {
    bool known;
    uint64_t least_us;
    uint64_t most_us;
} wh_age;

/** The platform's elapsed clock, in microseconds. */
uint64_t wh_clock_elapsed_us(void);

/** Seconds since 1970-01-01 UTC, 0 while unknown. A clock that reads earlier than a moment
 * that has certainly passed is not believed. */
int64_t wh_clock_wall_s(void);

/** Seconds since 1970-01-01 UTC that have certainly passed: now, or the platform's floor while the time is
 * unknown. */
int64_t wh_clock_certain_s(void);

/** Now, on the platform's clocks, in the run `epoch`. */
wh_instant wh_clock_now(uint64_t epoch);

/** How long before `now` the moment `then` was. A moment after `now` has no known age. */
wh_age wh_clock_age(const wh_instant *then, const wh_instant *now);

#endif
