#include "machine_of_esp.h"

#include "sdkconfig.h"

#if CONFIG_IDF_TARGET_LINUX

esp_err_t wh_machine_begin(const warmhello_esp_tls_config *config)
{
    return config->platform != NULL ? ESP_OK : ESP_ERR_INVALID_ARG;
}

int wh_machine_ready(const warmhello_esp_tls_config *config)
{
    return wh_platform_use(config->platform);
}

void wh_machine_learn(const warmhello_esp_tls_config *config, uint32_t number, const wh_outcome *outcome)
{
    (void)config;
    (void)number;
    (void)outcome;
}

#else

#include <time.h>

#include "esp_log.h"
#include "esp_wifi.h"
#include "log/wake_log.h"
#include "machine/core_lock.h"
#include "machine/platform_esp32.h"

esp_err_t wh_machine_begin(const warmhello_esp_tls_config *config)
{
    (void)config;
    return wh_core_lock_make() && wh_wake_log_begin() ? ESP_OK : ESP_ERR_NO_MEM;
}

/* The app's Wi-Fi, of whose beginning and end nobody tells us: with TCP up, a driver that has a mode is on.
 */
static bool has_entropy(const warmhello_esp_tls_config *config)
{
    wifi_mode_t mode = WIFI_MODE_NULL;
    return config->has_entropy || (esp_wifi_get_mode(&mode) == ESP_OK && mode != WIFI_MODE_NULL);
}

int wh_machine_ready(const warmhello_esp_tls_config *config)
{
    if (config->platform != NULL) {
        return wh_platform_use(config->platform);
    }
    wh_port_radio(has_entropy(config));
    int result = wh_port_platform_ready();
    /* The app's calendar, if it has one: ESP-IDF's begins in 1970, which is before this was built. */
    int64_t floor_s = wh_wall_floor(&wh_port_memory.wall, wh_port_built_s());
    wh_wall_sync(&wh_port_memory.wall, (int64_t)time(NULL), floor_s, wh_port_elapsed_us());
    return result;
}

void wh_machine_learn(const warmhello_esp_tls_config *config, uint32_t number, const wh_outcome *outcome)
{
    wh_wake_log_connect(number, outcome);
    if (config->platform == NULL) {
        wh_wall_prove(&wh_port_memory.wall, outcome->proven_s);
    }
}

#endif
