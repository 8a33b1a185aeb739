/** Records that a TLS 1.3 server never sends by itself, sealed with its own secrets. */
#ifndef TEST_FORGE_H
#define TEST_FORGE_H

#include <stddef.h>
#include <stdint.h>

#include "server.h"

/** A NewSessionTicket message (RFC 8446 4.6.1). */
typedef struct forged_ticket {
    uint32_t lifetime_s;
    size_t nonce_size;
    size_t ticket_size;
} forged_ticket;

/** Has the server tell its secrets, those of one connection at a time. */
void forge_listen(tls_server *server);

/** A ticket of the longest kind, sealed. */
#define FORGED_MAX 66500

/** Writes that message in one record, or as many as it takes, the first of them the server's `sequence`th one
 * since its Finished, counted from 0, of a connection with TLS_AES_128_GCM_SHA256. Returns the length. Ends
 * the test on failure. */
size_t forge_ticket(const forged_ticket *wanted, uint64_t sequence, uint8_t *out, size_t size);

#endif
