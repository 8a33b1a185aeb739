/* Certificates and keys into a wolfSSL context, with an error of its own for each way in
 * which a file can be wrong. Private. */
#ifndef WH_IDENTITY_H
#define WH_IDENTITY_H

#include "pem.h"
#include "warmhello/client.h"

/* Trusts the certificates in `ca`, PEM. WH_USAGE_CA, WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_identity_use_ca(wh_client *client, const uint8_t *ca, size_t ca_size);

/* Left aside, if another certificate of the file serves: this build cannot verify with its key, or wolfSSL
 * refuses something else of it. */
enum { WH_IDENTITY_NO_USE = 1 };

/* One certificate of a CA file. WH_OK if it is trusted, the above, or an error as of the whole file.
 */
WH_MUST_CHECK int wh_identity_trust_block(wh_client *client, const wh_pem_block *block);

/* Presents the certificates of a file, the device's own first. WH_USAGE_CERTIFICATE, WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_identity_use_certificate(struct WOLFSSL_CTX *ctx, wh_pem_text file);

/* And the key for it. WH_USAGE_KEY, WH_USAGE_KEY_ENCRYPTED, WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_identity_use_key(struct WOLFSSL_CTX *ctx, wh_pem_text file);

/* Both from the configuration. As above, and WH_USAGE_KEY_MISMATCH. */
WH_MUST_CHECK int wh_identity_use_own(struct WOLFSSL_CTX *ctx, const wh_client_config *config);

#endif
