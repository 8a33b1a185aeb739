#include "warmhello/ffi.h"

#include <stdlib.h>
#include <string.h>

#include "identity.h"
#include "trust.h"
#include "warmhello/flash_file.h"
#include "wipe.h"

static wh_host_device device;
static wh_flash_file flash;
static bool has_flash;

static void close_flash(void)
{
    if (has_flash) {
        wh_flash_file_close(&flash);
        has_flash = false;
    }
}

int wh_ffi_host_start(const char *flash_file)
{
    int result = flash_file != NULL ? wh_flash_file_open(flash_file, &flash) : WH_OK;
    if (result != WH_OK) {
        return result;
    }
    has_flash = flash_file != NULL;
    result = wh_host_start(&device, has_flash ? &flash.flash : NULL);
    if (result != WH_OK) {
        close_flash();
    }
    return result;
}

void wh_ffi_host_stop(void)
{
    wh_platform_remove();
    close_flash();
}

wh_host_device *wh_ffi_host_device(void)
{
    return &device;
}

wh_host_device *wh_ffi_device_new(void)
{
    return calloc(1, sizeof(wh_host_device));
}

void wh_ffi_device_free(wh_host_device *other)
{
    free(other);
}

int wh_ffi_device_use(const wh_host_device *other)
{
    return wh_platform_use(&other->platform);
}

void wh_ffi_flash_file_cut(uint32_t nth)
{
    wh_flash_file_cut(&flash, nth);
}

uint32_t wh_ffi_flash_file_operations(void)
{
    return has_flash ? wh_flash_file_operations(&flash) : 0;
}

/* The caller's buffers are its garbage collector's, so that a copy is read. */
typedef struct client_with_files {
    wh_client client; /* first, so that a wh_client * is this block's address */
    uint8_t files[];
} client_with_files;

static uint8_t *take_copy(uint8_t *room, const uint8_t **file, size_t size)
{
    if (*file == NULL) {
        return room;
    }
    memcpy(room, *file, size);
    *file = room;
    return room + size;
}

static client_with_files *allocate_client(wh_client_config *config)
{
    client_with_files *block =
        malloc(sizeof *block + config->ca_size + config->certificate_size + config->key_size);
    if (block != NULL) {
        uint8_t *room = take_copy(block->files, &config->ca, config->ca_size);
        room = take_copy(room, &config->certificate, config->certificate_size);
        (void)take_copy(room, &config->key, config->key_size);
    }
    return block;
}

wh_client *wh_ffi_client_new(const wh_client_config *config, int *error)
{
    wh_client_config copied = *config;
    client_with_files *block = allocate_client(&copied);
    *error = block != NULL ? wh_client_init(&block->client, &copied) : WH_PLATFORM_MEMORY;
    if (*error != WH_OK) {
        free(block);
        return NULL;
    }
    return &block->client;
}

void wh_ffi_client_free(wh_client *client)
{
    client_with_files *block = (client_with_files *)client;
    if (client->config.key != NULL) {
        wh_wipe(block->files + (client->config.key - block->files), client->config.key_size);
    }
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

uint16_t wh_ffi_client_cas(wh_client *client, uint16_t *usable, uint16_t *ending)
{
    int result = wh_identity_trust(client);
    (void)result; /* it can be read, or there was no client */
    return wh_trust_count(client, usable, ending);
}

size_t wh_ffi_host_state_size(void)
{
    return wh_host_state_size(&device);
}

size_t wh_ffi_outcome_json_size(void)
{
    return WH_OUTCOME_JSON_SIZE;
}
