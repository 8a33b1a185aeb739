/** Short ways to use a connection whose wire is memory. */
#ifndef TEST_CONN_CALLS_H
#define TEST_CONN_CALLS_H

#include <string.h>

#include "conn.h"

/** Makes and begins it at once. */
static inline int conn_open(wh_conn *conn, wh_client *client, const wh_conn_buffers *buffers)
{
    wh_conn_init(conn, client, buffers);
    return wh_conn_start(conn);
}

/** Takes what it has to send. Returns how many bytes; 0 for none now. */
static inline int conn_drain(wh_conn *conn, uint8_t *out, size_t size)
{
    size_t given = conn->out_len < size ? conn->out_len : size;
    if (given > 0) {
        memcpy(out, conn->buffers.out, given);
    }
    wh_conn_sent(conn, given);
    return (int)given;
}

#endif
