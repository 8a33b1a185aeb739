/* The device on the desk's leash: it waits for a request, calls the core, and tells what came of
 * it and how many instructions it took. Wi-Fi, TCP and the app are on the other side. */
#include <string.h>

#include "heap.h"
#include "machine.h"
#include "nor.h"
#include "port.h"
#include "request.h"
#include "service_calls.h"
#include "warmhello/connect.h"
#include "warmhello/warmhello.h"
#include "wire.h"

/* The result of a call that does not come to an end: the desk is to cut the supply. */
#define STOPPED (-1000)

enum { CLIENTS = 2, CONNECTS = 4 };

static bool client_used[CLIENTS];
static wh_client clients[CLIENTS];
static bool connect_used[CONNECTS];
static wh_connect connects[CONNECTS];

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

/* ---- Connects ------------------------------------------------------------------------------------- */

static int connect_begin(wh_reader *r)
{
    int slot = 0;
    while (slot < CONNECTS && connect_used[slot]) {
        slot++;
    }
    unsigned client = (unsigned)wh_take(r, 1);
    const wh_connect_options options = {.timeout_ms = (uint32_t)wh_take(r, 4), .room = WH_CONNECT_ROOM_MIN};
    bool is_plain = client >= CLIENTS;
    if (slot == CONNECTS || (!is_plain && !client_used[client])) {
        return WH_USAGE_ARGUMENT;
    }
    connect_used[slot] = true;
    wh_connect_begin(&connects[slot], is_plain ? NULL : &clients[client], &options);
    return slot;
}

typedef struct answer {
    int32_t result;
    size_t size;
} answer;

static answer with_bytes(int result)
{
    return (answer){.result = result, .size = result > 0 ? (size_t)result : 0};
}

/* Which TCP (1), how long to wait in microseconds (8), what to send. */
static answer connect_next(wh_connect *connect)
{
    enum { HEADER = 9 };
    wh_step step = wh_connect_next(connect);
    uint8_t *out = wh_wire_reply_bytes();
    out[0] = (uint8_t)step.tcp;
    memcpy(out + 1, &step.wait_us, sizeof step.wait_us);
    if (step.size > 0) {
        memcpy(out + HEADER, step.bytes, step.size);
    }
    return (answer){.result = (int32_t)step.kind, .size = HEADER + step.size};
}

static answer tell_outcome(const wh_outcome *outcome)
{
    char *out = (char *)wh_wire_reply_bytes();
    return outcome != NULL ? with_bytes(wh_outcome_json(outcome, out, WH_OUTCOME_JSON_SIZE)) : (answer){0};
}

static answer use_tcp(enum operation operation, wh_connect *connect, wh_reader *r)
{
    unsigned tcp = (unsigned)wh_take(r, 1);
    switch (operation) {
    case OP_CONNECT_READY:
        wh_connect_ready(connect, tcp);
        return (answer){0};
    case OP_CONNECT_FAILED:
        wh_connect_failed(connect, tcp, (int32_t)wh_take(r, 4));
        return (answer){0};
    case OP_CONNECT_RECEIVED:
        return (answer){.result =
                            (int32_t)wh_connect_received(connect, tcp, r->at, (size_t)(r->end - r->at))};
    case OP_CONNECT_SENT:
        wh_connect_sent(connect, tcp, (size_t)wh_take(r, 4));
        return (answer){0};
    case OP_CONNECT_OUTCOME_OF:
        return tell_outcome(wh_connect_outcome_of(connect, tcp));
    default:
        return (answer){.result = WH_USAGE_ARGUMENT};
    }
}

static answer use_connect(enum operation operation, unsigned slot, wh_reader *r)
{
    wh_connect *connect = &connects[slot];
    switch (operation) {
    case OP_CONNECT_FREE:
        wh_connect_free(connect);
        connect_used[slot] = false;
        return (answer){0};
    case OP_CONNECT_NEXT:
        return connect_next(connect);
    case OP_CONNECT_RESOLVED:
        wh_connect_resolved(connect, wh_take(r, 1) != 0);
        return (answer){0};
    case OP_CONNECT_WRITE:
        return (answer){.result = wh_connect_write(connect, r->at, (size_t)(r->end - r->at))};
    case OP_CONNECT_READ:
        return with_bytes(wh_connect_read(connect, wh_wire_reply_bytes(), (size_t)wh_take(r, 4)));
    case OP_CONNECT_CLOSE:
        wh_connect_close(connect, wh_take(r, 1) != 0);
        return (answer){0};
    case OP_CONNECT_ERROR:
        return (answer){.result = wh_connect_error(connect)};
    case OP_CONNECT_OUTCOME:
        return tell_outcome(wh_connect_outcome(connect));
    default:
        return use_tcp(operation, connect, r);
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

/* What the connect in that slot came to. */
static const wh_outcome *outcome_of(wh_reader *r)
{
    return wh_connect_outcome(&connects[wh_take(r, 1) % CONNECTS]);
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
    uint32_t name = 0;
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
        wh_service_connected(service, outcome_of(r));
        return (answer){0};
    case OP_SERVICE_CLOSED:
        name = (uint32_t)wh_take(r, 4);
        wh_service_closed(service, name, outcome_of(r));
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
    case OP_CONNECT_BEGIN:
        return (answer){.result = connect_begin(r)};
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
    bool is_used = slot < CONNECTS && connect_used[slot];
    return is_used ? use_connect(operation, slot, r) : (answer){.result = WH_USAGE_ARGUMENT};
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
