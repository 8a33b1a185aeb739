#include "pin.h"

#include "policy.h"

void wh_pin_note(wh_rtc *state, const wh_record_info *info, const wh_instant *now)
{
    uint32_t tag = wh_binding_tag(&info->binding);
    if (info->pinned) {
        state->pin_binding = tag;
        state->pin_until_us = now->elapsed_us + wh_policy_left_us(info, now, WH_POLICY_WHOLE_PPM);
    } else if (state->pin_binding == tag) {
        state->pin_until_us = 0; /* it was pinned once */
    }
}

bool wh_pin_is_on(const wh_rtc *state, uint32_t tag)
{
    return tag == state->pin_binding && wh_clock_now(state->epoch).elapsed_us < state->pin_until_us;
}

bool wh_pin_keeps(const wh_rtc *state, uint32_t held, const wh_record_info *info)
{
    return !info->pinned && held != 0 && held != wh_binding_tag(&info->binding) && wh_pin_is_on(state, held);
}
