/** The platform of a desktop process: real clocks and entropy, a virtual sleep.
 *
 * It stands in for a board in tests and in the simulator: sleep can be skipped,
 * power can be lost, and an allocation can be made to fail.
 */
#ifndef WARMHELLO_PORT_HOST_H
#define WARMHELLO_PORT_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"
#include "warmhello/platform.h"

/** Installs the platform of this process, without flash. Errors: wh_platform_install(). */
WH_MUST_CHECK int wh_host_start(void);

/** The same with flash, which stays the caller's; NULL for none. */
WH_MUST_CHECK int wh_host_start_with(const wh_flash *flash);

/** Removes it. */
void wh_host_stop(void);

/** Deep sleep of `us` microseconds that takes no time: both clocks go forward and
 * the RTC slot stays. */
void wh_host_sleep(uint64_t us);

/** Loss of power: the RTC slot holds noise, the elapsed clock starts at 0. */
void wh_host_lose_power(void);

/** What a board keeps while its processor is off: two clocks, its key, and the RTC slot. */
#define WH_HOST_STATE_SIZE (16 + 32 + WH_RTC_SIZE)

/** Copies that state, to go on in another process. WH_USAGE_ARGUMENT: `size` is
 * not WH_HOST_STATE_SIZE. */
WH_MUST_CHECK int wh_host_save_state(uint8_t *out, size_t size);
WH_MUST_CHECK int wh_host_load_state(const uint8_t *bytes, size_t size);

/** Sets the device key, 32 bytes; it is random from the start of the process. */
void wh_host_set_key(const uint8_t *bytes);

/** Whether the wall clock is known; it is from the start. */
void wh_host_set_wall_known(bool known);

/** When this was built, in seconds since 1970-01-01 UTC: a moment that has certainly passed. */
int64_t wh_host_built_s(void);

/** Moves the wall clock alone, in seconds, as a first answer of SNTP does. */
void wh_host_jump_wall(int64_t s);

/** Makes the nth allocation from now fail, and no other; 0 for none. */
void wh_host_fail_allocation(uint64_t nth);

typedef struct wh_host_memory {
    /** Allocations asked for since the start. */
    uint64_t allocations;
    /** Bytes held now, and the most that were held since the last reset. */
    size_t live_bytes;
    size_t peak_bytes;
} wh_host_memory;

/** Reads the heap's figures and sets the peak back to what is held now. */
wh_host_memory wh_host_memory_take(void);

#endif
