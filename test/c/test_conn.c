/* Bytes in, bytes out: every size, every order, every end. */
#include "visit.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST_BUFFER = 512, BODY_SIZE = 200000 };

static const server_options tls12 = {.max_version = WH_TLS12};
static const server_options tls13 = {.min_version = WH_TLS13};

typedef struct test_rig {
    tls_server *server;
    wh_client client;
    wire_line line;
} test_rig;

static void rig_open(test_rig *rig, const server_options *options)
{
    rig->server = server_start(options);
    wh_client_config config = config_for(rig->server);
    make_client(&rig->client, &config);
    assert_int_equal(line_open(&rig->line, &rig->client, rig->server), WH_OK);
}

static void rig_free(test_rig *rig)
{
    line_free(&rig->line);
    wh_client_free(&rig->client);
    server_stop(rig->server);
}

/* One byte at a time, both ways. */
static void crawl(wire_line *line)
{
    for (bool moved = true; moved;) {
        uint8_t byte;
        moved = conn_drain(&line->conn, &byte, 1) == 1;
        if (moved) {
            peer_take(line->peer, &byte, 1);
        } else if (peer_give(line->peer, &byte, 1) == 1) {
            moved = wh_conn_feed(&line->conn, &byte, 1) == 1;
        }
    }
}

PLATFORM_TEST(bytes_may_come_one_by_one)
{
    const server_options *const both[] = {&tls12, &tls13};
    for (size_t i = 0; i < 2; i++) {
        test_rig rig;
        rig_open(&rig, both[i]);
        crawl(&rig.line);
        assert_int_equal(wh_conn_get_state(&rig.line.conn), WH_CONN_OPEN);
        assert_true(peer_is_open(rig.line.peer));
        rig_free(&rig);
    }
}

/* Sends all of `body` to the server, and back again, over the smallest buffers. */
static void carry(wh_conn *conn, tls_peer *peer, const uint8_t *body, uint8_t *received)
{
    size_t sent = 0;
    size_t at_server = 0;
    size_t back = 0;
    while (back < BODY_SIZE) {
        uint8_t wire[700];
        if (sent < BODY_SIZE) {
            int taken = wh_conn_write(conn, body + sent, BODY_SIZE - sent);
            assert_true(taken >= 0);
            sent += (size_t)taken;
        }
        int out = conn_drain(conn, wire, sizeof wire);
        if (out > 0) {
            peer_take(peer, wire, (size_t)out);
        }
        uint8_t plain[1000];
        size_t echoed = peer_read(peer, plain, sizeof plain);
        if (echoed > 0) {
            peer_write(peer, plain, echoed);
            at_server += echoed;
        }
        size_t in = peer_give(peer, wire, sizeof wire);
        for (size_t fed = 0; fed < in;) {
            int taken = wh_conn_feed(conn, wire + fed, in - fed);
            assert_true(taken >= 0);
            fed += (size_t)taken;
            int got = wh_conn_read(conn, received + back, BODY_SIZE - back);
            assert_true(got >= 0);
            back += (size_t)got;
        }
    }
    assert_int_equal(at_server, BODY_SIZE);
}

PLATFORM_TEST(large_bodies_pass_through_the_smallest_buffers)
{
    uint8_t *body = test_malloc(BODY_SIZE);
    uint8_t *received = test_malloc(BODY_SIZE);
    for (size_t i = 0; i < BODY_SIZE; i++) {
        body[i] = (uint8_t)(i * 7 + i / 251);
    }
    const server_options *const both[] = {&tls12, &tls13};
    for (size_t i = 0; i < 2; i++) {
        pairing at = pair_with(server_start(both[i]));
        wh_client client;
        make_client(&client, &at.config);
        uint8_t in[SMALLEST_BUFFER];
        uint8_t out[SMALLEST_BUFFER];
        wh_conn_buffers buffers = {in, sizeof in, out, sizeof out};
        wire_line line = {.peer = peer_accept(at.server)};
        assert_int_equal(conn_open(&line.conn, &client, &buffers), WH_OK);
        line_run(&line);
        assert_int_equal(wh_conn_get_state(&line.conn), WH_CONN_OPEN);
        carry(&line.conn, line.peer, body, received);
        assert_memory_equal(body, received, BODY_SIZE);
        line_free(&line);
        wh_client_free(&client);
        server_stop(at.server);
    }
    test_free(body);
    test_free(received);
}

PLATFORM_TEST(flights_and_bytes_are_counted)
{
    pairing at = pair_with(server_start(&tls12));
    wake_visit full = wake_at(&at);
    assert_int_equal(full.outcome.flights, 4);
    assert_string_equal(full.outcome.group, "x25519");
    wake_visit resumed = wake_at(&at);
    assert_int_equal(resumed.outcome.flights, 3);
    assert_null(resumed.outcome.group);
    assert_true(resumed.outcome.total_tx > resumed.outcome.handshake_tx);
    assert_true(resumed.outcome.total_rx > resumed.outcome.handshake_rx);
    server_stop(at.server);
}

