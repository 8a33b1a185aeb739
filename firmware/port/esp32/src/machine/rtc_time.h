/* The one function that ESP-IDF before 5.5 declares in a header of another name for each chip. */
#ifndef WH_RTC_TIME_H
#define WH_RTC_TIME_H

#include "sdkconfig.h"

#if __has_include("esp_rtc_time.h")
#include "esp_rtc_time.h"
#elif CONFIG_IDF_TARGET_ESP32
#include "esp32/rtc.h"
#elif CONFIG_IDF_TARGET_ESP32S2
#include "esp32s2/rtc.h"
#elif CONFIG_IDF_TARGET_ESP32S3
#include "esp32s3/rtc.h"
#elif CONFIG_IDF_TARGET_ESP32C3
#include "esp32c3/rtc.h"
#else
#error "this chip is not among those that warmhello was written for"
#endif

#endif
