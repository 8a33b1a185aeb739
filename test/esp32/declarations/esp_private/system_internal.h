/* esp_system/include/esp_private/system_internal.h */
#ifndef ESP_PRIVATE_SYSTEM_INTERNAL_H
#define ESP_PRIVATE_SYSTEM_INTERNAL_H

#include "esp_system.h"

/** What the reset that is about to come is for, as the panic handler and the watchdogs note it;
 * ESP_RST_UNKNOWN without such a note. esp_reset_reason() of the next boot tells it, and boot clears the
 * note. */
esp_reset_reason_t esp_reset_reason_get_hint(void);

/** Resets the chip but for what the RTC keeps, from any context. */
void esp_restart_noos_dig(void) __attribute__((noreturn));

#endif
