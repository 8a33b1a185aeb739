/** A certificate authority and server certificates, made on the spot. */
#ifndef TEST_CERTIFICATES_H
#define TEST_CERTIFICATES_H

#include <openssl/x509.h>

typedef struct identity {
    EVP_PKEY *key;
    X509 *certificate;
} identity;

/** A self-signed CA with an ECDSA P-256 key. */
identity make_authority(void);

/** A server certificate for a DNS name or an IP address, valid from `from_s` to
 * `to_s` seconds from now. */
identity make_server_identity(const identity *authority, const char *name, long from_s, long to_s);

void free_identity(identity *made);

#endif
