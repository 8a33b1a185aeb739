/* ESP-IDF's calls for deep sleep, which the linker's --wrap brings here whoever makes them. In a file of its
 * own, so that an app with a wake of its own links nothing of ours by them. */
#ifndef WH_SLEEP_CALLS_H
#define WH_SLEEP_CALLS_H

#include <stdint.h>

/* Has this called before each deep sleep. Until then, the calls are ESP-IDF's alone. */
void wh_sleep_calls_prepare(void (*prepare)(void));

/* How long the app wants to sleep, in microseconds; 0 until it says so. */
uint64_t wh_sleep_calls_asked_us(void);

#endif
