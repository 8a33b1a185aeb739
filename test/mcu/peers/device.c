/* The emulated device of a TLS stack that warmhello is measured beside. It is asked the same way as
 * warmhello's (firmware/port/rv32/src/main.c), so that the same commands record and count it. */
#include "device.h"

#include <stdbool.h>
#include <string.h>

#include "heap.h"
#include "machine.h"
#include "repeatable.h"
#include "request.h"
#include "stack.h"
#include "warmhello/connect.h"
#include "wire.h"

enum { WIRE_SIZE = 8192 };

#define FAILED (-1)
/* Not the device's: what TCP would hold. */
#define DESK __attribute__((section(".desk")))

/* ---- RTC RAM, clocks, randomness, heap -------------------------------------------------------- */

static struct {
    uint32_t magic;
    /* Since 1970; moved by sleeps. */
    int64_t wall_us;
    device_session session;
} rtc __attribute__((section(".rtc_ram"), used));

static const uint32_t rtc_magic = 0x4d535243;
static uint32_t seed;

device_session *device_kept_session(void)
{
    return &rtc.session;
}

int64_t device_wall_us(void)
{
    return rtc.wall_us;
}

void device_random(void *out, size_t size)
{
    wh_rv32_repeatable_random(&seed, out, size);
}

void *device_allocate(size_t count, size_t size)
{
    void *memory = wh_rv32_allocate(NULL, count * size);
    return memory != NULL ? memset(memory, 0, count * size) : NULL;
}

void device_release(void *memory)
{
    wh_rv32_release(NULL, memory);
}

/* ---- The connection --------------------------------------------------------------------------- */

typedef struct traffic {
    uint32_t tx;
    uint32_t rx;
    uint32_t flights;
    enum { NEITHER, SENT, RECEIVED } last;
} traffic;

static char host[64];
static int failure;
static bool is_open;
/* Steps that are due. */
static bool wants_tcp;
static bool tells_opened;
static traffic passed;
static traffic handshake_passed;
static const uint8_t *arrived;
static size_t arrived_size;
DESK static uint8_t sending[WIRE_SIZE];
static size_t sending_size;
DESK static uint8_t plain[WIRE_SIZE];
static size_t plain_size;

size_t device_send(const void *bytes, size_t size)
{
    size_t room = sizeof sending - sending_size;
    size = size < room ? size : room;
    memcpy(sending + sending_size, bytes, size);
    sending_size += size;
    passed.tx += size;
    passed.flights += passed.last != SENT;
    passed.last = SENT;
    return size;
}

const uint8_t *device_arrived(size_t *size)
{
    *size = arrived_size;
    return arrived;
}

void device_consume(size_t size)
{
    if (size == 0) {
        return;
    }
    arrived += size;
    arrived_size -= size;
    passed.rx += size;
    passed.flights += passed.last != RECEIVED;
    passed.last = RECEIVED;
}

size_t device_receive(void *out, size_t size)
{
    size = size < arrived_size ? size : arrived_size;
    if (size > 0) {
        memcpy(out, arrived, size);
    }
    device_consume(size);
    return size;
}

uint8_t *device_plain(size_t *room)
{
    *room = sizeof plain - plain_size;
    return plain + plain_size;
}

void device_plain_added(size_t size)
{
    plain_size += size;
}

static int client_new(wh_reader *r)
{
    wh_client_config given = wh_take_config(r);
    if (given.host == NULL || strlen(given.host) >= sizeof host) {
        return FAILED;
    }
    memcpy(host, given.host, strlen(given.host) + 1);
    return stack_client_new(&given) ? 0 : FAILED;
}

static void connect_begin(void)
{
    is_open = false;
    wants_tcp = true;
    tells_opened = false;
    passed = (traffic){0};
    sending_size = 0;
    plain_size = 0;
    arrived_size = 0;
    failure = stack_begin(host);
}

static void shake_hands(void)
{
    int result = failure == 0 ? stack_shake_hands() : failure;
    if (result == 0) {
        is_open = true;
        tells_opened = true;
        handshake_passed = passed;
    }
    failure = result == STACK_WAITS ? 0 : result;
}

static int feed(const uint8_t *bytes, size_t size)
{
    arrived = bytes;
    arrived_size = size;
    if (!is_open) {
        shake_hands();
    }
    if (failure == 0 && is_open) {
        failure = stack_read();
    }
    return (int)size;
}

static bool take(bool *flag)
{
    bool was = *flag;
    *flag = false;
    return was;
}

static wh_step_kind next_step(void)
{
    if (take(&wants_tcp)) {
        return WH_STEP_OPEN;
    }
    if (sending_size > 0) {
        return WH_STEP_SEND;
    }
    if (failure != 0) {
        return WH_STEP_OVER;
    }
    if (take(&tells_opened)) {
        return WH_STEP_OPENED;
    }
    return plain_size > 0 ? WH_STEP_READ : WH_STEP_WAIT;
}

static int take_out(uint8_t *out, const uint8_t *from, size_t *size)
{
    size_t taken = *size;
    memcpy(out, from, taken);
    *size = 0;
    return (int)taken;
}

/* ---- The outcome: warmhello's JSON, as far as there is something to say ----------------------- */

static char *put_text(char *at, const char *text)
{
    while (*text != '\0') {
        *at++ = *text++;
    }
    return at;
}

