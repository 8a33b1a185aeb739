/* The pinned peer: its session keeps its place as long as it may be offered. Private. */
#ifndef WH_PIN_H
#define WH_PIN_H

#include <stdbool.h>

#include "rtc.h"
#include "record.h"

/* Takes note of a session that has just got its place. */
void wh_pin_note(wh_rtc *state, const wh_record_info *info, const wh_instant *now);

/* Whether the session whose binding has that tag is the pinned peer's. */
bool wh_pin_is_on(const wh_rtc *state, uint32_t tag);

/* Whether the session whose binding has the tag `held` keeps its place against that one. */
bool wh_pin_keeps(const wh_rtc *state, uint32_t held, const wh_record_info *info);

#endif
