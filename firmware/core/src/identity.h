/* Certificates and keys into a wolfSSL context, with an error of its own for each way in
 * which a file can be wrong. Private. */
#ifndef WH_IDENTITY_H
#define WH_IDENTITY_H

#include "warmhello/client.h"

/* Trusts the certificates in `ca`, PEM. WH_USAGE_CA, WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_identity_use_ca(wh_client *client, const uint8_t *ca, size_t ca_size);

/* Presents the configuration's certificate with its key. WH_USAGE_CERTIFICATE,
 * WH_USAGE_KEY, WH_USAGE_KEY_ENCRYPTED, WH_USAGE_KEY_MISMATCH, WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_identity_use_own(struct WOLFSSL_CTX *ctx, const wh_client_config *config);

#endif
