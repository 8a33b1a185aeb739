/* What is to be known of the cipher suites in warmhello/suites.def. Private. */
#ifndef WH_SUITES_H
#define WH_SUITES_H

#include <stdbool.h>
#include <stdint.h>

/* Whether it hashes by SHA-384, not by SHA-256; the second byte of its number will do. SHA-384 takes a 32-bit
 * processor more than twice as long for the same bytes. */
static inline bool wh_suite_has_sha384(unsigned suite)
{
    return (suite & 0x81) == 0; /* 0x1302, 0xc02c, 0xc030: test_suites.c looks at all */
}

#endif
