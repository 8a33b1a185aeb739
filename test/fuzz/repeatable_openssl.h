/** OpenSSL whose random bytes repeat, by the platform's wall clock, so that a server makes the same each
 * time. */
#ifndef REPEATABLE_OPENSSL_H
#define REPEATABLE_OPENSSL_H

#include <stdint.h>

/** From now on OpenSSL's random bytes are those that follow this seed. */
void repeatable_openssl(uint64_t seed);

#endif
