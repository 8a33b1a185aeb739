#include "warmhello/binding.h"

#include <string.h>

#include <wolfssl/ssl.h>
#include <wolfssl/version.h>
#include <wolfssl/wolfcrypt/hash.h>
#include <wolfssl/wolfcrypt/sha256.h>

#include "bytes.h"

int wh_digest(const uint8_t *bytes, size_t size, uint8_t out[WH_DIGEST_SIZE])
{
    return wc_Sha256Hash(bytes, (word32)size, out) == 0 ? WH_OK : WH_PLATFORM_MEMORY;
}

/* Every field has a fixed length or its length in front, so no two inputs hash
 * the same bytes. */
static int hash_input(wc_Sha256 *sha, const wh_binding_input *input)
{
    size_t host_size = strlen(input->host);
    uint8_t head[2 + 4 + 2];
    wh_put_le(head, host_size, 2);
    wh_put_le(head + 2, LIBWOLFSSL_VERSION_HEX, 4);
    wh_put_le(head + 6, input->port, 2);
    uint8_t flags[3] = {(uint8_t)input->min_version, (uint8_t)input->max_version, input->tickets};

    int failed = wc_Sha256Update(sha, head, sizeof head);
    failed |= wc_Sha256Update(sha, (const byte *)input->host, (word32)host_size);
    failed |= wc_Sha256Update(sha, input->ca_digest, WH_DIGEST_SIZE);
    failed |= wc_Sha256Update(sha, flags, sizeof flags);
    return failed;
}

int wh_binding_compute(const wh_binding_input *input, wh_binding *out)
{
    wc_Sha256 sha;
    if (wc_InitSha256(&sha) != 0) {
        return WH_PLATFORM_MEMORY;
    }
    int failed = hash_input(&sha, input);
    failed |= wc_Sha256Final(&sha, out->digest);
    wc_Sha256Free(&sha);
    return failed == 0 ? WH_OK : WH_PLATFORM_MEMORY;
}

bool wh_binding_equal(const wh_binding *a, const wh_binding *b)
{
    return memcmp(a->digest, b->digest, WH_DIGEST_SIZE) == 0;
}
