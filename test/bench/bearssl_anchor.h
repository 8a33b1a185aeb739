/** A CA certificate as BearSSL wants it. */
#ifndef BENCH_BEARSSL_ANCHOR_H
#define BENCH_BEARSSL_ANCHOR_H

#include <stdbool.h>
#include <stddef.h>

#include <bearssl.h>

/** Reads one certificate with an EC key from PEM. What `out` points to is static.
 * False if there is none. */
bool bearssl_anchor_read(const unsigned char *pem, size_t size, br_x509_trust_anchor *out);

#endif
