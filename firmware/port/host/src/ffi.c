#include "warmhello/ffi.h"

#include <stdlib.h>

/* A record of 16 KB and its framing: the peer never waits for a reader. */
#define IN_SIZE 18432
#define OUT_SIZE 18432

typedef struct conn_with_buffers {
    wh_conn conn; /* first, so that a wh_conn * is this block's address */
    uint8_t in[IN_SIZE];
    uint8_t out[OUT_SIZE];
} conn_with_buffers;

wh_client *wh_ffi_client_new(const char *host, uint16_t port, const uint8_t *ca, size_t ca_size,
                             int min_version, int max_version, int tickets, int *error)
{
    wh_client *client = malloc(sizeof *client);
    if (client == NULL) {
        *error = WH_PLATFORM_MEMORY;
        return NULL;
    }
    wh_client_config config = {
        .host = host,
        .port = port,
        .ca = ca,
        .ca_size = ca_size,
        .min_version = (wh_protocol)min_version,
        .max_version = (wh_protocol)max_version,
        .tickets = tickets != 0,
    };
    *error = wh_client_init(client, &config);
    if (*error != WH_OK) {
        free(client);
        return NULL;
    }
    return client;
}

void wh_ffi_client_free(wh_client *client)
{
    wh_client_free(client);
    free(client);
}

wh_conn *wh_ffi_conn_new(wh_client *client)
{
    conn_with_buffers *block = malloc(sizeof *block);
    if (block == NULL) {
        return NULL;
    }
    wh_conn_buffers buffers = {block->in, IN_SIZE, block->out, OUT_SIZE};
    /* The outcome holds the error. */
    int result = wh_conn_open(&block->conn, client, &buffers);
    (void)result;
    return &block->conn;
}

void wh_ffi_conn_free(wh_conn *conn)
{
    wh_conn_free(conn);
    free(conn);
}
