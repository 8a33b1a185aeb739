#include "identity.h"

#include <string.h>

#include <wolfssl/internal.h>
#include <wolfssl/ssl.h>

#include "memory_ran_out.h"
#include "trust.h"

/* wolfSSL reports a failed allocation as a file that it cannot read. */
static int checked(int loaded, int error)
{
    if (loaded == WOLFSSL_SUCCESS) {
        return WH_OK;
    }
    return wh_memory_ran_out() ? WH_PLATFORM_MEMORY : error;
}

int wh_identity_use_ca(wh_client *client, const uint8_t *ca, size_t ca_size)
{
    size_t at = 0;
    int result = WH_USAGE_CA;
    while (ca != NULL && at < ca_size) {
        DerBuffer *der = NULL;
        EncryptedInfo info = {0};
        if (PemToDer(ca + at, (long)(ca_size - at), CA_TYPE, &der, NULL, &info, NULL) != 0) {
            return wh_memory_ran_out() ? WH_PLATFORM_MEMORY : result;
        }
        result = wh_trust_add(client, der->buffer, der->length);
        FreeDer(&der);
        at += (size_t)info.consumed;
        if (result != WH_OK) {
            break;
        }
    }
    return result;
}

static bool contains(const uint8_t *bytes, size_t size, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(bytes + i, text, length) == 0) {
            return true;
        }
    }
    return false;
}

/* By the headers of a locked key (RFC 7468 11, RFC 1421 4.6.1.1): their blank and comma are not
 * among the characters of a key. */
static bool is_encrypted(const uint8_t *key, size_t size)
{
    return contains(key, size, "BEGIN ENCRYPTED") || contains(key, size, "4,ENCRYPTED");
}

int wh_identity_use_own(WOLFSSL_CTX *ctx, const wh_client_config *config)
{
    int result = checked(
        wolfSSL_CTX_use_certificate_chain_buffer(ctx, config->certificate, (long)config->certificate_size),
        WH_USAGE_CERTIFICATE);
    if (result != WH_OK) {
        return result;
    }
    if (is_encrypted(config->key, config->key_size)) {
        return WH_USAGE_KEY_ENCRYPTED;
    }
    result = checked(
        wolfSSL_CTX_use_PrivateKey_buffer(ctx, config->key, (long)config->key_size, WOLFSSL_FILETYPE_PEM),
        WH_USAGE_KEY);
    if (result != WH_OK) {
        return result;
    }
    return checked(wolfSSL_CTX_check_private_key(ctx), WH_USAGE_KEY_MISMATCH);
}
