#include "clock.h"

#include "warmhello/platform.h"

uint64_t wh_clock_elapsed_us(void)
{
    const wh_platform *platform = wh_platform_get();
    return platform->elapsed_us(platform->ctx);
}

int64_t wh_clock_wall_s(void)
{
    const wh_platform *platform = wh_platform_get();
    int64_t wall_s = platform->wall_s(platform->ctx);
    return wall_s > 0 && wall_s >= platform->wall_floor_s ? wall_s : 0;
}

int64_t wh_clock_certain_s(void)
{
    int64_t wall_s = wh_clock_wall_s();
    return wall_s > 0 ? wall_s : wh_platform_get()->wall_floor_s;
}

wh_instant wh_clock_now(uint64_t epoch)
{
    return (wh_instant){
        .epoch = epoch,
        .elapsed_us = wh_clock_elapsed_us(),
        .wall_s = wh_clock_wall_s(),
    };
}

wh_age wh_clock_age(const wh_instant *then, const wh_instant *now)
{
    wh_age age = {.known = false};
    uint64_t us = 0;
    uint64_t error_us = 1000000u;
    if (then->epoch == now->epoch && then->elapsed_us <= now->elapsed_us) {
        us = now->elapsed_us - then->elapsed_us;
        /* Rounded up: an age must not be over-estimated by the last part of a second. */
        error_us = (us + 999999u) / 1000000u * wh_platform_get()->elapsed_error_ppm;
    } else if (then->wall_s > 0 && now->wall_s >= then->wall_s) {
        us = (uint64_t)(now->wall_s - then->wall_s) * 1000000u;
    } else {
        return age;
    }
    age.known = true;
    age.least_us = us > error_us ? us - error_us : 0;
    age.most_us = us + error_us;
    return age;
}
