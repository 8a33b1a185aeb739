#include "tls/tls_task.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "esp_vfs_eventfd.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "log/wake_log.h"
#include "machine/core_lock.h"
#include "machine/platform_esp32.h"
#include "machine/task_sizes.h"
#include "network/resolver.h"
#include "network/sntp_clock.h"
#include "network/wifi.h"
#include "tls/sockets.h"
#include "tls/unsent.h"
#include "warmhello/connect.h"

enum {
    COMMANDS = 32,
    EVENTS = 14,
    /* A connection has three events besides data; so many are kept free for them, and for the one before it.
     */
    EVENTS_KEPT = 6,
    /* How often events are taken while all is settled, in milliseconds. */
    STEP_MS = 10,
    /* For wire bytes each way: what is written together (unsent.c) with what TLS adds to it, or a ClientHello
     * with a ticket of 1 KB, goes out in one, as a segment of lwIP's has 1440 bytes. */
    ROOM = 1536,
    /* Plaintext for the app, at a time. */
    DATA_MAX = 512,
};

typedef enum command_kind { CONNECT, WRITE, CLOSE, RESOLVED, SETTLE } command_kind;

typedef struct command {
    command_kind kind;
    uint32_t id;
    /* RESOLVED: the name has an address. SETTLE: wait for nothing that is not on its way. */
    bool is_known;
    bool is_urgent;
    void *memory;
} command;

/* What the commands' senders use too. */
static QueueHandle_t commands;
static QueueHandle_t events;
static SemaphoreHandle_t settled;
static void (*sink)(const wh_event *event);
static TaskHandle_t task;
static int doorbell = -1;
static atomic_uint last_id;
static atomic_bool waits_for_room;
static atomic_bool has_ended;

/* What the task alone uses: the connect, and with whom. */
static wh_connect the_connect;
static bool is_idle = true;
static uint32_t connect_id;
static bool is_tls;
/* The app may write; and the handshake is done, which comes later when what it writes may be early data. */
static bool was_open;
static bool was_secured;
static bool is_closing;
static char host[WH_HOST_MAX + 1];
static uint16_t port;
static wh_address server;
/* The last look-up: an earlier one may still be under way, of this connect too. */
static uint32_t look_up_id;
static wh_client client;
static bool has_client;
static wh_tls_request *client_request;
static bool wants_settle;
/* How many wakes there were without a network, this one included; 0 when it has one, or wanted none. */
static uint32_t offline_wakes;

static void ring(void)
{
    uint64_t one = 1;
    ssize_t done = write(doorbell, &one, sizeof one);
    (void)done; /* a full counter rings as well */
}

/* ---- Commands ------------------------------------------------------------------------------------ */

static bool command_now(const command *c)
{
    if (task == NULL || xQueueSend(commands, c, pdMS_TO_TICKS(200)) != pdPASS) {
        return false;
    }
    ring();
    return true;
}

uint32_t wh_tls_connect(const wh_tls_request *request)
{
    if (atomic_load(&has_ended)) {
        return atomic_fetch_add(&last_id, 1) + 1; /* of a connection that nothing will be heard of */
    }
    size_t host_size = strlen(request->config.host) + 1;
    wh_tls_request *copy = malloc(sizeof *copy + host_size);
    if (copy == NULL) {
        return 0;
    }
    *copy = *request;
    copy->config.host = (char *)memcpy(copy + 1, request->config.host, host_size);
    copy->config.policy.disabled = copy->config.policy.disabled || wh_wake_log_is_full_turn();
    uint32_t id = atomic_fetch_add(&last_id, 1) + 1;
    command c = {.kind = CONNECT, .id = id, .memory = copy};
    if (!command_now(&c)) {
        free(copy);
        return 0;
    }
    return id;
}

bool wh_tls_write(uint32_t id, const void *bytes, size_t size)
{
    if (size == 0 || atomic_load(&has_ended)) {
        return true; /* nothing would look like the end of what waits */
    }
    wh_unsent *written = wh_unsent_make(bytes, size);
    if (written == NULL) {
        return false;
    }
    command c = {.kind = WRITE, .id = id, .memory = written};
    if (task != NULL && xQueueSend(commands, &c, 0) == pdPASS) {
        return true;
    }
    wh_tls_push(); /* which makes room */
    if (command_now(&c)) {
        return true;
    }
    wh_unsent_drop(written);
    return false;
}

void wh_tls_push(void)
{
    if (task != NULL) {
        ring();
    }
}

void wh_tls_close(uint32_t id)
{
    command c = {.kind = CLOSE, .id = id};
    (void)command_now(&c); /* a connection that cannot be closed now is closed by the next one, or by sleep */
}

