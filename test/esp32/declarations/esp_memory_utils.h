/* esp_hw_support/include/esp_memory_utils.h; there they are inline. */
#ifndef ESP_MEMORY_UTILS_H
#define ESP_MEMORY_UTILS_H

#include <stdbool.h>

bool esp_ptr_in_rtc_dram_fast(const void *p);
bool esp_ptr_in_rtc_slow(const void *p);

#endif
