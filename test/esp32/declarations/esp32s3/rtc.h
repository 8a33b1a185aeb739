/* esp_hw_support/include/soc/esp32s3/rtc.h */
#ifndef RTC_H_ESP32S3
#define RTC_H_ESP32S3

#include <stdint.h>

/** Microseconds on the RTC's clock; goes on through deep sleep and resets. */
uint64_t esp_rtc_get_time_us(void);

#endif
