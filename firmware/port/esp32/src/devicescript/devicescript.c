/* The way into DeviceScript's firmware: what its start-up calls by these names is this, by the linker's
 * --wrap. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "devicescript/socket_adapter.h"
#include "esp_log.h"
#include "esp_timer.h"
#include "interfaces/jd_alloc.h"
#include "jd_client.h"
#include "log/console.h"
#include "log/wake_log.h"
#include "machine/core_lock.h"
#include "machine/platform_esp32.h"
#include "machine/settings.h"
#include "network/wifi.h"
#include "services/interfaces/jd_flash.h"
#include "tls/tls_task.h"
#include "wake/deadline.h"
#include "wake/sleep.h"
#include "warmhello/program.h"
#include "warmhello/service_jacdac.h"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
void __real_app_init_services(void);
void __wrap_app_init_services(void);
int __real_jd_wifi_init(uint8_t mac_out[6]);
int __wrap_jd_wifi_init(uint8_t mac_out[6]);
int __wrap_jd_wifi_connect(const char *ssid, const char *pw);
int __real_jd_wifi_start_scan(void);
int __wrap_jd_wifi_start_scan(void);
void __wrap_uart_log_dmesg(void);

static const char tag[] = "warmhello";

/* When the program starts at the latest; 0: not before the services are there, or it has. */
static uint64_t program_due_us;
enum { PROGRAM_WAIT_US = 100000 };

static uint64_t now_us(void)
{
    return (uint64_t)esp_timer_get_time();
}

/* As soon as the runtime knows this board, which announces itself in the main loop's first turn, and not
 * after upstream's 1.1 s. A program that starts before that waits another second for the services of its own
 * board, such as its temperature. */
static void start_program(void)
{
    if (program_due_us == 0 || (jd_device_lookup(jd_device_id()) == NULL && now_us() < program_due_us)) {
        return;
    }
    program_due_us = 0;
    int result = wh_program_start(&wh_app_program);
    if (result <= 0) {
        ESP_LOGE(tag, "no app runs (%d)", result);
    }
}

/* DeviceScript's services, its Wi-Fi among them, then ours. */
void __wrap_app_init_services(void)
{
    wh_settings_load();
    bool has_log = wh_wake_log_begin();
    if (has_log) {
        wh_sleep_if_crashing();
    }
    if (!has_log || !wh_tls_start()) {
        ESP_LOGE(tag, "no memory for the TLS task: connections will fail");
    }
    if (!wh_deadline_start()) {
        ESP_LOGE(tag, "no memory for the deadline of this wake");
    }
    __real_app_init_services();
    wh_socket_adapter_tell(wh_service_jacdac_init(&wh_port_memory.service, &wh_locked_hooks));
    program_due_us = now_us() + PROGRAM_WAIT_US;
}

/* Upstream's comes first: it makes and starts the driver. Then the access point is gone to at once, while
 * upstream would wait 2 s and scan all channels. */
int __wrap_jd_wifi_init(uint8_t mac_out[6])
{
    int result = __real_jd_wifi_init(mac_out);
    if (result != 0 || !wh_wifi_watch()) {
        return result;
    }
    const wh_device_config *settings = wh_settings();
    if (settings->ssid != NULL) {
        wh_wifi_join(settings->ssid, settings->password != NULL ? settings->password : "");
        return 0;
    }
    char *ssid = jd_settings_get("wifi_ssid");
    char *password = jd_settings_get("wifi_psk");
    if (ssid != NULL) {
        wh_wifi_join(ssid, password != NULL ? password : "");
    }
    jd_free(ssid);
    jd_free(password);
    return 0;
}

int __wrap_jd_wifi_connect(const char *ssid, const char *pw)
{
    if (wh_settings()->ssid == NULL) {
        wh_wifi_join(ssid, pw != NULL ? pw : "");
    }
    return 0;
}

/* The last thing in each turn of the main loop. Upstream's waits a tick for each 64 B, on the task that hears
 * of Wi-Fi. */
void __wrap_uart_log_dmesg(void)
{
    start_program();
    wh_console_drain();
}

/* Upstream scans 2 s after its start and every 10 s until it is connected, which would only be in the way. */
int __wrap_jd_wifi_start_scan(void)
{
    return wh_wifi_is_joining() ? -1 : __real_jd_wifi_start_scan();
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
