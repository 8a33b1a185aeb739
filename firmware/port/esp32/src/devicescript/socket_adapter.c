#include "devicescript/socket_adapter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/core_lock.h"
#include "machine/platform_esp32.h"
#include "machine/settings.h"
#include "network/jd_network.h"
#include "tls/tls_task.h"

/* The linker's --wrap gives these names to what DeviceScript calls jd_tcpsock_*. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
int __wrap_jd_tcpsock_new(const char *hostname, int port);
int __wrap_jd_tcpsock_write(const void *buf, unsigned size);
void __wrap_jd_tcpsock_close(void);
bool __wrap_jd_tcpsock_is_available(void);
void __wrap_jd_tcpsock_init(void);
void __wrap_jd_tcpsock_process(void);

static wh_service *service;

/* The app's connection; 0 for none. */
static uint32_t current;
/* An app waits to hear that its connection could not even be begun, or that it wrote too much. */
static bool has_failed;
static int failure;
/* The app has written in this turn of the main loop, and what belongs together leaves together. */
static bool has_written;

/* The service's name of each connect that is not closed yet. A new connect closes the one before at once, so
 * there are few. */
enum { OPEN_MAX_NAMES = 8 };
static struct {
    uint32_t id;
    uint32_t name;
    bool has_told; /* what came of all that it tried */
} open_connects[OPEN_MAX_NAMES];

/* ---- What the service hears --------------------------------------------------------------------- */

static void tell_connecting(uint32_t id)
{
    if (service == NULL) {
        return;
    }
    uint32_t name = wh_service_connecting(service);
    for (int i = 0; i < OPEN_MAX_NAMES; i++) {
        if (open_connects[i].id == 0) {
            open_connects[i].id = id;
            open_connects[i].name = name;
            open_connects[i].has_told = false;
            return;
        }
    }
}

/* Once for each connect: an app that has written early data and closed leaves nobody to hear of SECURED, and
 * then it shows at the end. */
static void tell_connected(const wh_event *event)
{
    bool has_told = event->kind == WH_EVENT_OVER && event->as.outcome.result != WH_RESULT_FAILED;
    for (int i = 0; i < OPEN_MAX_NAMES; i++) {
        if (open_connects[i].id == event->id) {
            has_told = open_connects[i].has_told;
            open_connects[i].has_told = true;
        }
    }
    if (!has_told) {
        wh_service_connected(service, &event->as.outcome);
    }
}

static void tell_closed(const wh_event *event)
{
    for (int i = 0; i < OPEN_MAX_NAMES; i++) {
        if (open_connects[i].id == event->id) {
            open_connects[i].id = 0;
            wh_service_closed(service, open_connects[i].name, &event->as.outcome);
        }
    }
}

static void tell_service(const wh_event *event)
{
    if (service == NULL || !event->is_tls || event->kind == WH_EVENT_DATA) {
        return;
    }
    if (event->as.outcome.result != WH_RESULT_PENDING) {
        tell_connected(event);
    }
    if (event->kind == WH_EVENT_OVER) {
        tell_closed(event);
    }
}

void wh_socket_adapter_tell(wh_service *told)
{
    service = told;
    wh_tls_set_sink(tell_service); /* before sleep, when no app is there to hear */
}

/* ---- What the app hears, once each ----------------------------------------------------------------- */

/* DeviceScript ends its side first, and may open another connection while it hears of this one's end. */
static void raise_close(void)
{
    current = 0;
    jd_tcpsock_on_event(JD_CONN_EV_CLOSE, NULL, 0);
}

static void raise_error(int error)
{
    char text[160];
    int length = snprintf(text, sizeof text, "%s: %s", wh_error_word(error), wh_error_meaning(error));
    current = 0;
    jd_tcpsock_on_event(JD_CONN_EV_ERROR, text, (unsigned)length);
}

static void raise_data(const wh_event *event)
{
    if (event->as.data.bytes == NULL) {
        wh_tls_close(current);
        raise_error(WH_PLATFORM_MEMORY);
        return;
    }
    jd_tcpsock_on_event(JD_CONN_EV_MESSAGE, event->as.data.bytes, (unsigned)event->as.data.size);
}

static void tell_app(const wh_event *event)
{
    switch (event->kind) {
    case WH_EVENT_OPENED:
        jd_tcpsock_on_event(JD_CONN_EV_OPEN, NULL, 0);
        break;
    case WH_EVENT_SECURED:
        break;
    case WH_EVENT_DATA:
        raise_data(event);
        break;
    case WH_EVENT_OVER:
        if (event->error == WH_OK) {
            raise_close();
        } else {
            raise_error(event->error);
        }
        break;
    }
}

static void take_event(const wh_event *event)
{
    tell_service(event);
    if (event->id == current && current != 0) {
        tell_app(event);
    }
    if (event->kind == WH_EVENT_DATA) {
        free(event->as.data.bytes);
    }
}

/* ---- What DeviceScript calls ------------------------------------------------------------------------- */

/* The network is waited for within the connect's deadline, so a connect need not be refused before there is
 * one: an app may fetch as the first thing it does. */
bool __wrap_jd_tcpsock_is_available(void)
{
    return true;
}

/* Always 0: upstream overwrites any other result, and leaves the app to its own timeout. */
int __wrap_jd_tcpsock_new(const char *hostname, int port)
{
    __wrap_jd_tcpsock_close();
    bool is_tls = port < 0;
    const wh_device_config *settings = wh_settings();
    bool is_redirected = is_tls && settings->client.host != NULL;
    wh_tls_request request = {
        .config = is_redirected ? wh_settings_client(settings->client.host, settings->client.port)
                                : wh_settings_client(hostname, (uint16_t)(is_tls ? -port : port)),
        .is_tls = is_tls,
        .timeout_ms = wh_settings_timeout_ms(),
        .silence_ms = wh_settings_silence_ms(),
    };
    if (is_tls && service != NULL) {
        wh_service_configure(service, &request.config);
    }
    current = wh_tls_connect(&request);
    has_failed = current == 0;
    failure = WH_PLATFORM_MEMORY;
    if (is_tls && current != 0) {
        tell_connecting(current);
    }
    return 0;
}

/* Always 0: the TypeScript side throws on anything else, "try again" included. Without a connection the bytes
 * go nowhere: the app hears, or has heard, of its end. */
int __wrap_jd_tcpsock_write(const void *buf, unsigned size)
{
    has_written = true;
    if (current != 0 && size > 0 && !wh_tls_write(current, buf, size)) {
        wh_tls_close(current);
        current = 0;
        has_failed = true;
        failure = WH_USAGE_OVERFLOW;
    }
    return 0;
}

void __wrap_jd_tcpsock_close(void)
{
    has_failed = false;
    if (current != 0) {
        wh_tls_close(current);
        current = 0;
    }
}

void __wrap_jd_tcpsock_init(void)
{
    /* The task is started before the first service is made. */
}

void __wrap_jd_tcpsock_process(void)
{
    wh_event event;
    bool has_heard = has_failed;
    if (has_failed) {
        has_failed = false;
        raise_error(failure);
    }
    while (wh_tls_next_event(&event, 0)) {
        take_event(&event);
        has_heard = true;
    }
    if (has_written) {
        has_written = false;
        wh_tls_push();
    }
    if (has_heard) {
        /* This is the last of the main loop's turn, and the app runs first in it: without another turn at
         * once it would hear of this with the next tick, up to 10 ms later. */
        wh_port_events_pending();
    }
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
