/** ESP-IDF's certificate bundle, made of certificates as its document says. */
#ifndef TEST_MAKE_BUNDLE_H
#define TEST_MAKE_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

/** That of ESP-IDF up to 5.3, and that since 5.4. */
typedef enum bundle_format { BUNDLE_OLD, BUNDLE_NEW } bundle_format;

/** Of certificates sorted by their names. To be freed with free(). */
uint8_t *make_bundle(bundle_format format, X509 *const *certificates, size_t count, size_t *size);

#endif
