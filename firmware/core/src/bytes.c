#include "bytes.h"

/* Always by 8 bits: to shift 64 bits by a variable number is dear on a processor of 32. */

void wh_put_le(uint8_t *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)value;
        value >>= 8;
    }
}

uint64_t wh_get_le(const uint8_t *in, size_t size)
{
    uint64_t value = 0;
    while (size > 0) {
        value = value << 8 | in[--size];
    }
    return value;
}
