/** The core's functions in a form that a foreign-function interface can call:
 * plain integers and pointers, objects made and freed here. Connects are in ffi_connect.h.
 *
 * ts/core/library.ts declares the same functions, and a test calls every one, but for those that make more
 * devices: of these, and of the few others that a fleet needs, dev/storm/core.py is the caller.
 */
#ifndef WARMHELLO_FFI_H
#define WARMHELLO_FFI_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/check_file.h"
#include "warmhello/client.h"
#include "warmhello/port_host.h"

/** The one device that the simulator has, with flash in a file, or without any when it is NULL. Errors as
 * wh_flash_file_open() and wh_host_start(). */
int wh_ffi_host_start(const char *flash_file);
void wh_ffi_host_stop(void);

/** That device, for the functions of port_host.h. */
wh_host_device *wh_ffi_host_device(void);

/** One device more, of zeros, for wh_host_start(), or NULL when memory is out. A device that is in use is not
 * freed; its clients are freed before. */
wh_host_device *wh_ffi_device_new(void);
void wh_ffi_device_free(wh_host_device *other);

/** wh_platform_use() for a device that was started. */
int wh_ffi_device_use(const wh_host_device *other);

/** As the functions of flash_file.h, for its flash. */
void wh_ffi_flash_file_cut(uint32_t nth);
uint32_t wh_ffi_flash_file_operations(void);

/** Makes a client, with a copy of the files. Returns NULL and sets `error` (wh_client_init()) on failure. */
wh_client *wh_ffi_client_new(const wh_client_config *config, int *error);
void wh_ffi_client_free(wh_client *client);

/** A host in the core's spelling (host.h), in `out` of WH_HOST_MAX + 1 bytes. WH_USAGE_HOST. */
int wh_ffi_host_spelling(const char *text, char *out);

/** The CAs of a client by their dates: how many are within them now, and how many of these end within
 * WH_CA_ENDS_SOON_S. Returns how many there are. */
uint16_t wh_ffi_client_cas(wh_client *client, uint16_t *usable, uint16_t *ending);

/** A block of a file, PEM or DER, as the core's reader sees it. */
typedef struct wh_ffi_block {
    /** PRIVATE KEY and the like; what is longer is cut. */
    char label[40];
    bool is_certificate;
    bool is_key;
    bool is_locked;
    /** Of a certificate without what may stand behind it. */
    size_t der_size;
} wh_ffi_block;

/** The block of that number, from 1. 1 if there is one, 0 behind the last, -1 for a damaged one. */
int wh_ffi_pem_block(const uint8_t *file, size_t size, uint32_t number, wh_ffi_block *out);

/** Writes the first `der_size` bytes of a block that was found. Returns `der_size`, or 0 if there is no such
 * block. */
size_t wh_ffi_pem_decode(const uint8_t *file, size_t size, uint32_t number, uint8_t *out, size_t der_size);

/** WH_HOST_STATE_SIZE and WH_OUTCOME_JSON_SIZE, for callers that cannot read headers. */
size_t wh_ffi_host_state_size(void);
size_t wh_ffi_outcome_json_size(void);

#endif
