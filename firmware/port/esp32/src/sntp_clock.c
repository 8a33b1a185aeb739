#include "sntp_clock.h"

#include <stdatomic.h>

#include "core_lock.h"
#include "esp_log.h"
#include "esp_sntp.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "platform_esp32.h"
#include "settings.h"

enum { STEP_MS = 20 };

static const char tag[] = "warmhello";

/* Seconds since 2020-01-01 UTC, good until 2156: the processor has no atomic 64 bits. */
static const int64_t base_s = 1577836800;
static atomic_uint answer_s;

/* On lwIP's task. */
static void answered(struct timeval *tv)
{
    int64_t since_base_s = (int64_t)tv->tv_sec - base_s;
    atomic_store(&answer_s, since_base_s > 0 && since_base_s <= UINT32_MAX ? (unsigned)since_base_s : 0);
}

void wh_sntp_ask(uint32_t wait_ms)
{
    const char *server = wh_settings()->time_server;
    wh_wall *wall = &wh_port_memory.wall;
    if (server == NULL || !wh_wall_is_due(wall, wh_port_elapsed_us())) {
        return;
    }
    atomic_store(&answer_s, 0);
    sntp_set_time_sync_notification_cb(answered);
    esp_sntp_setoperatingmode(ESP_SNTP_OPMODE_POLL);
    esp_sntp_setservername(0, server);
    esp_sntp_init();
    for (uint32_t waited_ms = 0; waited_ms < wait_ms && atomic_load(&answer_s) == 0; waited_ms += STEP_MS) {
        vTaskDelay(pdMS_TO_TICKS(STEP_MS));
    }
    esp_sntp_stop();
    unsigned answered_s = atomic_load(&answer_s);
    int64_t got_s = answered_s != 0 ? base_s + answered_s : 0;
    ESP_LOGI(tag, "time server %s: %s", server, got_s != 0 ? "answered" : "silent");
    if (got_s != 0) {
        int64_t floor_s = wh_wall_floor(wall, wh_port_built_s());
        if (got_s < floor_s) {
            ESP_LOGW(tag, "its time is before a moment that has certainly passed, and is not taken");
        }
        wh_core_lock();
        wh_wall_sync(wall, got_s, floor_s, wh_port_elapsed_us());
        wh_core_unlock();
    }
}
