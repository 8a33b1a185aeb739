#include "warmhello/ffi.h"

#include <stdlib.h>
#include <string.h>

#include "trust.h"
#include "warmhello/flash_file.h"
#include "warmhello/port_host.h"

/* A record of 16 KB and its framing: the peer never waits for a reader. */
#define IN_SIZE 18432
#define OUT_SIZE 18432

typedef struct conn_with_buffers {
    wh_conn conn; /* first, so that a wh_conn * is this block's address */
    uint8_t in[IN_SIZE];
    uint8_t out[OUT_SIZE];
} conn_with_buffers;

static wh_flash flash;

int wh_ffi_host_start(const char *flash_file)
{
    int result = flash_file != NULL ? wh_flash_file_open(flash_file, &flash) : WH_OK;
    if (result == WH_OK) {
        result = wh_host_start_with(flash_file != NULL ? &flash : NULL);
    }
    if (result != WH_OK && flash.ctx != NULL) {
        wh_flash_file_close(&flash);
    }
    return result;
}

void wh_ffi_host_stop(void)
{
    wh_host_stop();
    if (flash.ctx != NULL) {
        wh_flash_file_close(&flash);
    }
}

wh_client *wh_ffi_client_new(const wh_client_config *config, int *error)
{
    wh_client *client = malloc(sizeof *client);
    if (client == NULL) {
        *error = WH_PLATFORM_MEMORY;
        return NULL;
    }
    *error = wh_client_init(client, config);
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

int wh_ffi_host_spelling(const char *text, char *out)
{
    wh_host host;
    int result = wh_host_read(text, &host);
    memcpy(out, host.text, sizeof host.text);
    return result;
}

uint16_t wh_ffi_client_cas(const wh_client *client, uint16_t *usable, uint16_t *ending)
{
    wh_trust_count(client, usable, ending);
    return client->ca_count;
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

size_t wh_ffi_host_state_size(void)
{
    return WH_HOST_STATE_SIZE;
}

size_t wh_ffi_outcome_json_size(void)
{
    return WH_OUTCOME_JSON_SIZE;
}