static bool take_event(wh_event *out, uint32_t wait_ms)
{
    if (events == NULL || xQueueReceive(events, out, pdMS_TO_TICKS(wait_ms)) != pdPASS) {
        return false;
    }
    if (atomic_exchange(&waits_for_room, false)) {
        ring();
    }
    return true;
}

bool wh_tls_next_event(wh_event *out, uint32_t wait_ms)
{
    if (atomic_load(&has_ended)) {
        vTaskDelay(pdMS_TO_TICKS(wait_ms));
        return false;
    }
    return take_event(out, wait_ms);
}

void wh_tls_end_all(void)
{
    atomic_store(&has_ended, true);
}

void wh_tls_set_sink(void (*take)(const wh_event *event))
{
    sink = take;
}

/* Events without a taker would fill their queue, and the task waits for room there. */
static void sink_events(void)
{
    wh_event event;
    while (take_event(&event, 0)) {
        if (sink != NULL && !atomic_load(&has_ended)) {
            sink(&event);
        }
        if (event.kind == WH_EVENT_DATA) {
            free(event.as.data.bytes);
        }
    }
}

bool wh_tls_settle(bool is_urgent, uint32_t wait_ms)
{
    command c = {.kind = SETTLE, .is_urgent = is_urgent};
    if (task == NULL) {
        return true;
    }
    (void)xSemaphoreTake(settled, 0); /* of one before that nobody waited for to the end */
    sink_events();
    bool done = false;
    if (command_now(&c)) {
        for (uint32_t waited_ms = 0; waited_ms < wait_ms && !done; waited_ms += STEP_MS) {
            done = xSemaphoreTake(settled, pdMS_TO_TICKS(STEP_MS)) == pdPASS;
            sink_events();
        }
    }
    return done;
}

uint32_t wh_tls_stack_left(void)
{
    return task == NULL ? 0 : (uint32_t)uxTaskGetStackHighWaterMark(task);
}

/* ---- Events -------------------------------------------------------------------------------------- */

static void send_event(wh_event *event)
{
    event->id = connect_id;
    event->is_tls = is_tls;
    if (xQueueSend(events, event, 0) != pdPASS && event->kind == WH_EVENT_DATA) {
        free(event->as.data.bytes); /* does not happen: room was kept */
    }
    wh_port_events_pending();
}

static bool has_room(void)
{
    if (uxQueueSpacesAvailable(events) > EVENTS_KEPT) {
        return true; /* who was told before that there is none still waits for the bell: nothing is taken back
                      */
    }
    atomic_store(&waits_for_room, true);
    return uxQueueSpacesAvailable(events) > EVENTS_KEPT; /* one may have been taken in between */
}

/* The wake's line is about TLS. */
static void log_connect(const wh_outcome *outcome)
{
    if (is_tls && outcome->total_tx > 0) {
        wh_wake_log_connect(connect_id, outcome);
    }
}

/* All that the connect tried is over, with success or without. */
static void note_tried(const wh_outcome *outcome)
{
    log_connect(outcome);
    wh_wall_prove(&wh_port_memory.wall, outcome->proven_s);
    if (outcome->clock == WH_CLOCK_SUSPECT) {
        wh_wall_doubt(&wh_port_memory.wall, wh_port_elapsed_us()); /* before sleep it is asked for anew */
    }
}

static void note_secured(const wh_outcome *outcome)
{
    was_secured = true;
    if (is_tls) {
        wh_wake_log_mark(WH_PHASE_TLS);
        note_tried(outcome);
    }
}

static void tell_opened(void)
{
    wh_event event = {.kind = WH_EVENT_OPENED, .as.outcome = *wh_connect_outcome(&the_connect)};
    was_open = true;
    if (!is_tls || event.as.outcome.result != WH_RESULT_PENDING) {
        note_secured(&event.as.outcome);
    }
    send_event(&event);
}

static void tell_secured(void)
{
    wh_event event = {.kind = WH_EVENT_SECURED, .as.outcome = *wh_connect_outcome(&the_connect)};
    note_secured(&event.as.outcome);
    send_event(&event);
}

static void tell_data(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size);
    if (copy != NULL) {
        memcpy(copy, bytes, size);
    }
    /* Without bytes the receiver takes it for what it is: there is no memory. */
    wh_event event = {.kind = WH_EVENT_DATA};
    event.as.data.bytes = copy;
    event.as.data.size = copy != NULL ? size : 0;
    send_event(&event);
}

static void tell_over(int error, const wh_outcome *outcome)
{
    wh_event event = {.kind = WH_EVENT_OVER, .error = error, .as.outcome = *outcome};
    if (was_secured) {
        log_connect(outcome);
    } else {
        note_tried(outcome);
    }
    send_event(&event);
}

/* ---- The network ---------------------------------------------------------------------------------- */

