/* warmhello's core, through wh_conn, as the loop of all clients owns TCP, with the session in the RTC slot.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wolfssl/version.h>

#include "kept.h"
#include "conn_calls.h"
#include "bench.h"
#include "warmhello/port_host.h"
#include "warmhello/store.h"
#include "warmhello/warmhello.h"

#define BUFFER_SIZE 2048

static wh_platform platform;
static wh_client client;
static wh_conn conn;
static uint8_t in[BUFFER_SIZE];
static uint8_t out[BUFFER_SIZE];

static bool done(int result)
{
    if (result < 0) {
        (void)fprintf(stderr, "warmhello: %s\n", wh_error_meaning(result));
    }
    return result >= 0;
}

static void *allocate(void *ctx, size_t size)
{
    (void)ctx;
    return malloc(size);
}

static void *reallocate(void *ctx, void *memory, size_t size)
{
    (void)ctx;
    return realloc(memory, size);
}

static void release(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

/* The host's platform, but for the heap: its own count puts 16 bytes on each block. */
static int use_platform(void)
{
    static wh_host_device device;
    int result = wh_host_start(&device, NULL);
    if (result == WH_OK) {
        platform = device.platform;
        wh_platform_remove(); /* wolfSSL has memory of the other heap */
        platform.allocate = allocate;
        platform.reallocate = reallocate;
        platform.release = release;
        result = wh_platform_use(&platform);
    }
    return result;
}

static bool set_up(const bench_options *options)
{
    wh_protocol version = options->kind == BENCH_PSK ? WH_TLS13 : WH_TLS12;
    wh_client_config config = {
        .host = options->host,
        .port = options->port,
        .ca = options->ca,
        .ca_size = options->ca_size,
        .min_version = version,
        .max_version = version,
        .no_tickets = options->kind == BENCH_ID,
    };
    return done(use_platform()) && done(wh_client_init(&client, &config));
}

static bool flush(tcp_wire *wire)
{
    uint8_t bytes[BUFFER_SIZE];
    int size = 0;
    while ((size = conn_drain(&conn, bytes, sizeof bytes)) > 0) {
        if (wire_send(wire, bytes, (size_t)size) < 0) {
            return false;
        }
    }
    return true;
}

static bool pump(tcp_wire *wire)
{
    uint8_t bytes[BUFFER_SIZE];
    if (!flush(wire)) {
        return false;
    }
    int size = wire_receive(wire, bytes, sizeof bytes);
    return done(size > 0 ? wh_conn_feed(&conn, bytes, (size_t)size) : wh_conn_eof(&conn));
}

static bool handshake(tcp_wire *wire, bool resume)
{
    if (!resume) {
        int forgotten = wh_store_forget();
        (void)forgotten; /* without flash it cannot fail */
    }
    wh_conn_buffers buffers = {in, sizeof in, out, sizeof out};
    bool ok = done(conn_open(&conn, &client, &buffers));
    while (ok && wh_conn_get_state(&conn) == WH_CONN_HANDSHAKE) {
        ok = pump(wire);
    }
    return flush(wire) && ok; /* a failure leaves its alert to be sent */
}

static bool exchange(tcp_wire *wire)
{
    uint8_t answer[512];
    int got = 0;
    if (!done(wh_conn_write(&conn, (const uint8_t *)BENCH_REQUEST, strlen(BENCH_REQUEST)))) {
        return false;
    }
    while ((got = wh_conn_read(&conn, answer, sizeof answer)) == 0 &&
           wh_conn_get_state(&conn) == WH_CONN_OPEN) {
        if (!pump(wire)) {
            return false;
        }
    }
    return done(got);
}

static uint16_t group_number(const char *name)
{
    if (name == NULL) {
        return 0;
    }
    return strcmp(name, "x25519") == 0 ? 29 : 23;
}

static bool finish(tcp_wire *wire, bench_facts *facts)
{
    bool ok = wh_conn_get_state(&conn) == WH_CONN_OPEN && exchange(wire);
    wh_conn_close(&conn);
    ok = flush(wire) && ok;
    const wh_outcome *outcome = wh_conn_outcome(&conn);
    facts->resumed = outcome->result == WH_RESULT_RESUMED;
    facts->cipher = outcome->cipher;
    facts->group = group_number(outcome->group);
    wh_conn_free(&conn);
    return ok;
}

static void tear_down(void)
{
    wh_client_free(&client);
    wh_platform_remove();
}

int main(int argc, char **argv)
{
    static const bench_client warmhello = {
        .stack = "warmhello",
        .version = LIBWOLFSSL_VERSION_STRING,
        .caller_bytes = sizeof conn + sizeof in + sizeof out,
        .set_up = set_up,
        .handshake = handshake,
        .finish = finish,
        .tear_down = tear_down,
    };
    return bench_main(argc, argv, &warmhello);
}
