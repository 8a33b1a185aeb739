#include "rtc/fast_wake.h"

#include <string.h>

#include "crc32.h"

/* A wake may last so long after it has taken a lease over. */
static const uint64_t wake_us = 120000000;

/* RFC 2131 3.3: a lease that never ends. */
#define LEASE_FOR_EVER UINT32_MAX

static uint32_t check_of(const wh_fast_memory *memory)
{
    return ~wh_crc32(&memory->network, sizeof *memory - offsetof(wh_fast_memory, network));
}

static bool is_sound(const wh_fast_memory *memory)
{
    return memory->check == check_of(memory);
}

void wh_fast_forget(wh_fast_memory *memory)
{
    memset(memory, 0, sizeof *memory);
    memory->check = check_of(memory);
}

void wh_fast_forget_lease(wh_fast_memory *memory)
{
    if (!is_sound(memory)) {
        wh_fast_forget(memory);
    }
    memory->has_lease = false;
    memory->check = check_of(memory);
}

/* Until half of its time a client uses its lease without asking (RFC 2131 4.4.5, T1). */
static bool may_use_lease(const wh_fast_memory *memory, uint64_t elapsed_us, uint32_t error_ppm)
{
    const wh_lease *lease = &memory->lease;
    if (!memory->has_lease || lease->ip == 0 || lease->lease_s == 0 || elapsed_us < memory->leased_us) {
        return false;
    }
    if (lease->lease_s == LEASE_FOR_EVER) {
        return true;
    }
    uint64_t age_us = elapsed_us - memory->leased_us;
    uint64_t most_us = age_us + age_us / 1000000 * error_ppm;
    return most_us + wake_us < (uint64_t)lease->lease_s * 500000;
}

wh_fast_plan wh_fast_plan_make(const wh_fast_memory *memory, const char *ssid, uint64_t elapsed_us,
                               uint32_t error_ppm)
{
    wh_fast_plan plan = {.uses_access_point = false};
    if (!is_sound(memory) || !memory->has_access_point || memory->network != wh_crc32(ssid, strlen(ssid))) {
        return plan;
    }
    plan.uses_access_point = true;
    memcpy(plan.bssid, memory->bssid, sizeof plan.bssid);
    plan.channel = memory->channel;
    plan.uses_lease = may_use_lease(memory, elapsed_us, error_ppm);
    plan.lease = memory->lease;
    return plan;
}

void wh_fast_note_access_point(wh_fast_memory *memory, const char *ssid, const uint8_t bssid[6],
                               uint8_t channel)
{
    uint32_t network = wh_crc32(ssid, strlen(ssid));
    if (!is_sound(memory) || memory->network != network) {
        wh_fast_forget(memory);
    }
    memory->network = network;
    memcpy(memory->bssid, bssid, sizeof memory->bssid);
    memory->channel = channel;
    memory->has_access_point = true;
    memory->check = check_of(memory);
}

void wh_fast_note_lease(wh_fast_memory *memory, const wh_lease *lease, uint64_t elapsed_us)
{
    if (!is_sound(memory) || !memory->has_access_point) {
        return;
    }
    memory->lease = *lease;
    memory->leased_us = elapsed_us;
    memory->has_lease = true;
    memory->check = check_of(memory);
}
