/** The core's functions in a form that a foreign-function interface can call:
 * plain integers and pointers, objects made and freed here.
 *
 * ts/core/library.ts declares the same functions; a test calls every one.
 */
#ifndef WARMHELLO_FFI_H
#define WARMHELLO_FFI_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/conn.h"

/** Starts the host platform with flash in a file, or without any when it is NULL. Errors as
 * wh_flash_file_open() and wh_host_start(). */
int wh_ffi_host_start(const char *flash_file);
void wh_ffi_host_stop(void);

/** Makes a client. Returns NULL and sets `error` (wh_client_init()) on failure. */
wh_client *wh_ffi_client_new(const wh_client_config *config, int *error);
void wh_ffi_client_free(wh_client *client);

/** Makes and opens a connection with buffers of its own. Returns NULL only when
 * memory is out; any other error is in its outcome. */
wh_conn *wh_ffi_conn_new(wh_client *client);
void wh_ffi_conn_free(wh_conn *conn);

/** WH_HOST_STATE_SIZE and WH_OUTCOME_JSON_SIZE, for callers that cannot read headers. */
size_t wh_ffi_host_state_size(void);
size_t wh_ffi_outcome_json_size(void);

#endif
