#include "machine/settings.h"

#include "esp_log.h"

static const char tag[] = "warmhello";
static wh_device_config settings;
static bool is_set;
/* There is something in the partition, and it cannot be read: this is no board on a desk. */
static bool is_unreadable;

const wh_device_config *wh_settings(void)
{
    return &settings;
}

void wh_settings_set(const wh_device_config *config)
{
    settings = *config;
    is_set = true;
}

void wh_settings_load(void)
{
    wh_device_config provisioned;
    if (is_set) {
        return;
    }
    int result = wh_esp32_provisioned(&provisioned);
    if (result == WH_OK) {
        wh_settings_set(&provisioned);
    } else {
        is_unreadable = result != WH_MISS_EMPTY;
        ESP_LOGW(tag, "%s: Wi-Fi as DeviceScript's settings say, and no CA to trust",
                 result == WH_MISS_EMPTY ? "not provisioned" : wh_error_meaning(result));
    }
}

wh_client_config wh_settings_client(const char *host, uint16_t port)
{
    wh_client_config config = settings.client;
    config.host = host;
    config.port = port;
    return config;
}

/* Less than a wake's deadline leaves. */
enum { SILENCE_MS = 10000 };

uint32_t wh_settings_deadline_ms(void)
{
    uint32_t most_s = UINT32_MAX / 1000;
    uint32_t given_s = settings.wake_deadline_s;
    if ((!is_set && !is_unreadable) || given_s == WH_ESP32_WAKE_DEADLINE_NONE) {
        return 0;
    }
    given_s = given_s != 0 ? given_s : WH_ESP32_WAKE_DEADLINE_S;
    return (given_s < most_s ? given_s : most_s) * 1000;
}

uint32_t wh_settings_silence_ms(void)
{
    return wh_settings_deadline_ms() != 0 ? SILENCE_MS : 0;
}

uint32_t wh_settings_timeout_ms(void)
{
    return settings.connect_timeout_ms != 0 ? settings.connect_timeout_ms : WH_ESP32_CONNECT_TIMEOUT_MS;
}
