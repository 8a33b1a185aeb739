/** A connect in a form that a foreign-function interface can call. Everything else of it is called as it is
 * (connect.h).
 */
#ifndef WARMHELLO_FFI_CONNECT_H
#define WARMHELLO_FFI_CONNECT_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/connect.h"

/** Room for wire bytes each way, and so the most that one WH_STEP_SEND has: a record of 16 KB and its
 * framing, for which the peer never waits. */
#define WH_FFI_CONNECT_ROOM 18432

/** wh_step in plain numbers. */
typedef struct wh_ffi_step {
    int kind;
    uint32_t tcp;
    uint32_t size;
    /** Rounded up; UINT32_MAX for as long as it takes. */
    uint32_t wait_ms;
} wh_ffi_step;

/** Begins a connect, `client` being NULL for plain TCP. NULL when memory is out. */
wh_connect *wh_ffi_connect_new(wh_client *client, uint32_t timeout_ms);
void wh_ffi_connect_free(wh_connect *connect);

/** What to do next; `out`, of WH_FFI_CONNECT_ROOM bytes, gets a copy of what is to be sent. */
void wh_ffi_connect_next(wh_connect *connect, wh_ffi_step *step, uint8_t *out);

#endif
