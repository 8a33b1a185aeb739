/* Any packets for the service, with connects and deep sleeps between them. */
#include "fuzz_platform.h"
#include "warmhello/service.h"

#include <stdlib.h>
#include <string.h>

/* Pieces of input: an operation, then for a packet its command, a size and that many bytes. */
enum { OP_CONNECTING, OP_CONNECTED, OP_CLOSED, OP_SLEEP, OP_NEXT, OP_PACKET };

static void check_settings(wh_service *service)
{
    wh_client_config config = {.host = "h", .port = 1, .min_version = WH_TLS12, .max_version = WH_TLS13};
    wh_service_configure(service, &config);
    fuzz_require(config.min_version >= WH_TLS12 && config.min_version <= WH_TLS13, "a version that there is");
    const wh_service_pinned_peer *pinned = &service->memory->pinned_peer;
    fuzz_require(memchr(pinned->host, 0, sizeof pinned->host) != NULL, "the host ends");
}

static void send_packet(wh_service *service, fuzz_input *in)
{
    uint16_t command = fuzz_take_byte(in);
    command = (uint16_t)(command | fuzz_take_byte(in) << 8);
    size_t size = fuzz_take_byte(in);
    size = size < in->size ? size : in->size;
    /* A block of its own, so that reading past its end is seen. */
    uint8_t *payload = malloc(size > 0 ? size : 1);
    if (payload == NULL) {
        return;
    }
    memcpy(payload, in->bytes, size);
    in->bytes += size;
    in->size -= size;
    wh_service_packet answer;
    if (wh_service_handle(service, command, payload, size, &answer) == WH_SERVICE_ANSWERED) {
        fuzz_require(answer.command == command && !answer.is_event && answer.size <= WH_SERVICE_PAYLOAD_MAX,
                     "an answer to the command");
    }
    free(payload);
    check_settings(service);
}

static void end_connect(wh_service *service, fuzz_input *in, bool is_closed)
{
    uint8_t bits = fuzz_take_byte(in);
    wh_outcome outcome = {
        .result = bits & 3, .reason = bits >> 2 & 15, .stored = bits >> 6, .group = "x25519"};
    outcome.error = -(int)fuzz_take_byte(in);
    outcome.backoff_s = bits == 0xff ? UINT32_MAX : 0;
    if (is_closed) {
        wh_service_closed(service, fuzz_take_byte(in), &outcome);
    } else {
        wh_service_connected(service, &outcome);
    }
}

static void step(wh_service *service, wh_service_memory *memory, fuzz_input *in)
{
    wh_service_packet packet;
    switch (fuzz_take_byte(in) % (OP_PACKET + 3)) {
    case OP_CONNECTING:
        fuzz_require(wh_service_connecting(service) > 0, "a connect has a name");
        break;
    case OP_CONNECTED:
        end_connect(service, in, false);
        break;
    case OP_CLOSED:
        end_connect(service, in, true);
        break;
    case OP_SLEEP: {
        wh_service_memory before = *memory;
        wh_service_init(service, memory, &wh_service_core_hooks);
        fuzz_require(before.check == memory->check, "deep sleep keeps all");
        break;
    }
    case OP_NEXT:
        while (wh_service_next(service, &packet)) {
            fuzz_require(packet.size <= WH_SERVICE_PAYLOAD_MAX, "it fits a packet");
        }
        break;
    default:
        send_packet(service, in);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_platform_reset();
    fuzz_input in = {data, size};
    wh_service_memory memory;
    memset(&memory, fuzz_take_byte(&in), sizeof memory);
    wh_service service;
    wh_service_init(&service, &memory, &wh_service_core_hooks);
    while (in.size > 0) {
        step(&service, &memory, &in);
    }
    return 0;
}
