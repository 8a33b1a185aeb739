/* Little-endian integers in stored and hashed bytes. */
#ifndef WH_BYTES_H
#define WH_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline void wh_put_le(uint8_t *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static inline uint64_t wh_get_le(const uint8_t *in, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t)in[i] << (8 * i);
    }
    return value;
}

#endif
