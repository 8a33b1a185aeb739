#include "binding.h"

#include <string.h>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/hash.h>
#include <wolfssl/wolfcrypt/sha256.h>

#include "little_endian.h"

int wh_digest(const uint8_t *bytes, size_t size, uint8_t out[WH_DIGEST_SIZE])
{
    return wc_Sha256Hash(bytes, (word32)size, out) == 0 ? WH_OK : WH_PLATFORM_MEMORY;
}

/* A hash under way. */
typedef struct hashing {
    wc_Sha256 sha;
    int failed;
} hashing;

static int hash_end(hashing *h, uint8_t out[WH_DIGEST_SIZE])
{
    h->failed |= wc_Sha256Final(&h->sha, out);
    wc_Sha256Free(&h->sha);
    return h->failed == 0 ? WH_OK : WH_PLATFORM_MEMORY;
}

/* Every field has its length in front, so no two inputs hash the same bytes. Numbers are
 * little-endian. */
static void hash_bytes(hashing *h, const void *bytes, uint32_t size)
{
    h->failed |= wc_Sha256Update(&h->sha, (const byte *)&size, sizeof size);
    h->failed |= wc_Sha256Update(&h->sha, bytes, size);
}

int wh_digest_of_two(const uint8_t *first, size_t first_size, const uint8_t *second, size_t second_size,
                     uint8_t out[WH_DIGEST_SIZE])
{
    hashing h = {.failed = 0};
    if (wc_InitSha256(&h.sha) != 0) {
        return WH_PLATFORM_MEMORY;
    }
    h.failed |= wc_Sha256Update(&h.sha, first, (word32)first_size);
    h.failed |= wc_Sha256Update(&h.sha, second, (word32)second_size);
    return hash_end(&h, out);
}

static void hash_text(hashing *h, const char *text)
{
    hash_bytes(h, text, (uint32_t)strlen(text));
}

static void hash_number(hashing *h, uint32_t number)
{
    const uint32_t wide[2] = {number, 0};
    hash_bytes(h, wide, sizeof wide);
}

static void hash_input(hashing *h, const wh_binding_input *input)
{
    uint64_t build = wh_wolfssl_build();
    hash_bytes(h, &build, sizeof build);
    hash_text(h, input->host);
    hash_number(h, input->port);
    hash_text(h, input->sni);
    hash_text(h, input->alpn);
    hash_text(h, input->ciphers);
    hash_number(h, (uint32_t)input->group_count);
    for (size_t i = 0; i < input->group_count; i++) {
        hash_number(h, (uint32_t)input->groups[i]);
    }
    hash_bytes(h, input->ca_digest, WH_DIGEST_SIZE);
    hash_bytes(h, input->certificate_digest, WH_DIGEST_SIZE);
    hash_bytes(h, input->psk_digest, WH_DIGEST_SIZE);
    hash_number(h, input->verify_mode);
    hash_number(h, (uint32_t)input->min_version);
    hash_number(h, (uint32_t)input->max_version);
    hash_number(h, input->tickets);
    hash_number(h, input->extended_master_secret);
}

int wh_binding_compute(const wh_binding_input *input, wh_binding *out)
{
    hashing h = {.failed = 0};
    if (wc_InitSha256(&h.sha) != 0) {
        return WH_PLATFORM_MEMORY;
    }
    hash_input(&h, input);
    return hash_end(&h, out->digest);
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
