/* log/include/esp_log.h: macros there, with the tag and the time in front of each line. */
#ifndef ESP_LOG_H
#define ESP_LOG_H

#include <stdio.h>

#define ESP_LOGE(tag, ...) ((void)(tag), (void)printf(__VA_ARGS__), (void)putchar('\n'))
#define ESP_LOGW ESP_LOGE
#define ESP_LOGI ESP_LOGE

typedef enum { ESP_LOG_NONE, ESP_LOG_ERROR, ESP_LOG_WARN, ESP_LOG_INFO } esp_log_level_t;

void esp_log_level_set(const char *tag, esp_log_level_t level);

#endif
