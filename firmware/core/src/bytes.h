/* Little-endian integers in stored and hashed bytes. */
#ifndef WH_BYTES_H
#define WH_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* The low `size` bytes of a number, at most 8. */
void wh_put_le(uint8_t *out, uint64_t value, size_t size);
uint64_t wh_get_le(const uint8_t *in, size_t size);

#endif
