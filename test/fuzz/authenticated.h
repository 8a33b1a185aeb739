/** What TLS authenticates of the bytes that a server sends up to its Finished. The rest may be changed by
 * anyone on the way, and the connection opens all the same:
 *
 *   - the version in a record's header, and how messages in the clear are cut into records;
 *   - alerts in the clear that are warnings, and HelloRequest (RFC 5246 7.4.1.1);
 *   - what a ChangeCipherSpec holds, and in TLS 1.3 that there is one (RFC 8446 5).
 */
#ifndef AUTHENTICATED_H
#define AUTHENTICATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/outcome.h"

enum { STREAM_MAX = 32768 };

typedef struct authenticated {
    /** Handshake messages in the clear, one after the other. */
    uint8_t clear[STREAM_MAX];
    size_t clear_size;
    /** The records that follow. */
    uint8_t sealed[STREAM_MAX];
    size_t sealed_size;
} authenticated;

/** Of the whole records in `size` bytes of a stream, STREAM_MAX at most. */
void authenticated_read(const uint8_t *stream, size_t size, wh_protocol protocol, authenticated *out);

/** Whether all of `sent` came, in order and with nothing among it. */
bool authenticated_came(const authenticated *came, const authenticated *sent);

#endif
