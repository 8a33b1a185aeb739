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
    /* The latest moment that was ever known. */
    int64_t latest_s;
} wh_wall;

/* Once at boot. `clock_goes_on`: the elapsed clock ran all the while; otherwise the time is not known any
 * more, but that it is later than the latest. */
void wh_wall_begin(wh_wall *wall, bool clock_goes_on);

/* SNTP has answered. A moment before `floor_s` is not believed. */
void wh_wall_sync(wh_wall *wall, int64_t now_s, int64_t floor_s, uint64_t elapsed_us);

/* Seconds since 1970-01-01 UTC, 0 when unknown. */
int64_t wh_wall_now(const wh_wall *wall, uint64_t elapsed_us);

/* Keeps what is known now for after the next sleep. */
void wh_wall_note(wh_wall *wall, uint64_t elapsed_us);

/* A moment that has certainly passed: the latest ever known, or `built_s`. */
int64_t wh_wall_floor(const wh_wall *wall, int64_t built_s);

/* Whether to ask: the time is not known, or was asked for a day ago. */
bool wh_wall_is_due(const wh_wall *wall, uint64_t elapsed_us);

#endif
