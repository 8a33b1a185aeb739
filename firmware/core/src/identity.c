#include "identity.h"

#include <string.h>

#include <wolfssl/internal.h>
#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/asn.h>

#include "blocks.h"
#include "certificate_key.h"
#include "external_psk.h"
#include "memory_ran_out.h"
#include "opened.h"
#include "trust.h"
#include "wipe.h"

/* wolfSSL reports a failed allocation as a file that it cannot read. */
static int checked(int loaded, int error)
{
    if (loaded == WOLFSSL_SUCCESS) {
        return WH_OK;
    }
    return wh_memory_ran_out() ? WH_PLATFORM_MEMORY : error;
}

static int trust(wh_client *client, wh_der certificate)
{
    if (!wh_certificate_is_whole(&certificate)) {
        return WH_USAGE_CA;
    }
    int result = wh_trust_add(client, certificate.at, certificate.size);
    return result == WH_USAGE_CA ? WH_IDENTITY_NO_USE : result;
}

/* To be freed; NULL for want of memory. */
static uint8_t *contents_of(const wh_pem_block *block)
{
    uint8_t *der = XMALLOC(block->der_size, NULL, DYNAMIC_TYPE_TMP_BUFFER);
    if (der != NULL) {
        wh_pem_decode(block, der);
    }
    return der;
}

