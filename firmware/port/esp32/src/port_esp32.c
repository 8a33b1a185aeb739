#include "warmhello/port_esp32.h"

#include <stdlib.h>
#include <string.h>

#include "esp_sleep.h"
#include "esp_timer.h"
#include "log/wake_log.h"
#include "machine/core_lock.h"
#include "machine/settings.h"
#include "network/wifi.h"
#include "tls/tls_task.h"
#include "wake/deadline.h"
#include "wake/sleep.h"

/* A closed connection sends what it has (5 s), waits for a ticket and says goodbye. */
enum { CLOSE_MS = 7000, SSID_MAX = 32 };

/* The connection, as the calling task knows it. */
static struct {
    bool started;
    uint32_t id; /* 0: none */
    bool is_open;
    /* Nothing more is to be had of it, and why; and it is over. */
    bool has_ended;
    int error;
    bool is_over;
    /* By the app, which hears nothing more. */
    bool is_closed;
    wh_outcome outcome;
    /* Arrived, and not taken by recv. */
    uint8_t *bytes;
    size_t size;
    size_t taken;
} state;

int wh_esp32_start(const wh_device_config *config)
{
    if (config->ssid == NULL || strlen(config->ssid) > SSID_MAX) {
        return WH_USAGE_ARGUMENT;
    }
    if (state.started) {
        return WH_USAGE_STATE;
    }
    wh_settings_set(config);
    if (!wh_wake_log_begin()) {
        return WH_PLATFORM_MEMORY;
    }
    wh_sleep_if_crashing();
    if (!wh_deadline_start() || !wh_tls_start() || !wh_wifi_make() || !wh_wifi_watch()) {
        return WH_PLATFORM_MEMORY;
    }
    state.started = true;
    wh_wifi_join(config->ssid, config->password != NULL ? config->password : "");
    return WH_OK;
}

static void forget_bytes(void)
{
    free(state.bytes);
    state.bytes = NULL;
    state.size = 0;
    state.taken = 0;
}

/* The first end counts. */
static void ended(int error)
{
    state.error = state.has_ended ? state.error : error;
    state.has_ended = true;
    state.is_open = false;
}

static void take_data(const wh_event *event)
{
    forget_bytes();
    state.bytes = event->as.data.bytes;
    state.size = event->as.data.size;
    if (state.bytes == NULL) {
        ended(WH_PLATFORM_MEMORY); /* what comes next would follow a gap */
    }
}

static void take_event(const wh_event *event)
{
    if (event->kind == WH_EVENT_DATA) {
        take_data(event);
        return;
    }
    state.outcome = event->as.outcome;
    state.is_open = event->kind != WH_EVENT_OVER && !state.is_closed;
    if (event->kind == WH_EVENT_OVER) {
        state.is_over = true;
        if (!state.is_closed) {
            ended(event->error);
        }
    }
}

/* Takes one event of the present connection. False: none in time. */
static bool next_event(uint32_t wait_ms)
{
    wh_event event;
    while (wh_tls_next_event(&event, wait_ms)) {
        if (event.id == state.id) {
            take_event(&event);
            return true;
        }
        if (event.kind == WH_EVENT_DATA) {
            free(event.as.data.bytes);
        }
    }
    return false;
}

int wh_esp32_connect(const char *host, uint16_t port)
{
    if (!state.started) {
        return WH_USAGE_STATE;
    }
    wh_esp32_close();
    forget_bytes();
    wh_tls_request request = {
        .config = wh_settings_client(host, port),
        .is_tls = true,
        .timeout_ms = wh_settings_timeout_ms(),
    };
    state.outcome = (wh_outcome){.result = WH_RESULT_FAILED};
    state.error = WH_OK;
    state.has_ended = false;
    state.is_over = false;
    state.is_closed = false;
    state.id = wh_tls_connect(&request);
    if (state.id == 0) {
        ended(WH_PLATFORM_MEMORY);
        return WH_PLATFORM_MEMORY;
    }
    /* The task keeps the deadline; ours is only for a task that has died. */
    while (!state.is_open && !state.has_ended && next_event(request.timeout_ms + CLOSE_MS)) {
    }
    if (state.is_open) {
        return WH_OK;
    }
    ended(WH_NETWORK_TIMEOUT); /* unless it has */
    wh_esp32_close();
    return state.error;
}

int wh_esp32_send(const void *bytes, size_t size)
{
    if (!state.is_open) {
        return WH_USAGE_STATE;
    }
    if (!wh_tls_write(state.id, bytes, size)) {
        wh_esp32_close();
        return WH_PLATFORM_MEMORY;
    }
    wh_tls_push();
    return WH_OK;
}

static int take_bytes(void *out, size_t size)
{
    size_t left = state.size - state.taken;
    size_t taken = left < size ? left : size;
    memcpy(out, state.bytes + state.taken, taken);
    state.taken += taken;
    return (int)taken;
}

/* What recv answers once nothing more comes. */
static int result_of_end(void)
{
    return state.has_ended ? state.error : WH_USAGE_STATE;
}

int wh_esp32_recv(void *out, size_t size, uint32_t wait_ms)
{
    int64_t until_us = esp_timer_get_time() + (int64_t)wait_ms * 1000;
    while (state.taken == state.size) {
        if (!state.is_open) {
            return result_of_end();
        }
        int64_t left_us = until_us - esp_timer_get_time();
        if (!next_event(left_us > 0 ? (uint32_t)(left_us / 1000) : 0) && left_us <= 0) {
            return 0;
        }
    }
    return take_bytes(out, size);
}

bool wh_esp32_is_open(void)
{
    return state.is_open;
}

void wh_esp32_close(void)
{
    if (state.id == 0) {
        return;
    }
    state.is_open = false;
    state.is_closed = true;
    wh_tls_close(state.id);
    while (!state.is_over && next_event(CLOSE_MS)) {
        forget_bytes();
    }
    state.id = 0;
}

const wh_outcome *wh_esp32_outcome(void)
{
    return &state.outcome;
}

const char *wh_esp32_error(void)
{
    return state.error != WH_OK ? wh_error_meaning(state.error) : "";
}

_Noreturn void wh_esp32_sleep(uint32_t seconds)
{
    (void)esp_sleep_enable_timer_wakeup((uint64_t)seconds * 1000000);
    wh_sleep_prepare();
    esp_deep_sleep_start();
}
