/* The chip as the core sees it: one wh_platform. */
#ifndef WH_PLATFORM_ESP32_H
#define WH_PLATFORM_ESP32_H

#include <stdbool.h>
#include <stdint.h>

#include "rtc/boot.h"
#include "warmhello/platform.h"

/* The memory that survives deep sleep. */
extern wh_boot_memory wh_port_memory;

/* At the very start: looks at why the chip was reset and at what it remembers. The first call counts. */
const wh_boot *wh_port_boot(void);

/* Puts the platform to use, once the radio is on; wolfSSL takes random numbers when it starts. Under the core
 * lock. WH_PLATFORM_ENTROPY: the radio is off. WH_PLATFORM_RTC: the slot is not in RTC memory. Others as
 * wh_platform_use(). */
WH_MUST_CHECK int wh_port_platform_ready(void);

/* Microseconds on the clock that runs through deep sleep. */
uint64_t wh_port_elapsed_us(void);

/* By how much that clock may be off, in millionths. */
uint32_t wh_port_elapsed_error_ppm(void);

/* The radio is on, and with it the noise that the random generator needs; or it goes off. */
void wh_port_radio(bool is_on);

/* When this firmware was built, in seconds since 1970-01-01 UTC; 0 when the build does not tell. */
int64_t wh_port_built_s(void);

/* There are events for DeviceScript's main task. */
void wh_port_events_pending(void);

#endif
