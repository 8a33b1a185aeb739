/* SHA-1 (FIPS 180-4), which a WebSocket's handshake wants (RFC 6455 4.2.2) and nothing that must be safe; the
 * core's wolfSSL has none. */
#ifndef WH_SHA1_H
#define WH_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define WH_SHA1_SIZE 20

void wh_sha1(const uint8_t *bytes, size_t size, uint8_t out[WH_SHA1_SIZE]);

#endif
