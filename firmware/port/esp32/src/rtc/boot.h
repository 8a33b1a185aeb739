/* What survives deep sleep, and whether to believe it at boot. */
#ifndef WH_BOOT_H
#define WH_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "rtc/fast_wake.h"
#include "rtc/pace.h"
#include "rtc/wall.h"
#include "warmhello/platform.h"
#include "warmhello/service.h"
#include "warmhello/wake.h"

/* In RTC memory. */
typedef struct wh_boot_memory {
    uint32_t magic;
    /* Wakes since the power came. */
    uint32_t wakes;
    /* The elapsed clock as it was last seen, and when the last sleep began; 0 for none. */
    uint64_t last_us;
    uint64_t slept_us;
    /* How long the last wake took that ended in sleep, all included; 0 if none did. */
    uint32_t awake_us;
    wh_wall wall;
    wh_fast_memory fast;
    wh_pace pace;
    wh_service_memory service;
    _Alignas(uint64_t) uint8_t slots[WH_PEERS_MAX * WH_RTC_SIZE];
} wh_boot_memory;

typedef struct wh_boot {
    wh_wake_cause cause;
    /* Of this wake, from 1. */
    uint32_t number;
    /* How long the sleep before it was, in milliseconds; 0 if there was none. */
    uint64_t slept_ms;
    /* How long the wake before that one took, in microseconds; 0 if no sleep ended it. */
    uint32_t previous_awake_us;
    /* How many wakes in a row have crashed, up to this boot; 0 if this boot is not after a crash. */
    uint32_t crashes;
} wh_boot;

/* Once at boot: overwrites the memory if it may have outlived time that no clock counted (power away,
 * brown-out, a clock that has begun anew), but for the latest moment ever known, which stays true.
 * `elapsed_us`: the clock at the reset. */
wh_boot wh_boot_begin(wh_boot_memory *memory, wh_wake_cause cause, uint64_t elapsed_us);

/* This wake makes a full handshake, to be compared with the others: every second one. */
bool wh_boot_is_full_turn(const wh_boot *boot);

#endif
