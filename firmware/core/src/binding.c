#include "warmhello/binding.h"

#include <string.h>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/hash.h>
#include <wolfssl/wolfcrypt/sha256.h>

#include "bytes.h"

int wh_digest(const uint8_t *bytes, size_t size, uint8_t out[WH_DIGEST_SIZE])
{
    return wc_Sha256Hash(bytes, (word32)size, out) == 0 ? WH_OK : WH_PLATFORM_MEMORY;
}

/* Every field has its length in front, so no two inputs hash the same bytes. Each
 * function returns 0 or wolfCrypt's error. */
static int hash_bytes(wc_Sha256 *sha, const uint8_t *bytes, size_t size)
{
    uint8_t length[4];
    wh_put_le(length, size, sizeof length);
    int failed = wc_Sha256Update(sha, length, sizeof length);
    return failed | wc_Sha256Update(sha, bytes, (word32)size);
}

static int hash_text(wc_Sha256 *sha, const char *text)
{
    return hash_bytes(sha, (const uint8_t *)text, strlen(text));
}

static int hash_number(wc_Sha256 *sha, uint64_t number)
{
    uint8_t bytes[8];
    wh_put_le(bytes, number, sizeof bytes);
    return hash_bytes(sha, bytes, sizeof bytes);
}

static int hash_input(wc_Sha256 *sha, const wh_binding_input *input)
{
    int failed = hash_number(sha, wh_wolfssl_build());
    failed |= hash_text(sha, input->host);
    failed |= hash_number(sha, input->port);
    failed |= hash_text(sha, input->sni);
    failed |= hash_text(sha, input->alpn);
    failed |= hash_text(sha, input->ciphers);
    failed |= hash_number(sha, input->group_count);
    for (size_t i = 0; i < input->group_count; i++) {
        failed |= hash_number(sha, (uint64_t)input->groups[i]);
    }
    failed |= hash_bytes(sha, input->ca_digest, WH_DIGEST_SIZE);
    failed |= hash_bytes(sha, input->certificate_digest, WH_DIGEST_SIZE);
    failed |= hash_number(sha, input->verify_mode);
    failed |= hash_number(sha, (uint64_t)input->min_version);
    failed |= hash_number(sha, (uint64_t)input->max_version);
    failed |= hash_number(sha, input->tickets);
    failed |= hash_number(sha, input->extended_master_secret);
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

uint32_t wh_binding_tag(const wh_binding *binding)
{
    uint32_t tag = 0;
    memcpy(&tag, binding->digest, sizeof tag);
    return tag;
}
