#include "request.h"

uint64_t wh_take(wh_reader *r, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size && r->at < r->end; i++) {
        value |= (uint64_t)*r->at++ << (8 * i);
    }
    return value;
}

const uint8_t *wh_take_bytes(wh_reader *r, size_t *size)
{
    *size = (size_t)wh_take(r, 4);
    size_t left = (size_t)(r->end - r->at);
    *size = *size < left ? *size : left;
    const uint8_t *bytes = *size > 0 ? r->at : NULL;
    r->at += *size;
    return bytes;
}
