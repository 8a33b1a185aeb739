/* What the desk asks for. */
#ifndef WH_RV32_REQUEST_H
#define WH_RV32_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"

/* The numbers are ts/mcu/operations.ts's as well. */
enum operation {
    OP_START = 1,
    OP_SLEEP,
    OP_PASS,
    OP_SET_WALL,
    OP_CLIENT_NEW,
    OP_CLIENT_FREE,
    OP_CONNECT_BEGIN,
    OP_CONNECT_FREE,
    OP_CONNECT_NEXT,
    OP_CONNECT_RESOLVED,
    OP_CONNECT_READY,
    OP_CONNECT_FAILED,
    OP_CONNECT_RECEIVED,
    OP_CONNECT_SENT,
    OP_CONNECT_WRITE,
    OP_CONNECT_READ,
    OP_CONNECT_CLOSE,
    OP_CONNECT_ERROR,
    OP_CONNECT_OUTCOME,
    OP_CONNECT_OUTCOME_OF,
    OP_FORGET,
    OP_MEMORY,
    OP_STOP_IN_FLASH,
    OP_SERVICE_WAKE,
    OP_SERVICE_CLIENT_NEW,
    OP_SERVICE_HANDLE,
    OP_SERVICE_NEXT,
    OP_SERVICE_CONNECTING,
    OP_SERVICE_CONNECTED,
    OP_SERVICE_CLOSED,
    OP_SERVICE_SETTINGS_CHANGED,
    OP_STORE_TIERS,
};

/* The rest of a request's bytes. */
typedef struct wh_reader {
    const uint8_t *at;
    const uint8_t *end;
} wh_reader;

/* The next number, of so many bytes. */
uint64_t wh_take(wh_reader *r, size_t size);

/* A length and so many bytes; NULL for none. */
const uint8_t *wh_take_bytes(wh_reader *r, size_t *size);

/* Texts and files lie in the request. */
wh_client_config wh_take_config(wh_reader *r);

#endif
