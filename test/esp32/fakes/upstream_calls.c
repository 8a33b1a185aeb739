/* DeviceScript's side of the calls that --wrap redirects: in another file than what it calls, as in the
 * firmware. */
#include "upstream.h"

#include <stdlib.h>

#include "esp_sleep.h"
#include "network/jd_network.h"
#include "world.h"

int jd_tcpsock_new(const char *hostname, int port);
int jd_tcpsock_write(const void *buf, unsigned size);
void jd_tcpsock_close(void);
bool jd_tcpsock_is_available(void);
void jd_tcpsock_init(void);
void jd_tcpsock_process(void);
void uart_log_dmesg(void);
int jd_wifi_connect(const char *ssid, const char *pw);
int jd_wifi_start_scan(void);
int jd_wifi_init(uint8_t mac_out[6]);

void upstream_wifi_init(void)
{
    uint8_t mac[6];
    if (jd_wifi_init(mac) != 0) {
        abort();
    }
}

void upstream_scan(void)
{
    (void)jd_wifi_start_scan();
}

void upstream_standby(unsigned ms)
{
    (void)esp_sleep_enable_timer_wakeup((uint64_t)ms * 1000);
    esp_deep_sleep_start();
}

void upstream_panic(void)
{
    world_note_panic();
    (void)esp_sleep_enable_timer_wakeup(20000);
    esp_deep_sleep_start();
}

void upstream_start(void)
{
    app_init_services();
    jd_tcpsock_init();
}

void upstream_turn(void)
{
    upstream_process_services();
    jd_tcpsock_process();
    uart_log_dmesg();
}

bool upstream_socket_open(const char *host, int port)
{
    return jd_tcpsock_is_available() && jd_tcpsock_new(host, port) == 0;
}

int upstream_socket_write(const void *bytes, unsigned size)
{
    return jd_tcpsock_write(bytes, size);
}

void upstream_socket_close(void)
{
    jd_tcpsock_close();
}
