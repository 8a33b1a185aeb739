/** A configured TLS client: whom to connect to and whom to trust.
 *
 * Made once per wake and used for each connect, by the device whose platform is in use then
 * (platform.h). It owns wolfSSL's context and the binding of every session that its
 * connections make.
 */
#ifndef WARMHELLO_CLIENT_H
#define WARMHELLO_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/binding.h"
#include "warmhello/errors.h"
#include "warmhello/host.h"
#include "warmhello/outcome.h"
#include "warmhello/policy.h"

struct WOLFSSL_CTX;

/** The longest list of application protocols, in bytes. */
#define WH_ALPN_MAX 63

typedef struct wh_client_config {
    /** Name or IP address of the server, as host.h has it, looked for in its certificate. A name is
     * also sent as SNI (RFC 6066 3). */
    const char *host;
    uint16_t port;
    /** One or more CA certificates as PEM; the server's chain must end in one that is within its dates. These
     * bytes and those of the identity are read in place, when a handshake goes in full, and must stay as
     * they are until wh_client_free(). */
    const uint8_t *ca;
    size_t ca_size;
    /** Lowest and highest protocol version to speak, TLS 1.2 or 1.3. */
    wh_protocol min_version;
    wh_protocol max_version;
    /** This device's certificate chain, leaf first, and its private key, each as PEM, for
     * servers that ask for them (mutual TLS). Both or neither. */
    const uint8_t *certificate;
    size_t certificate_size;
    const uint8_t *key;
    size_t key_size;
    /** Application protocols to ask for (ALPN, RFC 7301), comma-separated, best first;
     * NULL for none. A server that knows nothing of ALPN is accepted. */
    const char *alpn;
    /** Accept tickets. Without them only TLS 1.2 session IDs can be resumed. */
    bool tickets;
    /** When to offer the stored session. */
    wh_policy policy;
} wh_client_config;

typedef struct wh_ca wh_ca;
struct Signer;

/** The fields are private. */
typedef struct wh_client {
    struct WOLFSSL_CTX *ctx;
    /** Of the device that it belongs to. */
    const struct wh_platform *platform;
    wh_binding binding;
    wh_host host;
    char alpn[WH_ALPN_MAX + 1];
    bool has_certificate;
    bool tickets;
    bool fallback;
    uint32_t suspect;
    wh_policy policy;
    /** The caller's files, and the digests by which sessions are tied to two of them. */
    const uint8_t *ca;
    size_t ca_size;
    const uint8_t *certificate;
    size_t certificate_size;
    const uint8_t *key;
    size_t key_size;
    uint8_t ca_digest[WH_DIGEST_SIZE];
    uint8_t certificate_digest[WH_DIGEST_SIZE];
    /** Those of the CA file, once a handshake in full has read it. */
    wh_ca *cas;
    uint16_t ca_count;
    struct Signer *namesakes;
} wh_client;

/** Sets the client up. The configuration is copied, but for the bytes of the CA, the certificate and the
 * key: these are hashed here, so that a session stays tied to them, and are read by the first handshake
 * that goes in full. What is wrong with them is then the error of that connection.
 *
 * WH_USAGE_HOST. WH_USAGE_ARGUMENT: port 0, versions out of order, a
 * certificate without key or the reverse. WH_USAGE_CA: there is none. WH_USAGE_ALPN: as
 * errors.def says. WH_PLATFORM_MEMORY. After an error the client is empty and need
 * not be freed. */
WH_MUST_CHECK int wh_client_init(wh_client *client, const wh_client_config *config);

/** Reads everything of a configuration at once, for tools, and before a device stores it: the errors of
 * wh_client_init(), and those that a connection in full would end in: WH_USAGE_CA, WH_USAGE_CERTIFICATE,
 * WH_USAGE_KEY, WH_USAGE_KEY_ENCRYPTED, WH_USAGE_KEY_MISMATCH. Dates are not looked at. Nothing of it is
 * kept. */
WH_MUST_CHECK int wh_client_check(const wh_client_config *config);

/** Whether the bytes of the CA and of the certificate are those still that wh_client_init() has hashed. If
 * they are not, the client offers a session that is tied to the old ones, and refuses its next handshake in
 * full: make another. Hashes them again, which takes about a millisecond on an ESP32. */
bool wh_client_is_intact(const wh_client *client);

/** Frees everything. Its connections must be closed before; may be called twice. */
void wh_client_free(wh_client *client);

#endif
