/** @file
 * What the core needs from the machine it runs on.
 *
 * A port fills in one wh_platform for each device and says which one is in use. The core
 * keeps nothing of a device anywhere else, so one process can be thousands of devices, one
 * after another: wolfSSL's hooks for clock, entropy and memory are global and carry no
 * context, and go to the platform in use.
 *
 * No function here is called from an interrupt, and none may call back into
 * warmhello.
 */
#ifndef WARMHELLO_PLATFORM_H
#define WARMHELLO_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"
#include "warmhello/flash.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The machine of one device. The port fills it in, and owns it. */
typedef struct wh_platform {
    /** Handed to every callback. Owned by the port. */
    void *ctx;

    /** Microseconds since the last loss of power. Goes on through deep sleep and
     * resets; never goes back. Session lifetimes and the ticket age of TLS 1.3
     * (RFC 8446 4.2.11.1) are counted on it. */
    uint64_t (*elapsed_us)(void *ctx);

    /** By how much that clock may be fast or slow, in millionths. 0 for a crystal; an RC
     * oscillator during deep sleep drifts by percents. */
    uint32_t elapsed_error_ppm;

    /** Seconds since 1970-01-01 UTC, for the dates in certificates; 0 when unknown. */
    int64_t (*wall_s)(void *ctx);

    /** A moment that has certainly passed, in the same seconds: when the firmware was built,
     * or the latest time ever known. It stands in while the wall clock is unknown, and a
     * wall clock that reads earlier counts as unknown. */
    int64_t wall_floor_s;

    /** Fills `out` with `size` bytes from a true random generator. 0 or negative. */
    int (*random)(void *ctx, uint8_t *out, size_t size);

    /** As malloc, realloc and free. All of wolfSSL's memory comes from here, and what the core
     * needs for the length of a call or of a connection. The heap is the process's: what one
     * platform of it has allocated, any other may reallocate or release. */
    void *(*allocate)(void *ctx, size_t size);
    void *(*reallocate)(void *ctx, void *memory, size_t size);
    void (*release)(void *ctx, void *memory);

    /** Fills in the key that seals stored sessions, 32 bytes, the same for the life of the
     * device and known to no other. 0 or negative; then no session is stored. */
    int (*device_key)(void *ctx, uint8_t out[32]);

    /** Where a session survives a loss of power; NULL on a device without. */
    const wh_flash *flash;

    /** The RTC slots: memory that keeps its contents through deep sleep and may hold
     * anything after a loss of power. WH_RTC_SIZE bytes or more for each peer. A port that wakes from a
     * brown-out overwrites it first: memory may have outlived time that no clock counted. */
    uint8_t *rtc;
    size_t rtc_size;

    /** By how much a full handshake takes longer than a resumed one, in milliseconds: what a ticket is worth
     * waiting for. 0: as measured in this device's connects. For a program that stands for a device, whose
     * processor is another. */
    uint32_t saving_ms;

    /** For how many peers a session is kept, one for each, at most WH_PEERS_MAX; 0 is 1. Flash is parted
     * among them, so another number finds most of what lies there no more, and a port that may be updated to
     * another one overwrites the RTC slots then, as they remember where in their part a session lies. A peer
     * needs 2 sectors: where there are fewer, only as many peers as there are pairs of sectors have theirs in
     * flash, the first ones that connect. */
    unsigned peers;
} wh_platform;

/** The size of RTC slot that holds any session warmhello keeps, in bytes. */
#define WH_RTC_SIZE 2336

/** The most peers whose sessions are kept: 4, or fewer where all of a program is built with less. A core for
 * one leaves 1.5 KB of code out. */
#ifndef WH_PEERS_MAX
#define WH_PEERS_MAX 4
#endif

/** Has every call from now on go to `platform`. The first use starts wolfSSL on it, once a
 * process; another one costs nothing and may come between any two calls, but not within one,
 * as from a callback.
 *
 * `platform` stays the caller's, and must exist while it is in use and until its clients are
 * freed.
 *
 * A client belongs to the platform in use when it was made. Use it and its connections while
 * that is in use again: under another one a connect fails with
 * WH_USAGE_STATE, and a session that comes is not stored, which its outcome says; but what
 * a server refuses or leaves unanswered would count against the other device's session.
 *
 * After an error the platform of before is in use still, or none.
 * WH_USAGE_ARGUMENT: a callback or a slot is missing, or the flash is incomplete.
 * WH_USAGE_STATE: it releases memory otherwise than the one in use. WH_PLATFORM_ENTROPY:
 * wolfSSL could not start. */
WH_MUST_CHECK int wh_platform_use(const wh_platform *platform);

/** Stops wolfSSL, and no platform is in use. Every client of every platform must be freed
 * before. */
void wh_platform_remove(void);

/** The platform in use, or NULL. */
const wh_platform *wh_platform_get(void);

#ifdef __cplusplus
}
#endif

#endif
