/* DeviceScript's firmware as far as it touches the port: services, Wi-Fi's start, the socket calls that the
 * linker takes away from it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "devicescript.h"
#include "esp_netif.h"
#include "esp_sleep.h"
#include "jd_client.h"
#include "interfaces/jd_alloc.h"
#include "jd_protocol.h"
#include "network/jd_network.h"
#include "services/interfaces/jd_flash.h"
#include "upstream.h"
#include "warmhello/program.h"
#include "world.h"

/* The app of this firmware, which is in its flash already. */
const wh_program wh_app_program = {.name = "board.c", .size = 32, .sha256 = {1}};

static srv_t *service;
static const srv_vt_t *service_vt;

srv_t *jd_allocate_service(const srv_vt_t *vt)
{
    service = calloc(1, vt->state_size);
    service_vt = vt;
    return service;
}

int jd_send(unsigned service_num, unsigned service_cmd, const void *data, unsigned service_size)
{
    (void)service_num;
    (void)data;
    world_say("service report %x %u", service_cmd, service_size);
    return 0;
}

int jd_send_not_implemented(jd_packet_t *pkt)
{
    world_say("service not-implemented %x", pkt->service_command);
    return 0;
}

void jd_send_event_ext(srv_t *srv, uint32_t eventid, const void *data, uint32_t data_bytes)
{
    (void)srv;
    (void)data;
    world_say("service event %u %u", eventid, data_bytes);
}

void upstream_send_to_service(uint16_t command)
{
    jd_packet_t packet = {.service_command = command};
    service_vt->handle_pkt(service, &packet);
}

void upstream_process_services(void)
{
    service_vt->process(service);
}

char *jd_settings_get(const char *key)
{
    const char *value = strcmp(key, "wifi_ssid") == 0 ? "from-settings" : "password";
    return strdup(value);
}

void jd_free(void *ptr)
{
    free(ptr);
}

/* ---- What is in the firmware and is not called by these names: --wrap sees to that ---- */

int jd_tcpsock_new(const char *hostname, int port)
{
    (void)hostname;
    (void)port;
    abort();
}

int jd_tcpsock_write(const void *buf, unsigned size)
{
    (void)buf;
    (void)size;
    abort();
}

void jd_tcpsock_close(void)
{
    abort();
}

bool jd_tcpsock_is_available(void)
{
    abort();
}

void jd_tcpsock_init(void)
{
    abort();
}

void jd_tcpsock_process(void)
{
    abort();
}

int jd_wifi_connect(const char *ssid, const char *pw)
{
    (void)ssid;
    (void)pw;
    abort();
}

int jd_wifi_start_scan(void)
{
    world_say("upstream scans");
    return 0;
}

int jd_wifi_init(uint8_t mac_out[6])
{
    memset(mac_out, 2, 6);
    return esp_netif_create_default_wifi_sta() != NULL ? 0 : -1;
}

/* ---- The program's manager ---- */

uint32_t now;

uint64_t jd_device_id(void)
{
    return 1;
}

/* Known from the second turn on. */
jd_device_t *jd_device_lookup(uint64_t device_identifier)
{
    static unsigned turns;
    (void)device_identifier;
    if (turns++ == 0) {
        return NULL;
    }
    world_say("board is known");
    return (jd_device_t *)&turns;
}

const void *jd_settings_get_large(const char *key, unsigned *sizep)
{
    (void)key;
    *sizep = 0;
    return NULL;
}

int devsmgr_get_hash(uint8_t hash[JD_SHA256_HASH_BYTES])
{
    memset(hash, 0, JD_SHA256_HASH_BYTES);
    hash[0] = 1;
    return 0;
}

int devsmgr_deploy(const void *img, unsigned imgsize)
{
    (void)img;
    world_say("program of %u bytes deployed", imgsize);
    return 0;
}

void devsmgr_restart(void)
{
    world_say("program started");
}

void uart_log_dmesg(void)
{
    world_say("log goes out");
}

void jd_usb_pull_ready(void)
{
    world_say("usb goes out"); /* not without a computer */
}

void jdesp_wake_main(void)
{
    world_wake();
}
