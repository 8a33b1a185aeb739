/* A server that sends anything, in pieces of any size. */
#include <stdlib.h>

#include "fuzz_platform.h"

static void drain(wh_conn *conn)
{
    uint8_t bytes[600];
    while (conn_drain(conn, bytes, sizeof bytes) > 0) {
    }
}

/* Each piece is a length byte and that many bytes. */
static void feed(wh_conn *conn, const uint8_t *data, size_t size)
{
    while (size > 0 && wh_conn_get_state(conn) != WH_CONN_FAILED) {
        size_t piece = data[0] < size - 1 ? data[0] : size - 1;
        uint8_t plain[100];
        int taken = wh_conn_feed(conn, data + 1, piece);
        int got = wh_conn_read(conn, plain, sizeof plain);
        (void)taken;
        (void)got;
        drain(conn);
        data += 1 + piece;
        size -= 1 + piece;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1) {
        return 0;
    }
    fuzz_platform_reset();
    wh_client_config config = fuzz_config();
    config.min_version = (data[0] & 1) != 0 ? WH_TLS13 : WH_TLS12;
    config.max_version = (data[0] & 2) != 0 ? WH_TLS13 : config.min_version;
    wh_client client;
    if (wh_client_init(&client, &config) != WH_OK) {
        abort();
    }
    uint8_t in[512];
    uint8_t out[600];
    wh_conn_buffers buffers = {in, sizeof in, out, sizeof out};
    wh_conn conn;
    if (conn_open(&conn, &client, &buffers) != WH_OK) {
        abort();
    }
    drain(&conn);
    feed(&conn, data + 1, size - 1);
    int ended = wh_conn_eof(&conn);
    (void)ended;
    wh_conn_close(&conn);
    drain(&conn);
    wh_conn_free(&conn);
    wh_client_free(&client);
    return 0;
}