int wh_identity_trust_block(wh_client *client, const wh_pem_block *block)
{
    uint8_t *der = contents_of(block);
    if (der == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    int result = trust(client, (wh_der){der, block->der_size});
    XFREE(der, NULL, DYNAMIC_TYPE_TMP_BUFFER);
    return result;
}

/* Each certificate by itself: of several that the build cannot use, one that it can is enough. */
int wh_identity_use_ca(wh_client *client, const uint8_t *ca, size_t ca_size)
{
    wh_pem_text file = {ca, ca != NULL ? ca_size : 0};
    wh_pem_block block = {0};
    wh_pem_result read = WH_PEM_END;
    while ((read = wh_block_next(file, &block)) == WH_PEM_BLOCK) {
        if (!wh_pem_is_certificate(&block)) {
            continue; /* keys, revocation lists: OpenSSL leaves them aside as well */
        }
        int result = wh_identity_trust_block(client, &block);
        if (result < 0) {
            return result;
        }
    }
    bool any = client->ca_count > 0 || (WH_TAKES_DER && block.number == 0 && wh_trust_use_bundle(client));
    return any && read == WH_PEM_END ? WH_OK : WH_USAGE_CA;
}

/* The certificates of a file behind each other, as wolfSSL takes a chain. Returns their size. */
static size_t decode_chain(wh_pem_text file, uint8_t *out)
{
    wh_pem_block block = {0};
    size_t size = 0;
    while (wh_block_next(file, &block) == WH_PEM_BLOCK) {
        if (wh_pem_is_certificate(&block)) {
            wh_pem_decode(&block, out + size);
            wh_der certificate = {out + size, block.der_size};
            if (!wh_certificate_is_whole(&certificate)) {
                return 0;
            }
            size += certificate.size;
        }
    }
    return size;
}

enum { WORD = 4 };

/* FNV-1a of 64 bits, over words: files that differ in one word alone differ in this. */
int wh_identity_checksum(wh_pem_text file, uint8_t digest[WH_DIGEST_SIZE])
{
    uint64_t sum = 0xcbf29ce484222325;
    const uint8_t *at = file.at;
    const uint8_t *end = at + file.size;
    for (; end - at >= WORD; at += WORD) {
        sum ^= (uint32_t)(at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24);
        sum *= 0x100000001b3;
    }
    for (; at < end; at++) {
        sum = (sum ^ *at) * 0x100000001b3;
    }
    memset(digest, 0, WH_DIGEST_SIZE);
    memcpy(digest, &sum, sizeof sum);
    memcpy(digest + sizeof sum, &file.size, sizeof file.size);
    return WH_OK;
}

bool wh_identity_is_as_bound(wh_pem_text file, const uint8_t digest[WH_DIGEST_SIZE])
{
    uint8_t now[WH_DIGEST_SIZE];
    return wh_identity_digest(file, now) == WH_OK && memcmp(now, digest, sizeof now) == 0;
}

int wh_identity_trust(wh_client *client)
{
    if (wh_trust_any(client)) {
        return WH_OK;
    }
    if (wh_external_psk_is_alone(client)) {
        return WH_PEER_PSK; /* the server goes by certificate */
    }
    if (!wh_identity_is_as_bound((wh_pem_text){client->config.ca, client->config.ca_size},
                                 client->ca_digest)) {
        return WH_USAGE_CA;
    }
    int result = wh_identity_use_ca(client, client->config.ca, client->config.ca_size);
    if (result != WH_OK) {
        (void)wolfSSL_CertManagerUnloadCAs(client->ctx->cm);
        wh_trust_free(client);
    }
    return result;
}

int wh_identity_use_certificate(WOLFSSL *ssl, wh_pem_text file)
{
    wh_pem_block block = {0};
    wh_pem_result read = WH_PEM_END;
    size_t room = 0;
    while ((read = wh_block_next(file, &block)) == WH_PEM_BLOCK) {
        room += wh_pem_is_certificate(&block) ? block.der_size : 0;
    }
    if (read == WH_PEM_DAMAGED || room == 0) {
        return WH_USAGE_CERTIFICATE;
    }
    uint8_t *chain = XMALLOC(room, NULL, DYNAMIC_TYPE_TMP_BUFFER);
    if (chain == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    size_t size = decode_chain(file, chain);
    int result = WH_USAGE_CERTIFICATE;
    if (size > 0) {
        int loaded =
            wolfSSL_use_certificate_chain_buffer_format(ssl, chain, (long)size, WOLFSSL_FILETYPE_ASN1);
        result = checked(loaded, WH_USAGE_CERTIFICATE);
    }
    XFREE(chain, NULL, DYNAMIC_TYPE_TMP_BUFFER);
    return result;
}

/* The first key of the file, which may hold certificates or a curve's parameters as well, damaged or not:
 * OpenSSL passes over them too. */
int wh_identity_use_key(WOLFSSL *ssl, wh_pem_text file)
{
    wh_pem_block block = {0};
    wh_pem_result read = WH_PEM_END;
    do {
        read = wh_block_next(file, &block);
    } while (read != WH_PEM_END && !wh_pem_is_key(&block));
    if (read != WH_PEM_BLOCK) {
        return WH_USAGE_KEY;
    }
    if (wh_pem_is_locked(&block)) {
        return WH_USAGE_KEY_ENCRYPTED;
    }
    uint8_t *der = contents_of(&block);
    if (der == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    int result = checked(wolfSSL_use_PrivateKey_buffer(ssl, der, (long)block.der_size, WOLFSSL_FILETYPE_ASN1),
                         WH_USAGE_KEY);
    wh_wipe(der, block.der_size);
    XFREE(der, NULL, DYNAMIC_TYPE_TMP_BUFFER);
    return result;
}

int wh_identity_present(WOLFSSL *ssl, const wh_client *client)
{
    wh_pem_text certificate = {client->config.certificate, client->config.certificate_size};
    if (!wh_identity_is_as_bound(certificate, client->certificate_digest)) {
        return WH_USAGE_CERTIFICATE;
    }
    int result = wh_identity_use_certificate(ssl, certificate);
    return result == WH_OK
               ? wh_identity_use_key(ssl, (wh_pem_text){client->config.key, client->config.key_size})
               : result;
}

int wh_identity_match(const WOLFSSL *ssl)
{
    const DerBuffer *own = ssl->buffers.certificate;
    const DerBuffer *key = ssl->buffers.key;
    DecodedCert *certificate = wh_allocate(sizeof *certificate);
    if (certificate == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    InitDecodedCert(certificate, own->buffer, own->length, NULL);
    int matches = ParseCertRelative(certificate, CERT_TYPE, NO_VERIFY, NULL, NULL) == 0
                      ? wc_CheckPrivateKeyCert(key->buffer, key->length, certificate, 0, NULL)
                      : 0;
    FreeDecodedCert(certificate);
    wh_release(certificate, sizeof *certificate);
    return checked(matches, WH_USAGE_KEY_MISMATCH);
}

int wh_identity_check(const wh_client *client)
{
    WOLFSSL *ssl = wolfSSL_new(client->ctx);
    if (ssl == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    int result = wh_identity_present(ssl, client);
    if (result == WH_OK) {
        result = wh_identity_match(ssl);
    }
    wolfSSL_free(ssl);
    return result;
}