static char *put_number(char *at, const char *name, uint32_t number)
{
    char digits[10];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    at = put_text(at, name);
    while (count > 0) {
        *at++ = digits[--count];
    }
    return at;
}

static const char *result_word(void)
{
    if (failure != 0) {
        return "failed";
    }
    if (!is_open) {
        return "pending";
    }
    return stack_is_resumed() ? "resumed" : "full";
}

/* wolfsslError is the stack's own. */
static int tell_outcome(char *out)
{
    char *at = put_text(out, "{\"result\":\"");
    at = put_text(at, result_word());
    at = put_text(at, "\",\"reason\":\"none\",\"error\":null,\"alert\":-1,\"protocol\":null,\"kind\":null,"
                      "\"cipher\":null,\"group\":null,\"handshakeUs\":0,\"sessionAgeS\":null,"
                      "\"sessionLifetimeS\":0,\"stored\":null,\"storeError\":null,\"backoffS\":0");
    at = put_number(at, ",\"wolfsslError\":", (uint32_t)failure);
    at = put_number(at, ",\"bytesTx\":", handshake_passed.tx);
    at = put_number(at, ",\"bytesRx\":", handshake_passed.rx);
    at = put_number(at, ",\"flights\":", handshake_passed.flights);
    at = put_number(at, ",\"totalTx\":", passed.tx);
    at = put_number(at, ",\"totalRx\":", passed.rx);
    at = put_text(at, "}");
    return (int)(at - out);
}

/* ---- The device ------------------------------------------------------------------------------- */

static int start(wh_reader *r)
{
    seed = (uint32_t)wh_take(r, 4);
    if (rtc.magic != rtc_magic) {
        memset(&rtc, 0, sizeof rtc);
        rtc.magic = rtc_magic;
    }
    return seed != 0 ? 0 : FAILED; /* no randomness but the repeatable one */
}

static int tell_memory(uint32_t *out)
{
    wh_rv32_heap heap = wh_rv32_heap_take();
    out[0] = heap.live;
    out[1] = heap.peak;
    out[2] = wh_rv32_stack_peak();
    wh_rv32_paint_stack();
    return 3 * (int)sizeof *out;
}

/* What a request is answered with: a result, and bytes. */
static size_t answer_size;

static int with_bytes(int size)
{
    answer_size = size > 0 ? (size_t)size : 0;
    return size;
}

/* As warmhello's main.c tells it. */
static int connect_next(uint8_t *out)
{
    enum { HEADER = 9 };
    wh_step_kind kind = next_step();
    memset(out, 0, HEADER);
    if (kind == WH_STEP_SEND) {
        memcpy(out + HEADER, sending, sending_size);
    }
    answer_size = HEADER + (kind == WH_STEP_SEND ? sending_size : 0);
    return (int)kind;
}

static int use_connect(enum operation operation, wh_reader *r, uint8_t *out)
{
    (void)wh_take(r, 1); /* the slot: there is one */
    switch (operation) {
    case OP_CONNECT_FREE:
        stack_end();
        return 0;
    case OP_CONNECT_NEXT:
        return connect_next(out);
    case OP_CONNECT_READY:
        shake_hands();
        return 0;
    case OP_CONNECT_RECEIVED:
        (void)wh_take(r, 1); /* which TCP: there is one as well */
        return feed(r->at, (size_t)(r->end - r->at));
    case OP_CONNECT_SENT:
        sending_size = 0; /* the desk has taken all */
        return 0;
    case OP_CONNECT_WRITE:
        return stack_write(r->at, (size_t)(r->end - r->at));
    case OP_CONNECT_READ:
        return with_bytes(take_out(out, plain, &plain_size));
    case OP_CONNECT_CLOSE:
        stack_close();
        return 0;
    case OP_CONNECT_OUTCOME:
        return with_bytes(tell_outcome((char *)out));
    default:
        return FAILED;
    }
}

/* A function of its own, by whose name a profile finds the device's own work. */
__attribute__((noinline)) static int perform(enum operation operation, wh_reader *r)
{
    uint8_t *out = wh_wire_reply_bytes();
    switch (operation) {
    case OP_START:
        return start(r);
    case OP_SET_WALL:
        rtc.wall_us = (int64_t)wh_take(r, 8) * 1000000;
        return 0;
    case OP_CLIENT_NEW:
        return client_new(r);
    case OP_CLIENT_FREE:
        stack_client_free();
        return 0;
    case OP_CONNECT_BEGIN:
        connect_begin();
        return 0;
    case OP_MEMORY:
        return with_bytes(tell_memory((uint32_t *)(void *)out));
    default:
        return use_connect(operation, r, out);
    }
}

int main(void)
{
    wh_rv32_enable_interrupts();
    if (!wh_wire_start()) {
        return 1;
    }
    wh_wire_reply(0, 0, 0); /* awake */
    for (;;) {
        uint8_t *bytes;
        size_t size = wh_wire_receive(&bytes);
        wh_reader r = {.at = bytes, .end = bytes + size};
        enum operation operation = (enum operation)wh_take(&r, 1);
        if (operation == OP_SLEEP) {
            rtc.wall_us += (int64_t)wh_take(&r, 8);
            wh_rv32_reset();
        }
        answer_size = 0;
        uint64_t before = wh_rv32_instructions();
        int result = perform(operation, &r);
        uint64_t instructions = wh_rv32_instructions() - before;
        wh_wire_reply(result, instructions, answer_size);
    }
}
