/* Base64 with padding (RFC 4648 4). */
#ifndef WH_BASE64_H
#define WH_BASE64_H

#include <stddef.h>
#include <stdint.h>

/* Characters for `size` bytes, without a zero at the end. */
#define WH_BASE64_SIZE(size) (((size) + 2) / 3 * 4)

/* Writes WH_BASE64_SIZE(size) characters and no zero. */
void wh_base64_write(const uint8_t *bytes, size_t size, char *out);

#endif
