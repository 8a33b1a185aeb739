#include "warmhello/ffi_connect.h"

#include <stdlib.h>
#include <string.h>

wh_connect *wh_ffi_connect_new(wh_client *client, uint32_t timeout_ms)
{
    wh_connect *connect = malloc(sizeof *connect);
    if (connect != NULL) {
        const wh_connect_options options = {.timeout_ms = timeout_ms, .room = WH_FFI_CONNECT_ROOM};
        wh_connect_begin(connect, client, &options);
    }
    return connect;
}

void wh_ffi_connect_free(wh_connect *connect)
{
    wh_connect_free(connect);
    free(connect);
}

static uint32_t rounded_up_ms(uint64_t us)
{
    uint64_t ms = us / 1000 + (us % 1000 != 0);
    return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

void wh_ffi_connect_next(wh_connect *connect, wh_ffi_step *step, uint8_t *out)
{
    wh_step next = wh_connect_next(connect);
    *step = (wh_ffi_step){
        .kind = (int)next.kind,
        .tcp = next.tcp,
        .size = (uint32_t)next.size,
        .wait_ms = rounded_up_ms(next.wait_us),
    };
    if (next.size > 0) {
        memcpy(out, next.bytes, next.size);
    }
}
