/* wolfSSL's wolfcrypt/src/random.c without the known answers of its generator. It would compute them each
 * time that a generator is made, as FIPS 140 asks at start-up: at each connection, which is each wake, for a
 * quarter of all instructions of a resumed TLS 1.2 handshake. What goes into the generator is tested as
 * before (wc_RNG_TestSeed), and that it computes what it should is for a test to find
 * (test/c/test_platform.c).
 *
 * wc_RNG_HealthTestLocal(rng, 0, ...) and (rng, 1, ...) are the calls; where it is declared and defined, the
 * second argument is `int reseed`.
 */
#include <wolfssl/wolfcrypt/libwolfssl_sources.h>

#include <wolfssl/wolfcrypt/random.h>

/* NOLINTNEXTLINE(readability-identifier-naming) */
#define wc_RNG_HealthTestLocal(rng, reseed, heap, device) WH_SELF_TEST_##reseed(rng, heap, device)
#define WH_SELF_TEST_0(rng, heap, device) 0
#define WH_SELF_TEST_1(rng, heap, device) 0
#define WH_SELF_TEST_int

#include <wolfcrypt/src/random.c> /* NOLINT(bugprone-suspicious-include) */
