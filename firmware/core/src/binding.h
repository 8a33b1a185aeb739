/** What a session is tied to.
 *
 * Resumption skips authentication: wolfSSL resumes under another host name,
 * without the CA, or with a session from an unverified connection. A binding is
 * a SHA-256 over everything that the full handshake depended on, so a session is
 * offered only where a full handshake would have come to the same answer.
 */
#ifndef WARMHELLO_BINDING_H
#define WARMHELLO_BINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"
#include "warmhello/client.h"

/** The things a session is tied to, in the order in which they are hashed. The
 * wolfSSL build comes on top. */
typedef struct wh_binding_input {
    const char *host;
    uint16_t port;
    /** Name sent as SNI, or "". */
    const char *sni;
    /** Application protocols asked for, or "". */
    const char *alpn;
    /** Cipher suites offered, in order, or "" for all that are built in. */
    const char *ciphers;
    /** Key-exchange groups offered, in order, by their numbers in IANA's registry. */
    const int *groups;
    size_t group_count;
    /** SHA-256 over the CA's contents. */
    uint8_t ca_digest[WH_DIGEST_SIZE];
    /** SHA-256 over the client certificate's contents; zeros without one. */
    uint8_t certificate_digest[WH_DIGEST_SIZE];
    /** SHA-256 over the pre-shared key and its identity; zeros without one. */
    uint8_t psk_digest[WH_DIGEST_SIZE];
    /** wolfSSL's verify mode, and whether the server's name was looked at. */
    uint8_t verify_mode;
    wh_protocol min_version;
    wh_protocol max_version;
    bool tickets;
    /** Whether it must have one (RFC 7627). */
    bool extended_master_secret;
} wh_binding_input;

/** SHA-256 over `size` bytes. WH_PLATFORM_MEMORY if wolfCrypt fails. */
WH_MUST_CHECK int wh_digest(const uint8_t *bytes, size_t size, uint8_t out[WH_DIGEST_SIZE]);

/** The same over bytes in two places, one after the other. */
WH_MUST_CHECK int wh_digest_of_two(const uint8_t *first, size_t first_size, const uint8_t *second,
                                   size_t second_size, uint8_t out[WH_DIGEST_SIZE]);

/** Computes the binding. WH_PLATFORM_MEMORY if wolfCrypt fails. */
WH_MUST_CHECK int wh_binding_compute(const wh_binding_input *input, wh_binding *out);

/** True if both are the same. */
bool wh_binding_equal(const wh_binding *a, const wh_binding *b);

/** Its first 4 bytes: tells bindings apart where a mistake does no harm. */
uint32_t wh_binding_tag(const wh_binding *binding);

/** What identifies this wolfSSL build: its version in the upper half, and in the lower
 * one the options that shape a serialised session or what a handshake checks. A session
 * that another build wrote could be accepted and misread. */
uint64_t wh_wolfssl_build(void);

#endif
