/* soc/<chip>/include/soc/soc_caps.h */
#ifndef SOC_CAPS_H
#define SOC_CAPS_H

#include "sdkconfig.h"

#ifndef CONFIG_IDF_TARGET_ESP32
#define SOC_HMAC_SUPPORTED 1
#endif
#ifdef CONFIG_SOC_RTC_SLOW_MEM_SUPPORTED
#define SOC_RTC_SLOW_MEM_SUPPORTED 1
#endif

#endif
