/* Little-endian integers in stored and hashed bytes. Where a struct is stored as it lies in
 * memory, that is the same. */
#ifndef WH_BYTES_H
#define WH_BYTES_H

#include <stddef.h>
#include <stdint.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored structs are little-endian");

/* The low `size` bytes of a number, at most 8. */
void wh_put_le(uint8_t *out, uint64_t value, size_t size);
uint64_t wh_get_le(const uint8_t *in, size_t size);

#endif
