#include "rtc/pace.h"

#include <stdbool.h>
#include <string.h>

#include "crc32.h"

static const uint64_t least_us = 1000000;

static uint32_t check_of(const wh_pace *pace)
{
    return ~wh_crc32(&pace->offline, sizeof *pace - offsetof(wh_pace, offline));
}

static void begin(wh_pace *pace)
{
    if (pace->check != check_of(pace)) {
        memset(pace, 0, sizeof *pace);
    }
}

void wh_pace_asked(wh_pace *pace, uint64_t sleep_us)
{
    begin(pace);
    if (sleep_us >= least_us) {
        pace->asked_us = sleep_us;
    }
    pace->check = check_of(pace);
}

uint64_t wh_pace_sleep_us(const wh_pace *pace)
{
    bool is_sound = pace->check == check_of(pace);
    return is_sound && pace->asked_us != 0 ? pace->asked_us : WH_PACE_SLEEP_US;
}

void wh_pace_online(wh_pace *pace)
{
    begin(pace);
    pace->offline = 0;
    pace->check = check_of(pace);
}

uint32_t wh_pace_offline(wh_pace *pace)
{
    begin(pace);
    pace->offline += pace->offline < UINT32_MAX;
    pace->check = check_of(pace);
    return pace->offline;
}

uint32_t wh_pace_crashed(wh_pace *pace)
{
    begin(pace);
    pace->crashes += pace->crashes < UINT32_MAX;
    pace->check = check_of(pace);
    return pace->crashes;
}

void wh_pace_ended(wh_pace *pace)
{
    begin(pace);
    pace->crashes = 0;
    pace->check = check_of(pace);
}

uint64_t wh_pace_crash_sleep_us(const wh_pace *pace)
{
    uint64_t sleep_us = wh_pace_sleep_us(pace);
    uint32_t crashes = pace->check == check_of(pace) ? pace->crashes : 0;
    for (; crashes > WH_PACE_CRASHES && sleep_us < WH_PACE_CRASH_SLEEP_MAX_US; crashes--) {
        sleep_us *= 2;
        sleep_us = sleep_us < WH_PACE_CRASH_SLEEP_MAX_US ? sleep_us : WH_PACE_CRASH_SLEEP_MAX_US;
    }
    return sleep_us;
}
