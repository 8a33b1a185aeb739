/** @file
 * The chip as the machine of an app that has Wi-Fi, a clock and a sleep of its own, and makes its connections
 * by socket.h or what stands on that. wh_esp32_start() (port_esp32.h) does without.
 */
#ifndef WARMHELLO_MACHINE_ESP32_H
#define WARMHELLO_MACHINE_ESP32_H

#include <stdbool.h>

#include "warmhello/errors.h"
#include "warmhello/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Makes what everything else stands on, the core's lock included; from any task, and any number of times.
 * WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_esp32_machine_begin(void);

/** Puts the chip to use (wh_platform_use()): before each connection, once there is a network; not under the
 * core's lock. Certificates are held against the system's time if that is set, as by SNTP; it is taken over
 * here.
 *
 * WH_PLATFORM_ENTROPY: Wi-Fi is off, so that the random generator is no true one, unless `has_entropy` says
 * that it is, as after bootloader_random_enable(). WH_PLATFORM_RTC: there is no RTC memory for sessions.
 * Others as wh_platform_use(). */
WH_MUST_CHECK int wh_esp32_machine_use(bool has_entropy);

/** What a connection has found out, once it has opened: a moment that has certainly passed, for wakes without
 * a clock. Not under the core's lock. */
void wh_esp32_machine_learn(const wh_outcome *outcome);

#ifdef __cplusplus
}
#endif

#endif