static wh_network network_now(void)
{
    if (wh_wifi_has_network()) {
        return wh_wifi_uses_lease() ? WH_NETWORK_IS_ON_TRUST : WH_NETWORK_IS_UP;
    }
    return wh_wifi_has_access_point() ? WH_NETWORK_IS_JOINED : WH_NETWORK_IS_AWAY;
}

/* A wake that wants a network is one without until it has one. */
static void want_network(void)
{
    if (offline_wakes == 0 && !wh_wifi_has_network()) {
        offline_wakes = wh_pace_offline(&wh_port_memory.pace);
    }
}

static void watch_network(void)
{
    static bool had_network;
    bool has = wh_wifi_has_network();
    if (!had_network && has) {
        wh_pace_online(&wh_port_memory.pace);
        offline_wakes = 0;
        wh_sntp_begin();
    }
    had_network = has;
    if (!is_idle) {
        wh_connect_network(&the_connect, network_now());
    }
}

/* On the resolver's task. */
static void resolved(uint32_t id, const wh_address *address)
{
    command c = {.kind = RESOLVED, .id = id, .is_known = address != NULL};
    if (address != NULL) {
        c.memory = malloc(sizeof *address);
        c.is_known = c.memory != NULL;
        if (c.is_known) {
            memcpy(c.memory, address, sizeof *address);
        }
    }
    if (!command_now(&c)) {
        free(c.memory); /* the deadline ends what waits for it */
    }
}

/* ---- The client: made anew when its configuration changes ---------------------------------------- */

/* Files in the place of those that it was made of, as two rotations in one wake leave them, are other files.
 */
static bool fits_client(const wh_client_config *config)
{
    return has_client && wh_client_config_equal(&client_request->config, config) &&
           wh_client_is_intact(&client);
}

/* Takes over the request. */
static int ready_client(wh_tls_request *request)
{
    if (fits_client(&request->config)) {
        free(request);
        return WH_OK;
    }
    if (has_client) {
        wh_client_free(&client);
    }
    free(client_request);
    client_request = request;
    int result = wh_client_init(&client, &request->config);
    has_client = result == WH_OK;
    if (!has_client) {
        free(client_request);
        client_request = NULL;
    }
    return result;
}

/* ---- Steps ---------------------------------------------------------------------------------------- */

static void read_some(void)
{
    uint8_t bytes[DATA_MAX];
    int got = wh_connect_read(&the_connect, bytes, sizeof bytes);
    if (got > 0) {
        tell_data(bytes, (size_t)got);
    }
}

/* The app has what it wanted, or will not get it. */
static void app_is_done(void)
{
    if (was_secured) {
        wh_wake_log_mark(WH_PHASE_APPLICATION);
    }
}

static void end(void)
{
    wh_outcome outcome = *wh_connect_outcome(&the_connect);
    is_idle = true;
    wh_connect_free(&the_connect);
    wh_unsent_drop_all();
    app_is_done();
    tell_over(wh_connect_error(&the_connect), &outcome);
}

static void perform(const wh_step *step)
{
    switch (step->kind) {
    case WH_STEP_WAIT:
        break;
    case WH_STEP_RENEW_NETWORK:
        (void)wh_wifi_doubt_lease();
        want_network();
        wh_connect_network(&the_connect, network_now());
        break;
    case WH_STEP_RESOLVE:
        if (!wh_resolver_start(host, port, ++look_up_id, resolved)) {
            wh_connect_end(&the_connect, WH_PLATFORM_MEMORY);
        }
        break;
    case WH_STEP_OPENED:
        tell_opened();
        break;
    case WH_STEP_SECURED:
        tell_secured();
        break;
    case WH_STEP_READ:
        read_some();
        break;
    case WH_STEP_OVER:
        end();
        break;
    case WH_STEP_OPEN:
        wh_wake_log_mark(WH_PHASE_DNS);
        wh_sockets_perform(&the_connect, step, &server);
        break;
    default:
        wh_sockets_perform(&the_connect, step, &server);
        break;
    }
}

/* Does all that can be done without waiting. Returns for how long to wait then, in microseconds. */
static uint64_t take_steps(void)
{
    while (!is_idle) {
        wh_unsent_write(&the_connect);
        if (is_closing) {
            wh_connect_close(&the_connect, wh_unsent_is_empty());
        }
        wh_connect_hold(&the_connect, !has_room());
        wh_step step = wh_connect_next(&the_connect);
        if (step.kind == WH_STEP_WAIT) {
            return step.wait_us;
        }
        perform(&step);
    }
    return UINT64_MAX;
}

/* ---- What is asked of the task -------------------------------------------------------------------- */

static void close_connect(bool is_urgent)
{
    if (is_idle) {
        return;
    }
    app_is_done();
    is_closing = true;
    if (is_urgent) {
        wh_connect_hurry(&the_connect);
    }
}

static void end_present(void)
{
    close_connect(true);
    if (!is_idle) {
        wh_connect_end(&the_connect, WH_NETWORK_LOST);
        (void)take_steps();
    }
}

