/* esp_timer/include/esp_timer.h */
#ifndef ESP_TIMER_H
#define ESP_TIMER_H

#include <stdint.h>

/** Microseconds since the chip's timer was started, early at each boot. */
int64_t esp_timer_get_time(void);

#endif
