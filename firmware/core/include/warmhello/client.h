/** @file
 * A configured TLS client: whom to connect to and whom to trust.
 *
 * Made once per wake and used for each connect, by the device whose platform is in use then
 * (platform.h). It owns wolfSSL's context and the binding of every session that its
 * connections make.
 */
#ifndef WARMHELLO_CLIENT_H
#define WARMHELLO_CLIENT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"
#include "warmhello/host.h"
#include "warmhello/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

struct WOLFSSL_CTX;

/** The longest list of application protocols, in bytes. */
#define WH_ALPN_MAX 63

/** The longest identity of a pre-shared key, in bytes. */
#define WH_PSK_IDENTITY_MAX 64

/** How long to wait for a ticket after the last byte unless set otherwise, in milliseconds: as long as a full
 * handshake takes longer than a resumed one, this at most; and so long while that has not been measured,
 * which is about a round trip on a slow line. */
#define WH_TICKET_WAIT_MOST_MS 1000
#define WH_TICKET_WAIT_DEFAULT_MS 250

/** Do not wait. */
#define WH_TICKET_WAIT_NONE UINT32_MAX

/** How many losses of power a session may outlive unless set otherwise, and not a second one. */
#define WH_TRUST_DEFAULT 20
#define WH_TRUST_NONE UINT32_MAX

/** The strict profile offers no session whose full handshake was longer ago, in seconds. */
#define WH_STRICT_AGE_MAX_S 86400u

/** The longest advice to leave a failing server alone, in seconds, unless set otherwise; it is drawn from the
 * second half of that. */
#define WH_BACKOFF_MAX_DEFAULT_S 3600

/** Whether a ticket of TLS 1.3 may be offered again: as the profile has it, which is when not renewed in the
 * frugal one and never in the others, or as is said. */
typedef enum wh_reuse { WH_REUSE_BY_PROFILE, WH_REUSE_WHEN_NOT_RENEWED, WH_REUSE_NEVER } wh_reuse;

/** What a client is to be careful with. A profile sets the defaults of other settings; one that is set beside
 * it holds, or is refused where the strict profile forbids it.
 *
 * Balanced: sessions of TLS 1.2 and 1.3, the latter with a new key exchange in each connection (psk_dhe_ke,
 * RFC 8446 4.2.9). Strict: TLS 1.3 alone, no session whose full handshake was more than a day ago or at an
 * unknown time, no early data. Frugal: a session of TLS 1.3 is offered without a key exchange (psk_ke) until
 * the server refuses that, which gives up forward secrecy, and goes out again when the server gives no other.
 */
typedef enum wh_profile { WH_PROFILE_BALANCED, WH_PROFILE_STRICT, WH_PROFILE_FRUGAL } wh_profile;

/** Members of a configuration, by the kinds of client.def. */
#define WH_MEMBER_text(name) const char *name;
#define WH_MEMBER_file(name)                                                                                 \
    const uint8_t *name;                                                                                     \
    size_t name##_size;
#define WH_MEMBER_secret WH_MEMBER_file
#define WH_MEMBER_flag(name) bool name;
#define WH_MEMBER_inverse(name) bool name;
#define WH_MEMBER_version(name) wh_protocol name;
#define WH_MEMBER_reuse(name) wh_reuse name;
#define WH_MEMBER_profile(name) wh_profile name;
#define WH_MEMBER_u16(name) uint16_t name;
#define WH_MEMBER_u32(name) uint32_t name;
#define WH_MEMBER_u32_or_none(name) uint32_t name;

/** When to offer the stored session: the rows WH_POLICY_SETTING of client.def, with their meanings. */
typedef struct wh_policy {
#define WH_POLICY_SETTING(kind, name, ...) WH_MEMBER_##kind(name)
#include "warmhello/client.def"
} wh_policy;

/** Whom to connect to, whom to trust, and how: the rows WH_CLIENT_SETTING of client.def, with their meanings.
 * Zeros are the defaults; host and port must be given, and a CA or a pre-shared key. With the key alone
 * (`ca` is NULL) no certificate opens a connection, whoever signed it, and none is asked for in TLS 1.2. */
typedef struct wh_client_config {
#define WH_CLIENT_SETTING(kind, name, ...) WH_MEMBER_##kind(name)
#define WH_POLICY_SETTING(...)
#include "warmhello/client.def"
    wh_policy policy;
    /** Takes a server of any name that the CA vouches for, and sends no name (SNI): whoever has a certificate
     * of that CA may then be the server. No file and no option sets it, only a program. */
    bool any_name;
} wh_client_config;

