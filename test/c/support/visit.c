#include "visit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const server_options id12 = {.max_version = WH_TLS12, .session_ids = true};
const server_options ticket12 = {.max_version = WH_TLS12};
const server_options ticket13 = {.min_version = WH_TLS13};

wh_client_config config_for(const tls_server *server)
{
    wh_client_config config = {
        .host = SERVER_NAME,
        .port = 443,
    };
    config.ca = server_ca(server, &config.ca_size);
    return config;
}

pairing pair_with(tls_server *server)
{
    return (pairing){server, config_for(server)};
}

void make_client(wh_client *client, const wh_client_config *config)
{
    assert_int_equal(wh_client_init(client, config), WH_OK);
}

bool line_is_prepared;

int line_open(wire_line *line, wh_client *client, tls_server *server)
{
    wh_conn_buffers buffers = {line->in, sizeof line->in, line->out, sizeof line->out};
    line->peer = server != NULL ? peer_accept(server) : NULL;
    if (line_is_prepared || getenv("WH_PREPARED") != NULL) {
        wh_conn_init(&line->conn, client, &buffers);
        int result = wh_conn_prepare(&line->conn);
        return result == WH_OK ? wh_conn_start(&line->conn) : result;
    }
    return conn_open(&line->conn, client, &buffers);
}

void line_free(wire_line *line)
{
    wh_conn_free(&line->conn);
    peer_free(line->peer);
    line->peer = NULL;
}

static bool to_server(wire_line *line)
{
    uint8_t bytes[1500];
    int size = conn_drain(&line->conn, bytes, sizeof bytes);
    if (size > 0) {
        peer_take(line->peer, bytes, (size_t)size);
    }
    return size > 0;
}

static bool to_client(wire_line *line)
{
    uint8_t bytes[512];
    size_t size = peer_give(line->peer, bytes, sizeof bytes);
    /* A connection that has failed takes nothing more, and that is no matter here. */
    int taken = size > 0 ? wh_conn_feed(&line->conn, bytes, size) : 0;
    (void)taken;
    return size > 0;
}

void line_run(wire_line *line)
{
    while (to_server(line) || to_client(line)) {
    }
}

static void exchange(wire_line *line)
{
    uint8_t bytes[64];
    int written = wh_conn_write(&line->conn, (const uint8_t *)"request", 7);
    line_run(line);
    if (written == 7 && peer_read(line->peer, bytes, sizeof bytes) == 7) {
        peer_write(line->peer, (const uint8_t *)"answer", 6);
    }
    line_run(line);
    int got = wh_conn_read(&line->conn, bytes, sizeof bytes);
    if (got > 0) {
        assert_memory_equal(bytes, "answer", 6);
    }
}

wake_visit visit_server(wh_client *client, tls_server *server)
{
    wire_line line;
    if (line_open(&line, client, server) == WH_OK) {
        line_run(&line);
    }
    wake_visit made = {0};
    if (wh_conn_get_state(&line.conn) == WH_CONN_OPEN) {
        made.server_resumed = peer_resumed(line.peer);
        made.session_number = peer_session_number(line.peer);
        made.server_saw_certificate = peer_has_certificate(line.peer);
        (void)snprintf(made.alpn, sizeof made.alpn, "%s", peer_alpn(line.peer));
        exchange(&line);
        wh_conn_close(&line.conn);
        line_run(&line);
        uint8_t rest[16];
        (void)peer_read(line.peer, rest, sizeof rest);
        made.server_saw_close = peer_got_close_notify(line.peer);
        peer_close(line.peer); /* without it OpenSSL forgets the session */
    }
    made.outcome = *wh_conn_outcome(&line.conn);
    made.fallback_due = wh_conn_fallback_due(&line.conn);
    line_free(&line);
    return made;
}

wake_visit wake_and_visit(const wh_client_config *config, tls_server *server)
{
    wh_client client;
    make_client(&client, config);
    wake_visit made = visit_server(&client, server);
    wh_client_free(&client);
    return made;
}

wake_visit wake_at(const pairing *at)
{
    return wake_and_visit(&at->config, at->server);
}

wh_host_device the_device;

int start_platform(void **state)
{
    (void)state;
    return wh_host_start(&the_device, NULL);
}

int stop_platform(void **state)
{
    (void)state;
    wh_platform_remove();
    servers_stop();
    return 0;
}

void assert_full(wake_visit visit, wh_reason reason)
{
    assert_int_equal(visit.outcome.error, WH_OK);
    assert_int_equal(visit.outcome.result, WH_RESULT_FULL);
    assert_string_equal(wh_reason_word(visit.outcome.reason), wh_reason_word(reason));
    assert_false(visit.server_resumed);
}

void assert_resumed(wake_visit visit, wh_kind kind)
{
    assert_int_equal(visit.outcome.error, WH_OK);
    assert_string_equal(wh_reason_word(visit.outcome.reason), wh_reason_word(WH_REASON_ACCEPTED));
    assert_int_equal(visit.outcome.result, WH_RESULT_RESUMED);
    assert_int_equal(visit.outcome.kind, kind);
    assert_true(visit.server_resumed);
}

int start_platform_with_flash(void **state)
{
    static nor chip;
    nor_init(&chip, FLASH_SECTORS, 1);
    *state = &chip;
    return wh_host_start(&the_device, &chip.flash);
}

int stop_platform_with_flash(void **state)
{
    const nor *chip = *state;
    wh_platform_remove();
    servers_stop();
    if (nor_violation(chip) != NULL) {
        print_error("%s\n", nor_violation(chip));
        return -1;
    }
    return 0;
}

bool contains(const void *bytes, size_t size, const void *part, size_t part_size)
{
    for (size_t at = 0; at + part_size <= size; at++) {
        if (memcmp((const uint8_t *)bytes + at, part, part_size) == 0) {
            return true;
        }
    }
    return false;
}

void assert_advised(uint32_t s, uint32_t most_s)
{
    assert_in_range(s, (most_s + 1) / 2, most_s);
}
