#define OPENSSL_SUPPRESS_DEPRECATED /* RAND_set_rand_method has no successor as short */

#include "repeatable_openssl.h"

#include <time.h>

#include <openssl/rand.h>

#include "fuzz_platform.h"

/* OpenSSL asks for the time here: in certificates, sessions and tickets. */
time_t time(time_t *out) /* NOLINT(readability-inconsistent-declaration-parameter-name) */
{
    const wh_platform *platform = wh_platform_get();
    time_t now = platform != NULL ? platform->wall_s(platform->ctx) : 0;
    if (out != NULL) {
        *out = now;
    }
    return now;
}

static uint64_t openssl_state;

static int openssl_random(unsigned char *out, int size)
{
    for (int i = 0; i < size; i++) {
        openssl_state = openssl_state * 6364136223846793005u + 1442695040888963407u;
        out[i] = (unsigned char)(openssl_state >> 56);
    }
    return 1;
}

static int openssl_is_ready(void)
{
    return 1;
}

static const RAND_METHOD repeatable = {
    .bytes = openssl_random,
    .pseudorand = openssl_random,
    .status = openssl_is_ready,
};

void repeatable_openssl(uint64_t seed)
{
    fuzz_require(RAND_set_rand_method(&repeatable) == 1, "OpenSSL takes our random bytes");
    openssl_state = seed;
}
