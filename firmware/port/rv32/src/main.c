/* The device on the desk's leash: it waits for a request, calls the core, and tells what came of
 * it and how many instructions it took. Wi-Fi, TCP and the app are on the other side. */
#include <string.h>

#include "heap.h"
#include "machine.h"
#include "nor.h"
#include "port.h"
#include "request.h"
#include "service_calls.h"
#include "warmhello/warmhello.h"
#include "wire.h"

/* The result of a call that does not come to an end: the desk is to cut the supply. */
#define STOPPED (-1000)

enum { CLIENTS = 2, CONNS = 4, IN_SIZE = 512, OUT_SIZE = 512 };

typedef struct conn_slot {
    bool used;
    wh_conn conn;
    uint8_t in[IN_SIZE];
    uint8_t out[OUT_SIZE];
} conn_slot;

static bool client_used[CLIENTS];
static wh_client clients[CLIENTS];
static conn_slot *conns[CONNS];

/* ---- Clients ------------------------------------------------------------------------------------ */

static int free_client(void)
{
    int slot = 0;
    while (slot < CLIENTS && client_used[slot]) {
        slot++;
    }
    return slot;
}

/* A client reads its files in place, which on a board is in flash: the next request must not overwrite them.
 */
static void keep_files(wh_reader *r)
{
    static uint8_t kept[CLIENTS][WH_WIRE_MAX] __attribute__((section(".desk")));
    int slot = free_client();
    if (slot < CLIENTS) {
        size_t size = (size_t)(r->end - r->at);
        memcpy(kept[slot], r->at, size);
        *r = (wh_reader){.at = kept[slot], .end = kept[slot] + size};
    }
}

static int client_new(wh_reader *r, wh_service *service)
{
    int slot = free_client();
    if (slot == CLIENTS) {
        return WH_PLATFORM_MEMORY;
    }
    wh_client_config config = wh_take_config(r);
    if (service != NULL) {
        wh_service_configure(service, &config);
    }
    int result = wh_client_init(&clients[slot], &config);
    client_used[slot] = result == WH_OK;
    return result == WH_OK ? slot : result;
}

static int client_free(unsigned slot)
{
    if (slot < CLIENTS && client_used[slot]) {
        wh_client_free(&clients[slot]);
        client_used[slot] = false;
    }
    return WH_OK;
}

/* ---- Connections --------------------------------------------------------------------------------- */