PLATFORM_TEST(a_connection_without_close_notify_is_truncated)
{
    test_rig rig;
    rig_open(&rig, &tls13);
    line_run(&rig.line);
    uint8_t bytes[16];
    assert_int_equal(wh_conn_eof(&rig.line.conn), WH_OK);
    assert_int_equal(wh_conn_read(&rig.line.conn, bytes, sizeof bytes), WH_PEER_TRUNCATED);
    assert_int_equal(wh_conn_get_state(&rig.line.conn), WH_CONN_FAILED);
    assert_int_equal(wh_conn_outcome(&rig.line.conn)->result,
                     WH_RESULT_FULL); /* the handshake had been good */
    rig_free(&rig);
}

PLATFORM_TEST(a_proper_close_ends_reading)
{
    test_rig rig;
    rig_open(&rig, &tls13);
    line_run(&rig.line);
    peer_close(rig.line.peer);
    line_run(&rig.line);
    uint8_t bytes[16];
    assert_int_equal(wh_conn_read(&rig.line.conn, bytes, sizeof bytes), 0);
    assert_int_equal(wh_conn_get_state(&rig.line.conn), WH_CONN_CLOSED);
    assert_int_equal(wh_conn_write(&rig.line.conn, bytes, 1), WH_USAGE_STATE);
    rig_free(&rig);
}

PLATFORM_TEST(what_came_behind_a_ticket_is_pending)
{
    test_rig rig;
    rig_open(&rig, &tls13);
    line_run(&rig.line); /* the tickets have come, and nobody has read */
    const uint8_t answer[] = "what the app waits for";
    peer_write(rig.line.peer, answer, sizeof answer);
    line_run(&rig.line);
    assert_int_equal(wh_conn_pending(&rig.line.conn), sizeof answer);
    uint8_t bytes[64];
    assert_int_equal(wh_conn_read(&rig.line.conn, bytes, sizeof bytes), sizeof answer);
    assert_int_equal(wh_conn_pending(&rig.line.conn), 0);
    rig_free(&rig);
}

PLATFORM_TEST(calls_out_of_turn_are_refused)
{
    test_rig rig;
    rig_open(&rig, &tls13);
    uint8_t bytes[16] = {0};
    assert_int_equal(wh_conn_write(&rig.line.conn, bytes, sizeof bytes), WH_USAGE_STATE);
    assert_int_equal(wh_conn_read(&rig.line.conn, bytes, sizeof bytes), WH_USAGE_STATE);
    wh_conn_close(&rig.line.conn); /* no effect */
    assert_int_equal(wh_conn_get_state(&rig.line.conn), WH_CONN_HANDSHAKE);
    line_run(&rig.line);
    assert_int_equal(wh_conn_get_state(&rig.line.conn), WH_CONN_OPEN);
    assert_int_equal(wh_conn_write(&rig.line.conn, bytes, 0), 0);
    wh_conn_close(&rig.line.conn);
    wh_conn_close(&rig.line.conn);
    wh_conn_free(&rig.line.conn);
    wh_conn_free(&rig.line.conn);
    assert_int_equal(wh_conn_get_state(&rig.line.conn), WH_CONN_IDLE);
    rig_free(&rig);
}

PLATFORM_TEST(small_or_missing_buffers_are_refused)
{
    pairing at = pair_with(server_start(&tls13));
    wh_client client;
    make_client(&client, &at.config);
    uint8_t bytes[SMALLEST_BUFFER];
    const wh_conn_buffers bad[] = {
        {bytes, sizeof bytes - 1, bytes, sizeof bytes},
        {bytes, sizeof bytes, bytes, sizeof bytes - 1},
        {NULL, sizeof bytes, bytes, sizeof bytes},
        {bytes, sizeof bytes, NULL, sizeof bytes},
    };
    wh_conn conn;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(conn_open(&conn, &client, &bad[i]), WH_USAGE_ARGUMENT);
        wh_conn_free(&conn);
    }
    assert_int_equal(conn_open(&conn, NULL, &(wh_conn_buffers){bytes, sizeof bytes, bytes, sizeof bytes}),
                     WH_USAGE_ARGUMENT);
    wh_conn_free(&conn);
    wh_client_free(&client);
    wh_client_free(&client);
    server_stop(at.server);
}

PLATFORM_TEST(impossible_configurations_are_refused)
{
    tls_server *server = server_start(&tls13);
    char long_host[WH_HOST_MAX + 2];
    memset(long_host, 'a', sizeof long_host - 1);
    long_host[sizeof long_host - 1] = '\0';
    const wh_client_config good = config_for(server);
    wh_client_config bad[7];
    for (size_t i = 0; i < 7; i++) {
        bad[i] = good;
    }
    bad[0].host = NULL;
    bad[1].host = "";
    bad[2].host = long_host;
    bad[3].port = 0;
    bad[4].max_version = (wh_protocol)(WH_TLS13 + 1);
    bad[5].min_version = WH_TLS13;
    bad[5].max_version = WH_TLS12;
    bad[6].ca = NULL;
    for (size_t i = 0; i < 7; i++) {
        wh_client client;
        assert_int_equal(wh_client_init(&client, &bad[i]), i >= 6   ? WH_USAGE_CA
                                                           : i >= 3 ? WH_USAGE_ARGUMENT
                                                                    : WH_USAGE_HOST);
        assert_null(client.ctx);
    }
    server_stop(server);
}
