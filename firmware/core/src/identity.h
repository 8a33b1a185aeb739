/* Certificates and keys as wolfSSL takes them, with an error of its own for each way in which a file can
 * be wrong. CAs go into the client's context, what the device presents into a connection. Private. */
#ifndef WH_IDENTITY_H
#define WH_IDENTITY_H

#include "binding.h"
#include "pem.h"
#include "warmhello/client.h"

struct WOLFSSL;

/* Trusts the certificates in `ca`, or the client's own file if that is a bundle (bundle.h). WH_USAGE_CA,
 * WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_identity_use_ca(wh_client *client, const uint8_t *ca, size_t ca_size);

/* Left aside, if another certificate of the file serves: this build cannot verify with its key, or wolfSSL
 * refuses something else of it. */
enum { WH_IDENTITY_NO_USE = 1 };

/* One certificate of a CA file. WH_OK if it is trusted, the above, or an error as of the whole file.
 */
WH_MUST_CHECK int wh_identity_trust_block(wh_client *client, const wh_pem_block *block);

/* More than an image of provisioning holds. */
enum { WH_LARGE_FILE = 8192 };

/* Of a large file, in place of SHA-256, which for ESP-IDF's bundle would take as long as a resumption in each
 * wake (docs/SECURITY.md). WH_OK. */
WH_MUST_CHECK int wh_identity_checksum(wh_pem_text file, uint8_t digest[WH_DIGEST_SIZE]);

/* What tells one file from another. WH_PLATFORM_MEMORY. */
WH_MUST_CHECK static inline int wh_identity_digest(wh_pem_text file, uint8_t digest[WH_DIGEST_SIZE])
{
    return WH_TAKES_DER && file.size > WH_LARGE_FILE ? wh_identity_checksum(file, digest)
                                                     : wh_digest(file.at, file.size, digest);
}

/* Whether a file is the one that the client's sessions are tied to, still: its bytes are the caller's. */
bool wh_identity_is_as_bound(wh_pem_text file, const uint8_t digest[WH_DIGEST_SIZE]);

/* The client's own file, unless it has been read before. WH_USAGE_CA: as above, or its bytes are not those
 * any more that the client was made with. WH_PEER_PSK: there is none, and the pre-shared key is all that
 * counts. WH_PLATFORM_MEMORY. After an error no CA is trusted. */
WH_MUST_CHECK int wh_identity_trust(wh_client *client);

/* Presents the certificates of a file, the device's own first. WH_USAGE_CERTIFICATE, WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_identity_use_certificate(struct WOLFSSL *ssl, wh_pem_text file);

/* And the key for it. WH_USAGE_KEY, WH_USAGE_KEY_ENCRYPTED, WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_identity_use_key(struct WOLFSSL *ssl, wh_pem_text file);

/* Both of the client's. As above, and WH_USAGE_CERTIFICATE if its bytes are not those any more that the
 * client was made with. That the key belongs to the certificate is not looked at, which takes more than
 * a third of what a handshake takes. */
WH_MUST_CHECK int wh_identity_present(struct WOLFSSL *ssl, const wh_client *client);

/* Whether the key that is presented belongs to the certificate. WH_USAGE_KEY_MISMATCH,
 * WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_identity_match(const struct WOLFSSL *ssl);

/* All of this on a connection that is never made, for tools. */
WH_MUST_CHECK int wh_identity_check(const wh_client *client);

#endif
