/* The device's platform: what wh_platform asks for, on qemu's machine. */
#ifndef WH_RV32_PORT_H
#define WH_RV32_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"

/* What the desk says at each start. */
typedef struct wh_rv32_setup {
    uint8_t key[32];
    uint32_t flash_sectors;
    uint32_t erase_interval_s;
    /* 0: true randomness and the RTC. Otherwise a run that can be repeated to the bit: random
     * bytes from this seed, and clocks that move only when told. */
    uint32_t seed;
} wh_rv32_setup;

/* Puts the platform to use. */
WH_MUST_CHECK int wh_rv32_start(const wh_rv32_setup *setup);

/* Deep sleep: both clocks go on by so much, then the machine resets. Does not return. */
_Noreturn void wh_rv32_sleep(uint64_t us);

/* For runs that can be repeated: the clocks go on. */
void wh_rv32_pass(uint64_t us);

/* The wall clock, as SNTP would set it; 0 for unknown. */
void wh_rv32_set_wall(int64_t s);

#endif
