/* esp_common/include/esp_attr.h */
#ifndef ESP_ATTR_H
#define ESP_ATTR_H

#include "sdkconfig.h"

#if CONFIG_SOC_RTC_FAST_MEM_SUPPORTED || CONFIG_SOC_RTC_SLOW_MEM_SUPPORTED
#define RTC_NOINIT_ATTR __attribute__((section(".rtc_noinit.0")))
#define RTC_DATA_ATTR __attribute__((section(".rtc.data.0")))
#else
#define RTC_NOINIT_ATTR
#define RTC_DATA_ATTR
#endif

#endif
