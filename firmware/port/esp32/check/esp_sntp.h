/* lwip/include/apps/esp_sntp.h */
#ifndef ESP_SNTP_H
#define ESP_SNTP_H

#include <stdint.h>
#include <sys/time.h>

typedef enum { ESP_SNTP_OPMODE_POLL, ESP_SNTP_OPMODE_LISTENONLY } esp_sntp_operatingmode_t;
typedef void (*sntp_sync_time_cb_t)(struct timeval *tv);

void sntp_set_time_sync_notification_cb(sntp_sync_time_cb_t callback);
void esp_sntp_setoperatingmode(esp_sntp_operatingmode_t operating_mode);
void esp_sntp_setservername(uint8_t idx, const char *server);
void esp_sntp_init(void);
void esp_sntp_stop(void);

#endif
