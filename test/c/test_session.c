/* wolfSSL's ownership rules, and what a session may be made from. */
#include "visit.h"

#include "session.h"

#include <string.h>

#include <wolfssl/ssl.h>

enum { CYCLES = 10000, WARM_UP = 10 };

/* An open connection that has exchanged data, so that its session can be captured. */
static void open_line(wire_line *line, wh_client *client, tls_server *server)
{
    assert_int_equal(line_open(line, client, server), WH_OK);
    line_run(line);
    assert_int_equal(wh_conn_get_state(&line->conn), WH_CONN_OPEN);
    uint8_t nothing[1];
    assert_int_equal(wh_conn_read(&line->conn, nothing, sizeof nothing), 0); /* takes in the ticket */
}

static void cycles(wh_protocol protocol)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = protocol, .max_version = protocol}));
    wh_client client;
    make_client(&client, &at.config);
    wire_line line;
    open_line(&line, &client, at.server);

    size_t expected = 0;
    for (int cycle = 0; cycle < CYCLES; cycle++) {
        wh_session session = WH_SESSION_EMPTY;
        assert_int_equal(wh_session_capture(line.conn.ssl, &session), WH_OK);
        WOLFSSL *next = wolfSSL_new(client.ctx);
        assert_non_null(next);
        assert_int_equal(wh_session_attach(&session, next), WH_OK);
        wh_session_release(&session);
        wolfSSL_free(next);

        size_t live = wh_host_memory_take().live_bytes;
        if (cycle == WARM_UP) {
            expected = live;
        }
        if (cycle > WARM_UP) {
            assert_int_equal(live, expected);
        }
    }
    line_free(&line);
    wh_client_free(&client);
}

PLATFORM_TEST(ten_thousand_captures_keep_memory_constant_in_tls12)
{
    cycles(WH_TLS12);
}

PLATFORM_TEST(ten_thousand_captures_keep_memory_constant_in_tls13)
{
    cycles(WH_TLS13);
}

PLATFORM_TEST(everything_is_given_back)
{
    pairing at = pair_with(server_start(&(server_options){0}));
    size_t before = wh_host_memory_take().live_bytes;
    (void)wake_at(&at);
    (void)wake_at(&at);
    assert_int_equal(wh_host_memory_take().live_bytes, before);
}

/* A borrowed reference would take the connection's own session with it. */
PLATFORM_TEST(a_captured_session_is_a_reference_of_our_own)
{
    pairing at = pair_with(server_start(&(server_options){0}));
    wh_client client;
    make_client(&client, &at.config);
    WOLFSSL *ssl = wolfSSL_new(client.ctx);
    size_t before = wh_host_memory_take().live_bytes;
    wh_session session;
    assert_int_equal(wh_session_capture(ssl, &session),
                     WH_MISS_NOT_RESUMABLE); /* too early: given back at once */
    wh_session_release(&session);
    assert_int_equal(wh_host_memory_take().live_bytes, before);
    wolfSSL_free(ssl);
    wh_client_free(&client);
}

PLATFORM_TEST(nothing_is_captured_before_the_handshake)
{
    pairing at = pair_with(server_start(&(server_options){0}));
    wh_client client;
    make_client(&client, &at.config);
    WOLFSSL *ssl = wolfSSL_new(client.ctx);
    wh_session session;
    assert_int_equal(wh_session_capture(ssl, &session), WH_MISS_NOT_RESUMABLE);
    assert_null(session.native);
    wh_session_release(&session);
    wolfSSL_free(ssl);
    wh_client_free(&client);
}

PLATFORM_TEST(in_tls13_nothing_is_captured_before_a_ticket)
{
    pairing at = pair_with(server_start(&(server_options){.min_version = WH_TLS13, .no_tickets13 = true}));
    wh_client client;
    make_client(&client, &at.config);
    wire_line line;
    open_line(&line, &client, at.server);
    wh_session session;
    assert_int_equal(wh_session_capture(line.conn.ssl, &session), WH_MISS_NOT_RESUMABLE);
    assert_null(session.native);
    line_free(&line);
    wh_client_free(&client);
}

/* A session as bytes. */
static int saved_session(const server_options *options, uint8_t *bytes, size_t size, uint8_t id[32])
{
    pairing at = pair_with(server_start(options));
    wh_client client;
    make_client(&client, &at.config);
    wire_line line;
    open_line(&line, &client, at.server);
    wh_session session;
    assert_int_equal(wh_session_capture(line.conn.ssl, &session), WH_OK);
    int length = wh_session_save(&session, wh_conn_outcome(&line.conn)->protocol, bytes, size);
    if (id != NULL) {
        assert_int_equal(peer_session_id(line.peer, id), 32);
    }
    wh_session_release(&session);
    line_free(&line);
    wh_client_free(&client);
    return length;
}

PLATFORM_TEST(only_the_exact_length_is_loaded)
{
    uint8_t bytes[WH_SESSION_MAX + 1] = {0};
    int length = saved_session(&(server_options){.min_version = WH_TLS13}, bytes, WH_SESSION_MAX, NULL);
    assert_true(length > 0);
    wh_session session;
    for (int size = 0; size <= length + 1; size++) {
        assert_int_equal(wh_session_load(bytes, (size_t)size, 0, &session),
                         size == length ? WH_OK : WH_DAMAGE_SESSION);
        assert_int_equal(session.native != NULL, size == length);
        wh_session_release(&session);
        wh_session_release(&session); /* harmless */
    }
}

PLATFORM_TEST(a_session_that_does_not_fit_is_not_written)
{
    uint8_t bytes[64];
    memset(bytes, 0xa5, sizeof bytes);
    assert_int_equal(saved_session(&(server_options){.min_version = WH_TLS13}, bytes, sizeof bytes, NULL),
                     WH_PLATFORM_RTC);
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(bytes[i], 0xa5);
    }
}

/* The check for short session IDs reads wolfSSL's format: this is where it would
 * show that a new wolfSSL writes another one. */
PLATFORM_TEST(the_session_id_stands_where_we_read_its_length)
{
    uint8_t bytes[WH_SESSION_MAX];
    uint8_t id[32];
    const server_options options = {.max_version = WH_TLS12, .session_ids = true};
    assert_true(saved_session(&options, bytes, sizeof bytes, id) > 0);
    assert_int_equal(bytes[9], 32);
    assert_memory_equal(bytes + 10, id, 32);
}
