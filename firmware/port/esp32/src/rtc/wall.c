#include "rtc/wall.h"

#include <stddef.h>
#include <string.h>

#include "crc32.h"

enum { DAY_S = 86400 };
static const uint64_t day_us = 86400000000;
static const uint64_t hour_us = 3600000000;
static const uint64_t ten_minutes_us = 600000000;

static uint32_t check_of(const wh_wall *wall)
{
    return ~wh_crc32(&wall->synced_s, sizeof *wall - offsetof(wh_wall, synced_s));
}

void wh_wall_begin(wh_wall *wall, bool clock_goes_on)
{
    if (wall->check != check_of(wall)) {
        memset(wall, 0, sizeof *wall);
    }
    if (!clock_goes_on) {
        wall->synced_s = 0;
        wall->unanswered = 0;
    }
    wall->check = check_of(wall);
}

int64_t wh_wall_now(const wh_wall *wall, uint64_t elapsed_us)
{
    if (wall->synced_s == 0 || elapsed_us < wall->synced_us) {
        return 0;
    }
    return wall->synced_s + (int64_t)((elapsed_us - wall->synced_us) / 1000000);
}

void wh_wall_prove(wh_wall *wall, int64_t moment_s)
{
    if (moment_s > wall->proven_s) {
        wall->proven_s = moment_s;
        wall->check = check_of(wall);
    }
}

void wh_wall_doubt(wh_wall *wall, uint64_t elapsed_us)
{
    bool is_fresh = elapsed_us >= wall->synced_us && elapsed_us - wall->synced_us < hour_us;
    wall->doubted = !(wall->confirmed && is_fresh);
    wall->check = check_of(wall);
}

void wh_wall_sync(wh_wall *wall, int64_t now_s, int64_t floor_s, uint64_t elapsed_us)
{
    if (now_s < floor_s) {
        return;
    }
    wall->synced_s = now_s;
    wall->synced_us = elapsed_us;
    wall->confirmed = wall->doubted;
    wall->doubted = false;
    wall->unanswered = 0;
    wall->check = check_of(wall);
}

int64_t wh_wall_floor(const wh_wall *wall, int64_t built_s)
{
    return wall->proven_s - DAY_S > built_s ? wall->proven_s - DAY_S : built_s;
}

void wh_wall_unanswered(wh_wall *wall, uint64_t elapsed_us)
{
    wall->unanswered += wall->unanswered < UINT32_MAX;
    wall->unanswered_us = elapsed_us;
    wall->check = check_of(wall);
}

/* For how long the server is left alone after the last question. */
static uint64_t pause_us(uint32_t unanswered)
{
    uint64_t pause = unanswered > 0 ? ten_minutes_us : 0;
    for (; unanswered > 1 && pause < day_us; unanswered--) {
        pause *= 2;
    }
    return pause < day_us ? pause : day_us;
}

static bool has_passed(uint64_t since_us, uint64_t elapsed_us, uint64_t wanted_us)
{
    return elapsed_us < since_us || elapsed_us - since_us >= wanted_us;
}

bool wh_wall_is_due(const wh_wall *wall, uint64_t elapsed_us)
{
    if (wall->doubted) {
        return true;
    }
    bool is_wanted = wall->synced_s == 0 || has_passed(wall->synced_us, elapsed_us, day_us);
    return is_wanted && has_passed(wall->unanswered_us, elapsed_us, pause_us(wall->unanswered));
}
