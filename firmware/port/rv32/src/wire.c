#include "wire.h"

#include <string.h>

#include "machine.h"
#include "virtio.h"

enum { RECEIVE, TRANSMIT, QUEUES, REPLY_HEADER = 16 };

#define DESK __attribute__((section(".desk")))

static wh_virtio console;
DESK static uint8_t arriving[4096];
DESK static uint8_t request[WH_WIRE_MAX];
DESK static uint8_t reply[WH_WIRE_MAX];
static size_t collected;

static void listen(void)
{
    wh_virtio_give(&console, RECEIVE, arriving, sizeof arriving, true);
}

bool wh_wire_start(void)
{
    collected = 0;
    if (!wh_virtio_start(&console, WH_VIRTIO_CONSOLE, QUEUES)) {
        return false;
    }
    listen();
    return true;
}

static uint32_t get_le32(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

static void put_le32(uint8_t *out, uint32_t value)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static void collect(void)
{
    uint32_t size;
    while (!wh_virtio_is_back(&console, RECEIVE, &size)) {
        wh_rv32_wait();
    }
    if (collected + size <= sizeof request) {
        memcpy(request + collected, arriving, size);
        collected += size;
    }
    listen();
}

size_t wh_wire_receive(uint8_t **bytes)
{
    collected = 0;
    while (collected < 4 || collected < 4 + get_le32(request)) {
        collect();
    }
    *bytes = request + 4;
    return get_le32(request);
}

uint8_t *wh_wire_reply_bytes(void)
{
    return reply + REPLY_HEADER;
}

void wh_wire_reply(int32_t result, uint64_t instructions, size_t size)
{
    put_le32(reply, (uint32_t)(REPLY_HEADER - 4 + size));
    put_le32(reply + 4, (uint32_t)result);
    put_le32(reply + 8, (uint32_t)instructions);
    put_le32(reply + 12, (uint32_t)(instructions >> 32));
    wh_virtio_give(&console, TRANSMIT, reply, (uint32_t)(REPLY_HEADER + size), false);
    while (!wh_virtio_is_back(&console, TRANSMIT, NULL)) {
        wh_rv32_wait();
    }
}
