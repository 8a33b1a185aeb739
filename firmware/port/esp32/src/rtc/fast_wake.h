/* What a wake keeps of the network for the next one: access point, channel, lease. It decides only; wifi.c
 * acts.
 *
 * Wi-Fi dominates once TLS is resumed: a scan of all channels and DHCP take longer than everything else. What
 * is kept is used on trust, and one failure forgets it. */
#ifndef WH_FAST_WAKE_H
#define WH_FAST_WAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A lease as DHCP gave it; addresses in network byte order. */
typedef struct wh_lease {
    uint32_t ip;
    uint32_t netmask;
    uint32_t gateway;
    uint32_t dns;
    /* Seconds it was given for; 0 when that is not known. */
    uint32_t lease_s;
} wh_lease;

/* In memory that survives deep sleep and may hold anything after a loss of power. The fields are private. */
typedef struct wh_fast_memory {
    uint32_t check;
    /* A hash of the network's name. */
    uint32_t network;
    uint64_t leased_us;
    wh_lease lease;
    uint8_t bssid[6];
    uint8_t channel;
    bool has_access_point;
    bool has_lease;
} wh_fast_memory;

typedef struct wh_fast_plan {
    bool uses_access_point;
    uint8_t bssid[6];
    uint8_t channel;
    bool uses_lease;
    wh_lease lease;
} wh_fast_plan;

/* How to connect to this network now. `elapsed_us` is the clock that runs through deep sleep, `error_ppm` by
 * how much it may be off. */
wh_fast_plan wh_fast_plan_make(const wh_fast_memory *memory, const char *ssid, uint64_t elapsed_us,
                               uint32_t error_ppm);

/* The device was let in there. Another network than before: what was kept of that is forgotten. */
void wh_fast_note_access_point(wh_fast_memory *memory, const char *ssid, const uint8_t bssid[6],
                               uint8_t channel);

/* DHCP gave this in the network of the access point noted last. */
void wh_fast_note_lease(wh_fast_memory *memory, const wh_lease *lease, uint64_t elapsed_us);

void wh_fast_forget_lease(wh_fast_memory *memory);

/* Everything. */
void wh_fast_forget(wh_fast_memory *memory);

#endif
