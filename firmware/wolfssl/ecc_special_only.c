/* wolfSSL's wolfcrypt/src/ecc.c without its code for curves in general. The two curves that
 * user_settings.h has, P-256 and P-384, both have code of their own (sp_c32.c), so the general one
 * is never reached; wolfSSL leaves it out only together with the general part of RSA, which is
 * needed.
 */
#include <wolfssl/wolfcrypt/libwolfssl_sources.h>

#include <wolfssl/wolfcrypt/ecc.h>
#include <wolfssl/wolfcrypt/sp.h>

#define WOLFSSL_SP_MATH

#include <wolfcrypt/src/ecc.c> /* NOLINT(bugprone-suspicious-include) */
