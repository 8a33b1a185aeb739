#include "tls/tls_task.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "esp_timer.h"
#include "esp_vfs_eventfd.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "log/wake_log.h"
#include "machine/core_lock.h"
#include "machine/platform_esp32.h"
#include "machine/settings.h"
#include "machine/task_sizes.h"
#include "network/resolver.h"
#include "network/sntp_clock.h"
#include "network/wifi.h"

enum {
    COMMANDS = 32,
    EVENTS = 16,
    /* A connection has four events besides data; so many are kept free for them, and for the one before it.
     */
    EVENTS_KEPT = 8,
    /* How often events are taken while all is settled, in milliseconds. */
    STEP_MS = 10,
    /* Plaintext that waits to be sent, in bytes. */
    UNSENT_MAX = 32768,
    /* So much of it goes into one packet. */
    JOINED_MAX = 1024,
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

typedef struct chunk {
    struct chunk *next;
    size_t size;
    size_t sent;
    uint8_t bytes[];
} chunk;

/* What the commands' senders use too. */
static QueueHandle_t commands;
static QueueHandle_t events;
static SemaphoreHandle_t settled;
static void (*sink)(const wh_event *event);
static TaskHandle_t task;
static int doorbell = -1;
static atomic_uint last_id;
static atomic_size_t unsent_bytes;
static atomic_bool waits_for_room;
static atomic_bool has_ended;

/* What the task alone uses. */
static wh_link the_link;
static uint32_t link_id;
/* The last look-up: an earlier one may still be under way, of this link too. */
static uint32_t look_up_id;
static wh_client client;
static bool has_client;
static wh_tls_request *client_request;
static chunk *first_chunk;
/* What points to the last of them. */
static chunk **last_link;
static bool wants_settle;
/* Of this wake: how many there were without a network, this one included; 0 while it may get one. */
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
    if (atomic_fetch_add(&unsent_bytes, size) + size > UNSENT_MAX) {
        atomic_fetch_sub(&unsent_bytes, size);
        return false;
    }
    chunk *written = malloc(sizeof *written + size);
    if (written != NULL) {
        *written = (chunk){.size = size};
        memcpy(written->bytes, bytes, size);
        command c = {.kind = WRITE, .id = id, .memory = written};
        if (command_now(&c)) {
            return true;
        }
        free(written);
    }
    atomic_fetch_sub(&unsent_bytes, size);
    return false;
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
    event->id = link_id;
    event->is_tls = the_link.options.client != NULL;
    if (xQueueSend(events, event, 0) != pdPASS && event->kind == WH_EVENT_DATA) {
        free(event->as.data.bytes); /* does not happen: room was kept */
    }
    wh_port_events_pending();
}

static void on_mark(void *ctx, wh_phase phase)
{
    (void)ctx;
    wh_wake_log_mark(phase);
}

static void on_connected(void *ctx, const wh_outcome *outcome)
{
    (void)ctx;
    wh_wake_log_connect(link_id, outcome);
    wh_wall_prove(&wh_port_memory.wall, outcome->proven_s);
    if (outcome->clock == WH_CLOCK_SUSPECT) {
        wh_wall_doubt(&wh_port_memory.wall, wh_port_elapsed_us()); /* before sleep it is asked for anew */
    }
    wh_event event = {.kind = WH_EVENT_CONNECTED, .has_outcome = true, .as.outcome = *outcome};
    send_event(&event);
}

static void on_unreachable(void *ctx, uint32_t backoff_s)
{
    (void)ctx;
    wh_event event = {.kind = WH_EVENT_UNREACHABLE, .as.backoff_s = backoff_s};
    send_event(&event);
}

static void on_opened(void *ctx)
{
    (void)ctx;
    wh_event event = {.kind = WH_EVENT_OPENED};
    send_event(&event);
}

static bool has_room(void *ctx)
{
    (void)ctx;
    if (uxQueueSpacesAvailable(events) > EVENTS_KEPT) {
        return true; /* who was told before that there is none still waits for the bell: nothing is taken back
                      */
    }
    atomic_store(&waits_for_room, true);
    return uxQueueSpacesAvailable(events) > EVENTS_KEPT; /* one may have been taken in between */
}

