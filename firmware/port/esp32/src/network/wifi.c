#include "network/wifi.h"

#include <stdatomic.h>
#include <string.h>

#include "esp_event.h"
#include "esp_netif.h"
#include "esp_netif_net_stack.h"
#include "esp_wifi.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "log/wake_log.h"
#include "lwip/dhcp.h"
#include "machine/platform_esp32.h"
#include "machine/settings.h"
#include "nvs.h"
#include "nvs_flash.h"
#include "rtc/fast_wake.h"
#include "sdkconfig.h"

#if CONFIG_WARMHELLO_WIFI_POWER_SAVE_NONE
static const wifi_ps_type_t power_save = WIFI_PS_NONE;
#elif CONFIG_WARMHELLO_WIFI_POWER_SAVE_MAX
static const wifi_ps_type_t power_save = WIFI_PS_MAX_MODEM;
#else
static const wifi_ps_type_t power_save = WIFI_PS_MIN_MODEM;
#endif

/* Guards what the event task and the TLS task both use: the memory of the last wake, and `plan`. */
static SemaphoreHandle_t lock;
static char ssid[33];
static char password[65];
static bool wants_network;
static wh_fast_plan plan;
static atomic_bool uses_lease;
static atomic_bool access_point_there;
static atomic_bool network_up;
/* NULL for nobody. */
static void (*on_change)(void);

static void enter(void)
{
    (void)xSemaphoreTake(lock, portMAX_DELAY);
}

static void leave(void)
{
    (void)xSemaphoreGive(lock);
}

static esp_netif_t *station(void)
{
    return esp_netif_get_handle_from_ifkey("WIFI_STA_DEF");
}

/* ---- What the others see of it ----------------------------------------------------------------------- */

void wh_wifi_on_change(void (*hear)(void))
{
    on_change = hear;
}

static void note(atomic_bool *state, bool is_so)
{
    atomic_store(state, is_so);
    if (on_change != NULL) {
        on_change();
    }
}

bool wh_wifi_has_access_point(void)
{
    return atomic_load(&access_point_there);
}

bool wh_wifi_has_network(void)
{
    return atomic_load(&network_up);
}

/* ---- Connecting ------------------------------------------------------------------------------------ */

static wifi_auth_mode_t least_protection(void)
{
    switch (wh_settings()->security) {
    case WH_WIFI_WPA3:
        return WIFI_AUTH_WPA3_PSK;
    case WH_WIFI_WPA2:
        return WIFI_AUTH_WPA2_PSK;
    default:
        return WIFI_AUTH_OPEN;
    }
}

static void set_access_point(const wh_fast_plan *chosen)
{
    wifi_config_t config;
    memset(&config, 0, sizeof config);
    /* Neither needs a closing zero when it fills its field. */
    memcpy(config.sta.ssid, ssid, sizeof config.sta.ssid);
    memcpy(config.sta.password, password, sizeof config.sta.password);
    config.sta.scan_method = chosen->uses_access_point ? WIFI_FAST_SCAN : WIFI_ALL_CHANNEL_SCAN;
    config.sta.bssid_set = chosen->uses_access_point;
    config.sta.channel = chosen->uses_access_point ? chosen->channel : 0;
    memcpy(config.sta.bssid, chosen->bssid, sizeof config.sta.bssid);
    config.sta.threshold.authmode = least_protection();
    /* WIFI_PS_MAX_MODEM alone asks for it. */
    config.sta.listen_interval = CONFIG_WARMHELLO_WIFI_LISTEN_INTERVAL;
    (void)esp_wifi_set_config(WIFI_IF_STA, &config);
}

static void set_fixed(const wh_lease *lease)
{
    esp_netif_t *netif = station();
    esp_netif_ip_info_t info = {
        .ip.addr = lease->ip,
        .netmask.addr = lease->netmask,
        .gw.addr = lease->gateway,
    };
    esp_netif_dns_info_t dns = {.ip = {.u_addr.ip4.addr = lease->dns, .type = ESP_IPADDR_TYPE_V4}};
    (void)esp_netif_dhcpc_stop(netif);
    (void)esp_netif_set_ip_info(netif, &info);
    (void)esp_netif_set_dns_info(netif, ESP_NETIF_DNS_MAIN, &dns);
}

static void set_address(const wh_fast_plan *chosen)
{
    const uint8_t *given = wh_settings()->static_address;
    if (given != NULL) {
        wh_lease lease = {.ip = 0};
        memcpy(&lease.ip, given, 4);
        memcpy(&lease.netmask, given + 4, 4);
        memcpy(&lease.gateway, given + 8, 4);
        memcpy(&lease.dns, given + 12, 4);
        set_fixed(&lease);
    } else if (chosen->uses_lease) {
        set_fixed(&chosen->lease);
    } else {
        (void)esp_netif_dhcpc_start(station()); /* it may run already */
    }
}

/* Under the lock. */
static void join(void)
{
    plan = (wh_fast_plan){.uses_access_point = false};
    if (!wh_settings()->slow_wifi) {
        plan =
            wh_fast_plan_make(&wh_port_memory.fast, ssid, wh_port_elapsed_us(), wh_port_elapsed_error_ppm());
    }
    set_access_point(&plan);
    set_address(&plan);
    atomic_store(&uses_lease, plan.uses_lease && wh_settings()->static_address == NULL);
    (void)esp_wifi_connect();
}

