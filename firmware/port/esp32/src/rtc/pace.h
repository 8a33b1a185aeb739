/* What a wake leaves to the next ones about when to wake: for how long the app sleeps, how often there was no
 * network, and how often there was a crash. It decides only; sleep.c and tls_task.c act. */
#ifndef WH_PACE_H
#define WH_PACE_H

#include <stddef.h>
#include <stdint.h>

/* For how long to sleep when nobody has said so yet: ten minutes, in microseconds. */
#define WH_PACE_SLEEP_US 600000000ULL

/* After so many crashes in a row the device sleeps before it tries again. */
#define WH_PACE_CRASHES 3

/* It doubles that sleep with each further one, up to an hour, in microseconds. */
#define WH_PACE_CRASH_SLEEP_MAX_US 3600000000ULL

/* In memory that survives deep sleep and may hold anything after a loss of power. The fields are private. */
typedef struct wh_pace {
    uint32_t check;
    /* Wakes without a network, in a row. */
    uint32_t offline;
    /* Crashes since the last sleep that was ordered. */
    uint32_t crashes;
    /* For how long the app slept last, in microseconds; 0 when it never did. */
    uint64_t asked_us;
} wh_pace;

/* The app sleeps for so long, in microseconds. Less than a second is a restart, and does not count; nor does
 * 0, a sleep that no timer ends. */
void wh_pace_asked(wh_pace *pace, uint64_t sleep_us);

/* For how long to sleep, in microseconds, when the firmware ends the wake: as the app did last. */
uint64_t wh_pace_sleep_us(const wh_pace *pace);

/* This wake has a network, or is one more without. The latter returns how many there were in a row. Once a
 * wake. */
void wh_pace_online(wh_pace *pace);
uint32_t wh_pace_offline(wh_pace *pace);

/* The wake before this one ended in a crash. Returns how many did in a row. Once a wake. */
uint32_t wh_pace_crashed(wh_pace *pace);

/* This wake ends in sleep as it should: no crash before it counts any more. */
void wh_pace_ended(wh_pace *pace);

/* For how long to sleep, in microseconds, after so many crashes in a row. */
uint64_t wh_pace_crash_sleep_us(const wh_pace *pace);

#endif
