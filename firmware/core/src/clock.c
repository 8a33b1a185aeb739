#include "warmhello/clock.h"

#include "warmhello/platform.h"

int64_t wh_clock_wall_s(void)
{
    const wh_platform *platform = wh_platform_get();
    int64_t wall_s = platform->wall_s(platform->ctx);
    return wall_s > 0 && wall_s >= platform->wall_floor_s ? wall_s : 0;
}

wh_instant wh_clock_now(uint64_t epoch)
{
    const wh_platform *platform = wh_platform_get();
    return (wh_instant){
        .epoch = epoch,
        .elapsed_us = platform->elapsed_us(platform->ctx),
        .wall_s = wh_clock_wall_s(),
    };
}

static wh_age known_age(uint64_t us, uint64_t error_us)
{
    return (wh_age){
        .known = true,
        .least_us = us > error_us ? us - error_us : 0,
        .most_us = us + error_us,
    };
}

wh_age wh_clock_age(const wh_instant *then, const wh_instant *now)
{
    if (then->epoch == now->epoch && then->elapsed_us <= now->elapsed_us) {
        uint64_t us = now->elapsed_us - then->elapsed_us;
        /* Rounded up: an age must not be over-estimated by the last part of a second. */
        return known_age(us, (us + 999999u) / 1000000u * wh_platform_get()->elapsed_error_ppm);
    }
    if (then->wall_s > 0 && now->wall_s >= then->wall_s) {
        return known_age((uint64_t)(now->wall_s - then->wall_s) * 1000000u, 1000000u);
    }
    return (wh_age){.known = false};
}
