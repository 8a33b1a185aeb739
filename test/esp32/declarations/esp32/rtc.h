/* esp_hw_support/include/soc/esp32/rtc.h */
#ifndef RTC_H_ESP32
#define RTC_H_ESP32

#include <stdint.h>

/** Microseconds on the RTC's clock; goes on through deep sleep and resets. */
uint64_t esp_rtc_get_time_us(void);

#endif
