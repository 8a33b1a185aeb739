/* The wire to the desk: frames over a virtio console.
 *
 * Request: size (4, little-endian, of what follows), operation (1), bytes.
 * Reply: size (4), result (4), instructions (8) that the operation took, bytes.
 */
#ifndef WH_RV32_WIRE_H
#define WH_RV32_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WH_WIRE_MAX (256u * 1024u)

/* False if the machine has no such device. */
bool wh_wire_start(void);

/* Waits for a request. Returns its size, and sets `bytes` to where it lies until the next. */
size_t wh_wire_receive(uint8_t **bytes);

/* Room for a reply's bytes. */
uint8_t *wh_wire_reply_bytes(void);

/* Sends the reply with so many of those bytes. */
void wh_wire_reply(int32_t result, uint64_t instructions, size_t size);

#endif
