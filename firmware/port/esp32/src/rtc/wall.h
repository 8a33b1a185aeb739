/* The calendar: SNTP's last answer, carried on by the clock that runs through deep sleep. */
#ifndef WH_WALL_H
#define WH_WALL_H

#include <stdbool.h>
#include <stdint.h>

/* In memory that survives deep sleep and may hold anything after a loss of power. The fields are private. */
typedef struct wh_wall {
    uint32_t check;
    /* The answer, in seconds since 1970-01-01 UTC, 0 for none, and when it came. */
    int64_t synced_s;
    uint64_t synced_us;
    /* The latest moment that certificates have proven; no answer can, as a time server may lie. */
    int64_t proven_s;
    /* The time is in doubt: a certificate is outside its dates by it. */
    bool doubted;
    /* The last answer came to such a doubt. */
    bool confirmed;
    /* Questions in a row that had no answer, and when the last of them was given up. */
    uint32_t unanswered;
    uint64_t unanswered_us;
} wh_wall;

/* Once at boot. `clock_goes_on`: the elapsed clock ran all the while; otherwise the time is not known any
 * more, but that it is later than what was proven. */
void wh_wall_begin(wh_wall *wall, bool clock_goes_on);

/* SNTP has answered. A moment before `floor_s` is not believed. Ends a doubt. */
void wh_wall_sync(wh_wall *wall, int64_t now_s, int64_t floor_s, uint64_t elapsed_us);

/* SNTP was asked and has not answered, or will not. Once a wake. */
void wh_wall_unanswered(wh_wall *wall, uint64_t elapsed_us);

/* Seconds since 1970-01-01 UTC, 0 when unknown. */
int64_t wh_wall_now(const wh_wall *wall, uint64_t elapsed_us);

/* A certificate that was verified had been made by then. */
void wh_wall_prove(wh_wall *wall, int64_t moment_s);

/* By the time as it is known, a certificate has ended or has not begun. Another answer is due at once; but
 * not again for an hour if the last one said the same. */
void wh_wall_doubt(wh_wall *wall, uint64_t elapsed_us);

/* A moment that has certainly passed: what was proven, less a day for authorities whose clock is fast, or
 * `built_s`. */
int64_t wh_wall_floor(const wh_wall *wall, int64_t built_s);

/* Whether to ask: the time is not known or in doubt, or was asked for a day ago. After a question without an
 * answer ten minutes pass before the next, and twice as long after each further one, up to a day; but not
 * when the time is in doubt. */
bool wh_wall_is_due(const wh_wall *wall, uint64_t elapsed_us);

#endif