static void on_data(void *ctx, const uint8_t *bytes, size_t size)
{
    (void)ctx;
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

static size_t on_peek(void *ctx, const uint8_t **bytes)
{
    (void)ctx;
    if (first_chunk == NULL) {
        return 0;
    }
    *bytes = first_chunk->bytes + first_chunk->sent;
    return first_chunk->size - first_chunk->sent;
}

static void drop_chunk(void)
{
    chunk *done = first_chunk;
    first_chunk = done->next;
    if (first_chunk == NULL || first_chunk->next == NULL) {
        last_link = first_chunk != NULL ? &first_chunk : NULL;
    }
    atomic_fetch_sub(&unsent_bytes, done->size);
    free(done);
}

static void on_taken(void *ctx, size_t size)
{
    (void)ctx;
    first_chunk->sent += size;
    if (first_chunk->sent == first_chunk->size) {
        drop_chunk();
    }
}

static void on_ended(void *ctx, wh_link_end end)
{
    (void)ctx;
    wh_event event = {.kind = WH_EVENT_ENDED, .as.end = end};
    send_event(&event);
}

static void on_closed(void *ctx, const wh_outcome *outcome)
{
    (void)ctx;
    wh_event event = {.kind = WH_EVENT_CLOSED, .has_outcome = outcome != NULL};
    if (outcome != NULL) {
        wh_wake_log_connect(link_id, outcome);
        event.as.outcome = *outcome;
    }
    send_event(&event);
}

static bool has_access_point(void *ctx)
{
    (void)ctx;
    return wh_wifi_has_access_point();
}

/* The network is left alone as long as a server would be. */
static uint32_t offline(void *ctx)
{
    (void)ctx;
    if (offline_wakes == 0) {
        offline_wakes = wh_pace_offline(&wh_port_memory.pace);
    }
    return wh_policy_backoff_s(&wh_settings()->policy, offline_wakes);
}

static bool has_network(void *ctx)
{
    (void)ctx;
    return wh_wifi_has_network();
}

static bool doubts_network(void *ctx)
{
    (void)ctx;
    return wh_wifi_doubt_lease();
}

static bool trusts_network(void *ctx)
{
    (void)ctx;
    return wh_wifi_uses_lease();
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

static bool resolve(void *ctx, const char *host, uint16_t port)
{
    (void)ctx;
    return wh_resolver_start(host, port, ++look_up_id, resolved);
}

static const wh_link_hooks hooks = {
    .mark = on_mark,
    .connected = on_connected,
    .unreachable = on_unreachable,
    .opened = on_opened,
    .data = on_data,
    .has_room = has_room,
    .peek = on_peek,
    .taken = on_taken,
    .ended = on_ended,
    .closed = on_closed,
    .has_access_point = has_access_point,
    .has_network = has_network,
    .offline = offline,
    .doubts_network = doubts_network,
    .trusts_network = trusts_network,
    .resolve = resolve,
};

/* ---- The client: made anew when its configuration changes ---------------------------------------- */

static bool is_same_policy(const wh_policy *a, const wh_policy *b)
{
    return a->disabled == b->disabled && a->pinned == b->pinned &&
           a->max_authenticated_s == b->max_authenticated_s && a->ticket_wait_ms == b->ticket_wait_ms &&
           a->backoff_max_s == b->backoff_max_s;
}

static bool has_same_files(const wh_client_config *a, const wh_client_config *b)
{
    return a->ca == b->ca && a->ca_size == b->ca_size && a->certificate == b->certificate &&
           a->certificate_size == b->certificate_size && a->key == b->key && a->key_size == b->key_size;
}

static bool is_same_client(const wh_client_config *a, const wh_client_config *b)
{
    return strcmp(a->host, b->host) == 0 && a->port == b->port && a->min_version == b->min_version &&
           a->max_version == b->max_version && a->alpn == b->alpn && a->tickets == b->tickets &&
           has_same_files(a, b) && is_same_policy(&a->policy, &b->policy);
}

/* Files in the place of those that it was made of, as two rotations in one wake leave them, are other files.
 */
static bool fits_client(const wh_client_config *config)
{
    return has_client && is_same_client(&client_request->config, config) && wh_client_is_intact(&client);
}

/* Takes over the request. */
static int ready_client(wh_tls_request *request)
{
    int result = wh_port_platform_ready();
    if (result != WH_OK) {
        free(request);
        return result;
    }
    if (fits_client(&request->config)) {
        free(request);
        return WH_OK;
    }
    if (has_client) {
        wh_client_free(&client);
    }
    free(client_request);
    client_request = request;
    result = wh_client_init(&client, &request->config);
    has_client = result == WH_OK;
    if (!has_client) {
        free(client_request);
        client_request = NULL;
    }
    return result;
}

static void begin(const command *c, uint64_t now_us)
{
    wh_tls_request *request = c->memory;
    bool is_tls = request->is_tls;
    wh_link_options options = {
        .port = request->config.port,
        .timeout_ms = request->timeout_ms,
        .silence_ms = request->silence_ms,
    };
    char host[WH_HOST_MAX + 1] = "";
    strncpy(host, request->config.host, WH_HOST_MAX);
    options.host = host;
    wh_link_close(&the_link, false, now_us);
    wh_link_end_now(&the_link, WH_NET_LOST);
    while (first_chunk != NULL) {
        drop_chunk();
    }
    link_id = c->id;
    int result = WH_OK;
    if (is_tls) {
        result = ready_client(request);
        options.client = &client;
    } else {
        free(request);
    }
    if (result == WH_OK) {
        wh_link_begin(&the_link, &options, &hooks, now_us);
        return;
    }
    the_link.options.client = &client; /* so that the events say TLS */
    on_unreachable(NULL, 0);
    on_ended(NULL, (wh_link_end){.core = result});
    on_closed(NULL, NULL);
}

/* ---- The task ------------------------------------------------------------------------------------- */

/* What an app writes piece by piece, head and body of a request above all, goes out as one record and one
 * packet as long as it waits. True if it was joined to what waits. */
static bool join(const chunk *written)
{
    chunk *waiting = last_link != NULL ? *last_link : NULL;
    if (waiting == NULL || waiting->sent > 0 || waiting->size + written->size > JOINED_MAX) {
        return false;
    }
    chunk *joined = realloc(waiting, sizeof *joined + waiting->size + written->size);
    if (joined == NULL) {
        return false;
    }
    *last_link = joined;
    memcpy(joined->bytes + joined->size, written->bytes, written->size);
    joined->size += written->size;
    return true;
}

static void take_chunk(chunk *written, uint32_t id)
{
    if (id != link_id || wh_link_is_idle(&the_link)) {
        atomic_fetch_sub(&unsent_bytes, written->size);
        free(written);
    } else if (join(written)) {
        free(written);
    } else {
        last_link = last_link == NULL || *last_link == NULL ? &first_chunk : &(*last_link)->next;
        *last_link = written;
    }
}

static void take_resolved(const command *c, uint64_t now_us)
{
    if (c->id == look_up_id && wh_link_is_resolving(&the_link)) {
        wh_link_resolved(&the_link, c->is_known ? c->memory : NULL, now_us);
    }
    free(c->memory);
}

static void perform(const command *c, uint64_t now_us)
{
    switch (c->kind) {
    case CONNECT:
        begin(c, now_us);
        break;
    case WRITE:
        take_chunk(c->memory, c->id);
        break;
    case CLOSE:
        if (c->id == link_id) {
            wh_link_close(&the_link, true, now_us);
        }
        break;
    case RESOLVED:
        take_resolved(c, now_us);
        break;
    case SETTLE:
        wants_settle = true;
        wh_link_close(&the_link, !c->is_urgent, now_us);
        break;
    }
}

static uint64_t now(void)
{
    return (uint64_t)esp_timer_get_time();
}

static void wait_for_work(fd_set *readable, fd_set *writable)
{
    FD_ZERO(readable);
    FD_ZERO(writable);
    FD_SET(doorbell, readable);
    int highest = doorbell;
    uint64_t wait_us = wh_link_watch(&the_link, readable, writable, &highest, now());
    struct timeval timeout = {.tv_sec = (time_t)(wait_us / 1000000),
                              .tv_usec = (suseconds_t)(wait_us % 1000000)};
    int found = select(highest + 1, readable, writable, NULL, wait_us == UINT64_MAX ? NULL : &timeout);
    if (found <= 0) {
        FD_ZERO(readable);
        FD_ZERO(writable);
    }
    if (FD_ISSET(doorbell, readable)) {
        uint64_t rings = 0;
        ssize_t done = read(doorbell, &rings, sizeof rings);
        (void)done;
    }
}

static void run(void *parameters)
{
    (void)parameters;
    bool had_network = false;
    for (;;) {
        fd_set readable;
        fd_set writable;
        wait_for_work(&readable, &writable);
        wh_core_lock();
        bool has = wh_wifi_has_network();
        if (had_network && !has) {
            wh_link_network_lost(&the_link);
        }
        if (!had_network && has) {
            wh_pace_online(&wh_port_memory.pace);
            offline_wakes = 0;
            wh_sntp_begin();
        }
        had_network = has;
        command c;
        while (has_room(NULL) && xQueueReceive(commands, &c, 0) == pdPASS) {
            perform(&c, now());
        }
        wh_link_turn(&the_link, &writable, now());
        bool is_settled = wants_settle && wh_link_is_idle(&the_link);
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
