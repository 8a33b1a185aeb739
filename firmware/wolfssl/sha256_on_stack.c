/* wolfSSL's wolfcrypt/src/sha256.c, which with WOLFSSL_SMALL_STACK allocates, wipes and frees 256 bytes for
 * each block.
 */
#include <wolfssl/wolfcrypt/libwolfssl_sources.h>

#undef WOLFSSL_SMALL_STACK
#ifdef WH_WOLFSSL_FAST
#define SHA256_MANY_REGISTERS /* a tenth less, for 4.6 KB */
#endif

#include <wolfcrypt/src/sha256.c> /* NOLINT(bugprone-suspicious-include) */
