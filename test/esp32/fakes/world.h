/* The world around the port when it runs on a desk: one process is one wake, and what survives it lies in
 * files.
 *
 *   rtc.bin    RTC memory and its clock     flash.bin  the journal's partition     nvs.bin  NVS
 */
#ifndef WORLD_H
#define WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_system.h"

typedef struct world {
    const char *folder;
    esp_reset_reason_t reason;
    /* The access point: is there at all, has changed its channel since the last wake, leaves after so many
     * milliseconds (0: never), takes the address away after so many, has given the kept address to another.
     */
    bool ap_absent;
    bool ap_moved;
    unsigned ap_leaves_ms;
    unsigned address_leaves_ms;
    bool address_taken;
    /* The name server takes a second, and 2.5 s to say nothing to a board with another's address. */
    bool slow_names;
    /* Nobody gives an address. */
    bool no_dhcp;
    unsigned lease_s;
    /* lwIP has so many sockets and no more; 0: enough. */
    unsigned sockets;
    /* What connect() fails with at once, and what SO_ERROR tells later; 0 for the truth. */
    int connect_error;
    /* TCP takes a few bytes at a time. */
    bool narrow;
    /* What TCP is given to send is told, and how much at a time. */
    bool tells_sends;
    /* TCP connects go nowhere. */
    bool no_route;
    int late_error;
    /* The supply falls too low in this operation on flash, from 1; 0: never. */
    unsigned cut_at;
    /* BLOCK_KEY3 holds an HMAC key. */
    bool has_fused_key;
    /* The partition's flag `encrypted`, which it must not have. */
    bool journal_encrypted;
    bool no_journal;
    bool nvs_of_other_firmware;
    /* The strap is tied to ground. */
    bool strapped;
    /* Where the time server is, on this machine, whatever its name. */
    unsigned ntp_port;
} world;

extern world the_world;

/* Loads what the last wake left. */
void world_begin(void);

/* Keeps RTC memory, and ends the wake. The clock goes on by so many microseconds before the next. */
_Noreturn void world_end(uint64_t slept_us, int code);

/* The panic handler notes why the chip is about to be reset. */
void world_note_panic(void);

/* A line of the protocol that tests read. */
void world_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- The event task, DeviceScript's main task ---- */

/* Runs the events of the system, and `turn` beside them, every 10 ms and when woken, until the end. */
_Noreturn void world_run(void (*turn)(void));

/* The same on a thread of its own, without turns. */
void world_run_beside(void);

void world_wake(void);

/* Calls `act` on the event task in so many milliseconds. */
void world_later(unsigned ms, void (*act)(void *), void *ctx);

/* TCP takes so many bytes more and then no others, until the next call; SIZE_MAX for all. */
void world_let_through(size_t bytes);

#endif
