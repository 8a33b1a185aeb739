/* The copy in flash of the session in the slot in use (slots.h). Private. Each function changes the state
 * that it is given; its caller saves it in RTC RAM.
 */
#ifndef WH_FLASH_COPY_H
#define WH_FLASH_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "opened.h"
#include "rtc.h"
#include "warmhello/errors.h"
#include "warmhello/flash.h"

/* The flash of this slot, or NULL. */
const wh_flash *wh_flash_copy_device(void);

/* Whether flash has a record that is not spent. */
bool wh_flash_copy_exists(const wh_rtc *state);

/* After a loss of power: ends what was begun in flash, and finds the newest record there
 * that opens. Its seal stays open in `opened`, which begins as zeros and which the caller
 * releases. Flash that fails is no reason to do without RTC RAM: `flash_unsure` tells to try
 * again next time. */
void wh_flash_copy_resume(wh_rtc *state, wh_opened *opened);

/* Reads its header, without checking the seal. */
WH_MUST_CHECK int wh_flash_copy_peek(const wh_rtc *state, wh_record_info *out);

/* Copies it into the empty slot. WH_DAMAGE_RECORD: it is not there any more.
 * WH_PLATFORM_FLASH. */
WH_MUST_CHECK int wh_flash_copy_promote(wh_rtc *state);

/* Marks the record of this generation as spent, if flash has it. WH_PLATFORM_FLASH: it is
 * not certain. */
WH_MUST_CHECK int wh_flash_copy_spend(wh_rtc *state, uint32_t generation);

/* Gives up a copy that turned out to be damaged. */
void wh_flash_copy_give_up(wh_rtc *state);

/* Writes a record in place of the one before. RTC RAM is told first that flash may hold it,
 * so that no reset between the two leaves a copy that nobody knows of. WH_MISS_WEAR,
 * WH_PLATFORM_*. */
WH_MUST_CHECK int wh_flash_copy_write(wh_rtc *state, const uint8_t *record, uint16_t size,
                                      const wh_record_info *info);

#endif