void wh_wifi_join(const char *new_ssid, const char *new_password)
{
    enter();
    bool is_same = wants_network && strcmp(ssid, new_ssid) == 0 && strcmp(password, new_password) == 0;
    if (!is_same) {
        memset(ssid, 0, sizeof ssid);
        memset(password, 0, sizeof password);
        strncpy(ssid, new_ssid, sizeof ssid - 1);
        strncpy(password, new_password, sizeof password - 1);
        wants_network = true;
        join();
    }
    leave();
}

/* ---- What the driver tells, on the event task -------------------------------------------------------- */

static void on_connected(const wifi_event_sta_connected_t *event)
{
    wh_wake_log_mark(WH_PHASE_WIFI);
    note(&access_point_there, true);
    enter();
    wh_fast_note_access_point(&wh_port_memory.fast, ssid, event->bssid, event->channel);
    leave();
}

static void on_disconnected(void)
{
    note(&access_point_there, false);
    note(&network_up, false);
    enter();
    /* Not when it is ours: before sleep. */
    if (wants_network) {
        if (plan.uses_access_point) {
            wh_fast_forget(&wh_port_memory.fast); /* it has moved, or the address is another's by now */
        }
        join();
    }
    leave();
}

static uint32_t lease_seconds(esp_netif_t *netif)
{
    const struct dhcp *dhcp = netif_dhcp_data((struct netif *)esp_netif_get_netif_impl(netif));
    return dhcp != NULL ? dhcp->offered_t0_lease : 0;
}

static void on_address(const ip_event_got_ip_t *event)
{
    wh_wake_log_mark(WH_PHASE_IP);
    enter();
    if (!atomic_load(&uses_lease) && wh_settings()->static_address == NULL) {
        esp_netif_dns_info_t dns = {.ip = {.type = ESP_IPADDR_TYPE_V4}};
        (void)esp_netif_get_dns_info(event->esp_netif, ESP_NETIF_DNS_MAIN, &dns);
        wh_lease lease = {
            .ip = event->ip_info.ip.addr,
            .netmask = event->ip_info.netmask.addr,
            .gateway = event->ip_info.gw.addr,
            .dns = dns.ip.u_addr.ip4.addr,
            .lease_s = lease_seconds(event->esp_netif),
        };
        wh_fast_note_lease(&wh_port_memory.fast, &lease, wh_port_elapsed_us());
    }
    leave();
    note(&network_up, true);
}

static void on_wifi(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    (void)base;
    if (id == WIFI_EVENT_STA_CONNECTED) {
        on_connected(data);
    } else if (id == WIFI_EVENT_STA_DISCONNECTED) {
        on_disconnected();
    }
}

static void on_ip(void *arg, esp_event_base_t base, int32_t id, void *data)
{
    (void)arg;
    (void)base;
    if (id == IP_EVENT_STA_GOT_IP) {
        on_address(data);
    } else if (id == IP_EVENT_STA_LOST_IP) {
        note(&network_up, false);
    }
}

/* ---- Beginning and end ------------------------------------------------------------------------------- */

/* Pages of other firmware, or of a newer one, are of no use to this one. */
static bool begin_nvs(void)
{
    esp_err_t error = nvs_flash_init();
    if (error == ESP_ERR_NVS_NO_FREE_PAGES || error == ESP_ERR_NVS_NEW_VERSION_FOUND) {
        error = nvs_flash_erase() == ESP_OK ? nvs_flash_init() : ESP_FAIL;
    }
    return error == ESP_OK;
}

bool wh_wifi_make(void)
{
    esp_err_t looped = esp_event_loop_create_default();
    if (!begin_nvs() || esp_netif_init() != ESP_OK || (looped != ESP_OK && looped != ESP_ERR_INVALID_STATE)) {
        return false;
    }
    if (station() == NULL && esp_netif_create_default_wifi_sta() == NULL) {
        return false;
    }
    wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();
    /* The password stays in RAM: the driver's own copy in NVS would be one more place to read it. */
    return esp_wifi_init(&config) == ESP_OK && esp_wifi_set_storage(WIFI_STORAGE_RAM) == ESP_OK &&
           esp_wifi_set_mode(WIFI_MODE_STA) == ESP_OK && esp_wifi_start() == ESP_OK;
}

bool wh_wifi_watch(void)
{
    lock = xSemaphoreCreateMutex();
    if (lock == NULL) {
        return false;
    }
    wh_port_radio(true); /* esp_wifi_start() has returned */
    (void)esp_wifi_set_ps(power_save);
    return esp_event_handler_instance_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL, NULL) == ESP_OK &&
           esp_event_handler_instance_register(IP_EVENT, ESP_EVENT_ANY_ID, on_ip, NULL, NULL) == ESP_OK;
}

bool wh_wifi_is_joining(void)
{
    enter();
    bool joining = wants_network && !wh_wifi_has_network();
    leave();
    return joining;
}

bool wh_wifi_uses_lease(void)
{
    return atomic_load(&uses_lease);
}

bool wh_wifi_doubt_lease(void)
{
    if (!atomic_exchange(&uses_lease, false)) {
        return false;
    }
    note(&network_up, false);
    enter();
    wh_fast_forget_lease(&wh_port_memory.fast);
    (void)esp_netif_dhcpc_start(station());
    leave();
    return true;
}

void wh_wifi_stop(void)
{
    if (lock == NULL) {
        return;
    }
    enter();
    wants_network = false;
    leave();
    wh_port_radio(false);
    (void)esp_wifi_disconnect();
    (void)esp_wifi_stop();
}
