/* The way to the access point, no more than it takes. The same file is in each of the examples. */
#include "access_point.h"

#include <stdint.h>

#include "esp_err.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_wifi.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "nvs_flash.h"
#include "sdkconfig.h"

enum { WAIT_MS = 10000 };

static SemaphoreHandle_t has_address;

static void on_wifi(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    (void)base;
    (void)data;
    if (id == WIFI_EVENT_STA_START || id == WIFI_EVENT_STA_DISCONNECTED) {
        (void)esp_wifi_connect();
    }
}

static void on_address(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    (void)base;
    (void)id;
    (void)data;
    (void)xSemaphoreGive(has_address);
}

static void prepare(void)
{
    const esp_err_t found = nvs_flash_init(); /* the key that seals sessions is in there */
    if (found == ESP_ERR_NVS_NO_FREE_PAGES || found == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        ESP_ERROR_CHECK(nvs_flash_erase());
        ESP_ERROR_CHECK(nvs_flash_init());
    }
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    (void)esp_netif_create_default_wifi_sta();
    ESP_ERROR_CHECK(esp_event_handler_instance_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL, NULL));
    ESP_ERROR_CHECK(
        esp_event_handler_instance_register(IP_EVENT, IP_EVENT_STA_GOT_IP, on_address, NULL, NULL));
}

bool access_point_join(void)
{
    const wifi_init_config_t driver = WIFI_INIT_CONFIG_DEFAULT();
    wifi_config_t network = {
        .sta = {.ssid = CONFIG_EXAMPLE_WIFI_SSID, .password = CONFIG_EXAMPLE_WIFI_PASSWORD},
    };
    has_address = xSemaphoreCreateBinary();
    prepare();
    ESP_ERROR_CHECK(esp_wifi_init(&driver));
    ESP_ERROR_CHECK(esp_wifi_set_storage(WIFI_STORAGE_RAM));
    ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
    ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_STA, &network));
    ESP_ERROR_CHECK(esp_wifi_start());
    return xSemaphoreTake(has_address, pdMS_TO_TICKS(WAIT_MS)) == pdTRUE;
}
