#include "rtc/boot.h"

#include <string.h>

/* Another layout, another number. So is another number of peers: of a slot's part of flash the addresses that
 * it remembers would be others'. */
static const uint32_t memory_magic = 0x57484233 + ((WH_PEERS_MAX - 1) << 8);

static bool clock_goes_on(const wh_boot_memory *memory, wh_wake_cause cause, uint64_t elapsed_us)
{
    bool keeps_power = cause == WH_WAKE_DEEP_SLEEP || cause == WH_WAKE_RESET || cause == WH_WAKE_CRASH;
    return keeps_power && memory->magic == memory_magic && elapsed_us >= memory->last_us;
}

static void overwrite(wh_boot_memory *memory)
{
    wh_wall wall = memory->wall;
    memset(memory, 0, sizeof *memory);
    memory->magic = memory_magic;
    memory->wall = wall;
}

wh_boot wh_boot_begin(wh_boot_memory *memory, wh_wake_cause cause, uint64_t elapsed_us)
{
    bool goes_on = clock_goes_on(memory, cause, elapsed_us);
    if (!goes_on) {
        overwrite(memory);
    }
    wh_wall_begin(&memory->wall, goes_on);
    bool slept =
        goes_on && cause == WH_WAKE_DEEP_SLEEP && memory->slept_us != 0 && elapsed_us > memory->slept_us;
    wh_boot boot = {
        .cause = goes_on || cause == WH_WAKE_BROWN_OUT ? cause : WH_WAKE_POWER_ON,
        .number = ++memory->wakes,
        .slept_ms = slept ? (elapsed_us - memory->slept_us) / 1000 : 0,
        .previous_awake_us = slept ? memory->awake_us : 0,
    };
    if (boot.cause == WH_WAKE_CRASH) {
        boot.crashes = wh_pace_crashed(&memory->pace);
    }
    memory->slept_us = 0;
    memory->awake_us = 0;
    return boot;
}

bool wh_boot_is_full_turn(const wh_boot *boot)
{
    return boot->number % 2 == 0;
}
