/** @file
 * Devices on a desk: real clocks and entropy, a virtual sleep.
 *
 * A device stands in for a board in tests and in the simulator: sleep can be skipped,
 * power can be lost, and an allocation can be made to fail. One process can have as many as
 * its memory holds, one in use at a time (platform.h).
 */
#ifndef WARMHELLO_PORT_HOST_H
#define WARMHELLO_PORT_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"
#include "warmhello/platform.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One device. Zeros before its first wh_host_start(); the fields are private but for the
 * platform, and functions below change them whichever device is in use. */
typedef struct wh_host_device {
    /** For wh_platform_use(). */
    wh_platform platform;
    uint8_t rtc[WH_PEERS_MAX * WH_RTC_SIZE];
    unsigned peers;
    /** Added to the machine's clocks, in microseconds. */
    int64_t elapsed_offset_us;
    int64_t wall_offset_us;
    bool wall_unknown;
    uint8_t key[32];
    bool has_key;
    uint64_t failing_allocation;
} wh_host_device;

/** For how many peers the device keeps a session, from its next start on; 1 unless this is called. At most
 * WH_PEERS_MAX. */
void wh_host_set_peers(wh_host_device *device, unsigned peers);

/** Gives a device its power, with empty slots and this machine's time, and makes it the
 * one in use. Its key is made at the first start, unless wh_host_set_key() came before, and
 * stays. `flash` stays the caller's; NULL for none. WH_PLATFORM_KEY: there is no randomness
 * for it. Others as wh_platform_use(). */
WH_MUST_CHECK int wh_host_start(wh_host_device *device, const wh_flash *flash);

/** Deep sleep of `us` microseconds that takes no time: both clocks go forward and
 * the RTC slots stay. */
void wh_host_sleep(wh_host_device *device, uint64_t us);

/** Loss of power: the RTC slots hold noise, the elapsed clock starts at 0. */
void wh_host_lose_power(wh_host_device *device);

/** What a board keeps while its processor is off: two clocks, its key, and its RTC slots, here one. */
#define WH_HOST_STATE_SIZE (16 + 32 + WH_RTC_SIZE)

/** The same for a device that was started, in bytes. */
size_t wh_host_state_size(const wh_host_device *device);

/** Copies that state, to go on in another process. WH_USAGE_ARGUMENT: `size` is
 * not wh_host_state_size(). */
WH_MUST_CHECK int wh_host_save_state(const wh_host_device *device, uint8_t *out, size_t size);

/** Goes on from such a state of a device with as many peers. WH_USAGE_ARGUMENT: `size` is not
 * wh_host_state_size(). */
WH_MUST_CHECK int wh_host_load_state(wh_host_device *device, const uint8_t *bytes, size_t size);

/** Sets the device key, 32 bytes. */
void wh_host_set_key(wh_host_device *device, const uint8_t *key);

/** Whether the wall clock is known; it is from the start. */
void wh_host_set_wall_known(wh_host_device *device, bool known);

/** Moves the wall clock alone, in seconds, as a first answer of SNTP does. */
void wh_host_jump_wall(wh_host_device *device, int64_t s);

/** Makes the nth allocation of the device from now fail, and no other; 0 for none. */
void wh_host_fail_allocation(wh_host_device *device, uint64_t nth);

/** When this was built, in seconds since 1970-01-01 UTC: a moment that has certainly passed. */
int64_t wh_host_built_s(void);

/** The heap's figures, for all devices together. */
typedef struct wh_host_memory {
    /** Allocations asked for since the start. */
    uint64_t allocations;
    /** Bytes held now, and the most that were held since the last reset. */
    size_t live_bytes;
    size_t peak_bytes;
} wh_host_memory;

/** Reads the heap's figures and sets the peak back to what is held now. */
wh_host_memory wh_host_memory_take(void);

#ifdef __cplusplus
}
#endif

#endif