static int conn_new(unsigned client)
{
    int slot = 0;
    while (slot < CONNS && conns[slot] != NULL) {
        slot++;
    }
    if (slot == CONNS || client >= CLIENTS || !client_used[client]) {
        return WH_USAGE_ARGUMENT;
    }
    conn_slot *made = wh_rv32_allocate(NULL, sizeof *made);
    if (made == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    conns[slot] = made;
    const wh_conn_buffers buffers = {made->in, sizeof made->in, made->out, sizeof made->out};
    int result = wh_conn_open(&made->conn, &clients[client], &buffers);
    (void)result; /* it is in the outcome */
    return slot;
}

static int conn_free(unsigned slot)
{
    wh_conn_free(&conns[slot]->conn);
    wh_rv32_release(NULL, conns[slot]);
    conns[slot] = NULL;
    return WH_OK;
}

typedef struct answer {
    int32_t result;
    size_t size;
} answer;

static answer with_bytes(int result)
{
    return (answer){.result = result, .size = result > 0 ? (size_t)result : 0};
}

static answer use_conn(enum operation operation, wh_conn *conn, wh_reader *r)
{
    uint8_t *out = wh_wire_reply_bytes();
    size_t left = (size_t)(r->end - r->at);
    switch (operation) {
    case OP_CONN_FEED:
        return (answer){.result = wh_conn_feed(conn, r->at, left)};
    case OP_CONN_EOF:
        return (answer){.result = wh_conn_eof(conn)};
    case OP_CONN_DRAIN:
        return with_bytes(wh_conn_drain(conn, out, (size_t)wh_take(r, 4)));
    case OP_CONN_WRITE:
        return (answer){.result = wh_conn_write(conn, r->at, left)};
    case OP_CONN_READ:
        return with_bytes(wh_conn_read(conn, out, (size_t)wh_take(r, 4)));
    case OP_CONN_CLOSE:
        wh_conn_close(conn);
        return (answer){0};
    case OP_CONN_STATE:
        return (answer){.result = (int32_t)wh_conn_get_state(conn)};
    case OP_CONN_FALLBACK_DUE:
        return (answer){.result = wh_conn_fallback_due(conn)};
    case OP_CONN_NO_FALLBACK:
        wh_conn_no_fallback(conn);
        return (answer){0};
    case OP_CONN_HEDGE:
        return (answer){.result = wh_conn_hedge(conn)};
    case OP_CONN_TICKET_WAIT:
        return (answer){.result = (int32_t)wh_conn_ticket_wait_ms(conn)};
    case OP_CONN_OUTCOME:
        return with_bytes(wh_outcome_json(wh_conn_outcome(conn), (char *)out, WH_OUTCOME_JSON_SIZE));
    default:
        return (answer){.result = WH_USAGE_ARGUMENT};
    }
}

/* ---- The device ------------------------------------------------------------------------------------- */

static int start(wh_reader *r)
{
    wh_rv32_setup setup = {.seed = (uint32_t)wh_take(r, 4)};
    setup.flash_sectors = (uint32_t)wh_take(r, 4);
    setup.erase_interval_s = (uint32_t)wh_take(r, 4);
    for (size_t i = 0; i < sizeof setup.key; i++) {
        setup.key[i] = (uint8_t)wh_take(r, 1);
    }
    return wh_rv32_start(&setup);
}

static answer tell_memory(void)
{
    uint32_t *out = (uint32_t *)(void *)wh_wire_reply_bytes();
    wh_rv32_heap heap = wh_rv32_heap_take();
    out[0] = heap.live;
    out[1] = heap.peak;
    out[2] = wh_rv32_stack_peak();
    wh_rv32_paint_stack();
    return (answer){.result = 0, .size = 12};
}

/* ---- The service --------------------------------------------------------------------------------------- */

/* What the connection in that slot came to, NULL without one. */
static const wh_outcome *outcome_of(unsigned slot)
{
    return slot < CONNS && conns[slot] != NULL ? wh_conn_outcome(&conns[slot]->conn) : NULL;
}

static answer handle_packet(wh_reader *r)
{
    wh_service_packet packet;
    uint16_t command = (uint16_t)wh_take(r, 2);
    wh_service_answer said =
        wh_service_handle(wh_rv32_service(), command, r->at, (size_t)(r->end - r->at), &packet);
    bool answered = said == WH_SERVICE_ANSWERED;
    return (answer){
        .result = (int32_t)said,
        .size = answered ? wh_rv32_service_put(&packet, wh_wire_reply_bytes()) : 0,
    };
}

static answer next_packet(void)
{
    wh_service_packet packet;
    bool found = wh_service_next(wh_rv32_service(), &packet);
    return (answer){
        .result = found,
        .size = found ? wh_rv32_service_put(&packet, wh_wire_reply_bytes()) : 0,
    };
}

static answer use_service(enum operation operation, wh_reader *r)
{
    wh_service *service = wh_rv32_service();
    uint32_t connect = 0;
    switch (operation) {
    case OP_SERVICE_WAKE:
        wh_rv32_service_wake();
        return (answer){0};
    case OP_SERVICE_CLIENT_NEW:
        return (answer){.result = client_new(r, service)};
    case OP_SERVICE_HANDLE:
        return handle_packet(r);
    case OP_SERVICE_NEXT:
        return next_packet();
    case OP_SERVICE_CONNECTING:
        return (answer){.result = (int32_t)wh_service_connecting(service)};
    case OP_SERVICE_CONNECTED:
        wh_service_connected(service, outcome_of((unsigned)wh_take(r, 1)));
        return (answer){0};
    case OP_SERVICE_UNREACHABLE:
        wh_service_unreachable(service, (uint32_t)wh_take(r, 4));
        return (answer){0};
    case OP_SERVICE_CLOSED:
        connect = (uint32_t)wh_take(r, 4);
        wh_service_closed(service, connect, outcome_of((unsigned)wh_take(r, 1)));
        return (answer){0};
    default:
        return (answer){.result = wh_service_settings_changed(service)};
    }
}

static void stop_for_good(void)
{
    wh_wire_reply(STOPPED, 0, 0);
    for (;;) {
        wh_rv32_wait();
    }
}

/* A function of its own, by whose name a profile finds the device's own work. */
__attribute__((noinline)) static answer perform(enum operation operation, wh_reader *r)
{
    switch (operation) {
    case OP_START:
        return (answer){.result = start(r)};
    case OP_PASS:
        wh_rv32_pass(wh_take(r, 8));
        return (answer){0};
    case OP_SET_WALL:
        wh_rv32_set_wall((int64_t)wh_take(r, 8));
        return (answer){0};
    case OP_CLIENT_NEW:
        return (answer){.result = client_new(r, NULL)};
    case OP_CLIENT_FREE:
        return (answer){.result = client_free((unsigned)wh_take(r, 1))};
    case OP_CLIENT_UNREACHABLE:
        return (answer){.result = (int32_t)wh_conn_unreachable(&clients[wh_take(r, 1) % CLIENTS])};
    case OP_CONN_NEW:
        return (answer){.result = conn_new((unsigned)wh_take(r, 1))};
    case OP_FORGET:
        return (answer){.result = wh_store_forget()};
    case OP_STORE_TIERS:
        return (answer){.result = (int32_t)wh_store_tiers()};
    case OP_MEMORY:
        return tell_memory();
    case OP_STOP_IN_FLASH:
        return (answer){.result = (int32_t)wh_rv32_nor_stop_at((uint32_t)wh_take(r, 4), stop_for_good)};
    default:
        break;
    }
    if (operation >= OP_SERVICE_WAKE && operation <= OP_SERVICE_SETTINGS_CHANGED) {
        return use_service(operation, r);
    }
    unsigned slot = (unsigned)wh_take(r, 1);
    if (slot >= CONNS || conns[slot] == NULL) {
        return (answer){.result = WH_USAGE_ARGUMENT};
    }
    return operation == OP_CONN_FREE ? (answer){.result = conn_free(slot)}
                                     : use_conn(operation, &conns[slot]->conn, r);
}

int main(void)
{
    wh_rv32_enable_interrupts();
    if (!wh_wire_start()) {
        wh_rv32_print("there is no wire: qemu needs -device virtio-serial-device\n");
        return 1;
    }
    wh_wire_reply(0, 0, 0); /* awake */
    for (;;) {
        uint8_t *bytes;
        size_t size = wh_wire_receive(&bytes);
        wh_reader r = {.at = bytes, .end = bytes + size};
        enum operation operation = (enum operation)wh_take(&r, 1);
        if (operation == OP_SLEEP) {
            wh_rv32_sleep(wh_take(&r, 8));
        }
        if (operation == OP_CLIENT_NEW || operation == OP_SERVICE_CLIENT_NEW) {
            keep_files(&r);
        }
        uint64_t before = wh_rv32_instructions();
        answer a = perform(operation, &r);
        wh_wire_reply(a.result, wh_rv32_instructions() - before, a.size);
    }
}
