/* esp_hw_support/include/soc/esp32c3/rtc.h */
#ifndef RTC_H_ESP32C3
#define RTC_H_ESP32C3

#include <stdint.h>

/** Microseconds on the RTC's clock; goes on through deep sleep and resets. */
uint64_t esp_rtc_get_time_us(void);

#endif
