#include "kept.h"
#include "conn_calls.h"
#include "session_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "warmhello/warmhello.h"

/* ---- What is asked for -------------------------------------------------------------- */

void source_give_up(const char *what)
{
    (void)fprintf(stderr, "%s\n", what);
    exit(1);
}

bench_kind source_read_kind(const char *word)
{
    if (strcmp(word, "id") == 0) {
        return BENCH_ID;
    }
    if (strcmp(word, "ticket") == 0) {
        return BENCH_TICKET;
    }
    if (strcmp(word, "psk") != 0) {
        source_give_up("a kind is id, ticket or psk");
    }
    return BENCH_PSK;
}

wh_protocol source_protocol(bench_kind kind)
{
    return kind == BENCH_PSK ? WH_TLS13 : WH_TLS12;
}

tls_server *source_start(bench_kind kind)
{
    const server_options options = {
        .min_version = source_protocol(kind),
        .max_version = source_protocol(kind),
        .session_ids = kind == BENCH_ID,
        .lifetime_s = BENCH_LIFETIME_S,
    };
    return server_start(&options);
}

void source_make_client(wh_client *client, const tls_server *server, bench_kind kind, uint32_t trust)
{
    wh_client_config config = {
        .host = SERVER_NAME,
        .port = 443,
        .min_version = source_protocol(kind),
        .max_version = source_protocol(kind),
        .no_tickets = kind == BENCH_ID,
        .policy.trust_after_power_loss = trust,
    };
    config.ca = server_ca(server, &config.ca_size);
    int result = wh_client_init(client, &config);
    if (result != WH_OK) {
        source_give_up(wh_error_meaning(result));
    }
}

/* ---- One connection ------------------------------------------------------------------- */

typedef struct line {
    wh_conn conn;
    tls_peer *peer;
    source_mark mark;
    source_part over;
    uint8_t in[2048];
    uint8_t out[2048];
} line;

static void mark(const line *l, bool begins)
{
    if (l->mark != NULL) {
        l->mark(begins);
    }
}

static void over(const line *l, const char *part)
{
    if (l->over != NULL) {
        l->over(part);
    }
}

static bool to_server(line *l)
{
    uint8_t bytes[1500];
    mark(l, true);
    int size = conn_drain(&l->conn, bytes, sizeof bytes);
    mark(l, false);
    if (size > 0) {
        peer_take(l->peer, bytes, (size_t)size);
    }
    return size > 0;
}

static bool to_client(line *l)
{
    uint8_t bytes[1500];
    size_t size = peer_give(l->peer, bytes, sizeof bytes);
    if (size > 0) {
        mark(l, true);
        int taken = wh_conn_feed(&l->conn, bytes, size);
        mark(l, false);
        if (taken < 0) {
            source_give_up(wh_error_meaning(taken));
        }
    }
    return size > 0;
}

static void shake_hands(line *l)
{
    while (wh_conn_get_state(&l->conn) == WH_CONN_HANDSHAKE) {
        if (!to_server(l) && !to_client(l)) {
            source_give_up("the handshake stands still");
        }
    }
    while (to_server(l)) {
    }
}

static void run(line *l)
{
    while (to_server(l) || to_client(l)) {
    }
}

static void ask(line *l)
{
    uint8_t bytes[64];
    mark(l, true);
    int written = wh_conn_write(&l->conn, (const uint8_t *)"request", 7);
    mark(l, false);
    run(l);
    if (written != 7 || peer_read(l->peer, bytes, sizeof bytes) != 7) {
        source_give_up("the request did not arrive");
    }
    peer_write(l->peer, (const uint8_t *)"answer", 6);
    run(l);
    mark(l, true);
    int got = wh_conn_read(&l->conn, bytes, sizeof bytes);
    mark(l, false);
    if (got != 6) {
        source_give_up("the answer did not arrive");
    }
}

static void say_goodbye(line *l)
{
    uint8_t rest[16];
    mark(l, true);
    wh_conn_close(&l->conn);
    mark(l, false);
    run(l);
    (void)peer_read(l->peer, rest, sizeof rest);
    peer_close(l->peer); /* without it OpenSSL forgets the session */
}

source_visit source_visit_server(wh_client *client, tls_server *server, source_mark mark_work,
                                 source_part part_over)
{
    line l = {.peer = peer_accept(server), .mark = mark_work, .over = part_over};
    wh_conn_buffers buffers = {l.in, sizeof l.in, l.out, sizeof l.out};
    mark(&l, true);
    int result = conn_open(&l.conn, client, &buffers);
    mark(&l, false);
    if (result != WH_OK) {
        source_give_up(wh_error_meaning(result));
    }
    over(&l, "open");
    shake_hands(&l);
    over(&l, "handshake");
    source_visit made = {.server_resumed = peer_resumed(l.peer)};
    ask(&l);
    say_goodbye(&l);
    over(&l, "after");
    made.outcome = *wh_conn_outcome(&l.conn);
    wh_conn_free(&l.conn);
    peer_free(l.peer);
    return made;
}

wh_outcome source_lose_handshake(wh_client *client)
{
    line l = {0};
    wh_conn_buffers buffers = {l.in, sizeof l.in, l.out, sizeof l.out};
    int result = conn_open(&l.conn, client, &buffers);
    if (result != WH_OK) {
        source_give_up(wh_error_meaning(result));
    }
    wh_outcome outcome = *wh_conn_outcome(&l.conn);
    wh_conn_abandon(&l.conn);
    wh_conn_free(&l.conn);
    return outcome;
}