/* Of each file, as WH_MEMBER_file has it. */
static_assert(offsetof(wh_client_config, ca_size) == offsetof(wh_client_config, ca) + sizeof(void *),
              "a size follows its pointer");

/** Bytes of a SHA-256. */
#define WH_DIGEST_SIZE 32

/** What a session is tied to: a SHA-256 over everything that the full handshake depended on. */
typedef struct wh_binding {
    uint8_t digest[WH_DIGEST_SIZE];
} wh_binding;

/** Whether a failure may be the server's answer to the pre-shared key, or is: it has said so by an alert. */
typedef enum wh_psk_suspect { WH_PSK_CLEAR, WH_PSK_DOUBTED, WH_PSK_REFUSED } wh_psk_suspect;

/** One CA of the file, as the core keeps it. */
typedef struct wh_ca wh_ca;
struct Signer;

/** The fields are private. */
typedef struct wh_client {
    struct WOLFSSL_CTX *ctx;
    /** Of the device that it belongs to. */
    const struct wh_platform *platform;
    wh_binding binding;
    /** As given, but with the profile's defaults filled in, and without the three texts, which are below. */
    wh_client_config config;
    wh_host host;
    char alpn[WH_ALPN_MAX + 1];
    char psk_identity[WH_PSK_IDENTITY_MAX + 1];
    /** All cipher suites that may be offered, two bytes each, but for those with a pre-shared key. */
    const char *suites;
    bool has_certificate;
    bool fallback;
    /** So the server did, when those with SHA-256 alone were offered; until it is known for later connects.
     */
    bool refused_sha256;
    /** The attempt before this one had the pre-shared key in its hello and failed. */
    wh_psk_suspect psk_suspect;
    uint32_t suspect;
    /** By which sessions are tied to two of the caller's files, and to the pre-shared key; zeros without. */
    uint8_t ca_digest[WH_DIGEST_SIZE];
    uint8_t certificate_digest[WH_DIGEST_SIZE];
    uint8_t psk_digest[WH_DIGEST_SIZE];
    /** Those of the CA file, once a full handshake has read it; of a bundle, those in use. */
    wh_ca *cas;
    uint16_t ca_count;
    /** How many CAs the bundle has, if that is what the file was found to be. */
    uint16_t bundled;
    struct Signer *namesakes;
} wh_client;

/** Sets the client up. The configuration is copied, but for the bytes of the CA, the certificate, its key and
 * the pre-shared key: these are hashed here, so that a session stays tied to them, and are read by the first
 * handshake that makes a full handshake. What is wrong with them is then the error of that connection.
 *
 * WH_USAGE_HOST. WH_USAGE_ARGUMENT: port 0, versions out of order, a certificate without key or the reverse,
 * a pre-shared key without identity or the reverse or of another size than client.def says, or one of them
 * beside sessions without extended master secret; with the strict profile, TLS 1.2, sessions of over a day,
 * trust after a loss of power, early data. WH_USAGE_CA: there is none. WH_USAGE_ALPN: as errors.def says.
 * WH_PLATFORM_MEMORY. After an error the client is empty and need not be freed. */
WH_MUST_CHECK int wh_client_init(wh_client *client, const wh_client_config *config);

/** Whether a pre-shared key of so many bytes and its identity are of a size that client.def allows. */
bool wh_client_psk_fits(const char *identity, size_t key_size);

/** Whether a client made of one would do for the other: texts are compared, of files only where they lie and
 * how long they are, since wh_client_is_intact() tells of the rest. */
bool wh_client_config_equal(const wh_client_config *a, const wh_client_config *b);

/** Reads everything of a configuration at once, for tools, and before a device stores it: the errors of
 * wh_client_init(), and those that a connection by a full handshake would end in: WH_USAGE_CA,
 * WH_USAGE_CERTIFICATE, WH_USAGE_KEY, WH_USAGE_KEY_ENCRYPTED, WH_USAGE_KEY_MISMATCH. Dates are not looked at.
 * Nothing of it is kept. */
WH_MUST_CHECK int wh_client_check(const wh_client_config *config);

/** Whether the bytes of the CA, of the certificate and of the pre-shared key are those still that
 * wh_client_init() has hashed. If they are not, the client offers a session that is tied to the old ones, and
 * refuses its next handshake in full: make another. Hashes them again, which takes about a millisecond on an
 * ESP32, of a certificate bundle two. */
bool wh_client_is_intact(const wh_client *client);

/** Frees everything. Its connections must be closed before; may be called twice. */
void wh_client_free(wh_client *client);

#ifdef __cplusplus
}
#endif

#endif