static void begin(const command *c)
{
    wh_tls_request *request = c->memory;
    end_present();
    want_network();
    wh_connect_options options = {
        .timeout_ms = request->timeout_ms,
        .silence_ms = request->silence_ms,
        .room = ROOM,
        .network = network_now(),
        .offline_wakes = offline_wakes > 0 ? offline_wakes - 1 : 0,
    };
    connect_id = c->id;
    is_tls = request->is_tls;
    was_open = false;
    was_secured = false;
    is_closing = false;
    strncpy(host, request->config.host, WH_HOST_MAX);
    port = request->config.port;
    int result = wh_port_platform_ready();
    if (result == WH_OK && is_tls) {
        result = ready_client(request);
    } else {
        free(request);
    }
    if (result != WH_OK) {
        wh_outcome outcome = {.result = WH_RESULT_FAILED, .error = result, .alert = -1};
        tell_over(result, &outcome);
        return;
    }
    is_idle = false;
    wh_connect_begin(&the_connect, is_tls ? &client : NULL, &options);
}

static void take_resolved(const command *c)
{
    if (!is_idle && c->id == look_up_id) {
        if (c->is_known) {
            memcpy(&server, c->memory, sizeof server);
        }
        wh_connect_resolved(&the_connect, c->is_known);
    }
    free(c->memory);
}

static void take_written(const command *c)
{
    if (c->id != connect_id || is_idle) {
        wh_unsent_drop(c->memory);
    } else {
        wh_unsent_append(c->memory);
    }
}

static void obey(const command *c)
{
    switch (c->kind) {
    case CONNECT:
        begin(c);
        break;
    case WRITE:
        take_written(c);
        break;
    case CLOSE:
        if (c->id == connect_id) {
            close_connect(false);
        }
        break;
    case RESOLVED:
        take_resolved(c);
        break;
    case SETTLE:
        wants_settle = true;
        close_connect(c->is_urgent);
        break;
    }
}

/* ---- The task ------------------------------------------------------------------------------------- */

static void wait_for_work(uint64_t wait_us, fd_set *writable)
{
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(doorbell, &readable);
    int highest = doorbell;
    if (!is_idle) {
        wh_sockets_watch(&the_connect, &readable, writable, &highest);
    }
    struct timeval timeout = {.tv_sec = (time_t)(wait_us / 1000000),
                              .tv_usec = (suseconds_t)(wait_us % 1000000)};
    int found = select(highest + 1, &readable, writable, NULL, wait_us == UINT64_MAX ? NULL : &timeout);
    if (found <= 0) {
        FD_ZERO(writable);
    } else if (FD_ISSET(doorbell, &readable)) {
        uint64_t rings = 0;
        ssize_t done = read(doorbell, &rings, sizeof rings);
        (void)done;
    }
}

static void run(void *parameters)
{
    (void)parameters;
    uint64_t wait_us = UINT64_MAX;
    for (;;) {
        fd_set writable;
        FD_ZERO(&writable);
        if (wait_us > 0) {
            wait_for_work(wait_us, &writable);
        }
        wh_core_lock();
        watch_network();
        bool has_come = false;
        if (!is_idle) {
            wh_sockets_tell_ready(&the_connect, &writable);
            has_come = wh_sockets_receive(&the_connect);
        }
        command c;
        while (has_room() && xQueueReceive(commands, &c, 0) == pdPASS) {
            obey(&c);
        }
        wait_us = take_steps();
        if (has_come) {
            wait_us = 0; /* there may be more */
        }
        bool is_settled = wants_settle && is_idle;
        wants_settle = wants_settle && !is_settled;
        wh_core_unlock();
        if (is_settled) {
            (void)xSemaphoreGive(settled);
        }
    }
}

bool wh_tls_start(void)
{
    if (task != NULL) {
        return true;
    }
    esp_vfs_eventfd_config_t config = ESP_VFS_EVENTD_CONFIG_DEFAULT();
    esp_err_t registered = esp_vfs_eventfd_register(&config); /* or the application has done that */
    if (registered != ESP_OK && registered != ESP_ERR_INVALID_STATE) {
        return false;
    }
    doorbell = eventfd(0, 0);
    commands = xQueueCreate(COMMANDS, sizeof(command));
    events = xQueueCreate(EVENTS, sizeof(wh_event));
    settled = xSemaphoreCreateBinary();
    if (doorbell < 0 || commands == NULL || events == NULL || settled == NULL || !wh_core_lock_make()) {
        return false;
    }
    wh_wifi_on_change(ring);
    return xTaskCreatePinnedToCore(run, "wh_tls", WH_TLS_STACK, NULL, WH_TASK_PRIORITY, &task,
                                   tskNO_AFFINITY) == pdPASS;
}
