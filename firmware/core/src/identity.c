#include "identity.h"

#include <string.h>

#include <wolfssl/ssl.h>

#include "memory_ran_out.h"

/* wolfSSL reports a failed allocation as a file that it cannot read. */
static int checked(int loaded, int error)
{
    if (loaded == WOLFSSL_SUCCESS) {
        return WH_OK;
    }
    return wh_memory_ran_out() ? WH_PLATFORM_MEMORY : error;
}

int wh_identity_use_ca(WOLFSSL_CTX *ctx, const uint8_t *ca, size_t ca_size)
{
    return checked(wolfSSL_CTX_load_verify_buffer(ctx, ca, (long)ca_size, WOLFSSL_FILETYPE_PEM), WH_USAGE_CA);
}

/* "BEGIN ENCRYPTED PRIVATE KEY" (RFC 7468 11) and "Proc-Type: 4,ENCRYPTED" (RFC 1421). */
static bool is_encrypted(const uint8_t *key, size_t size)
{
    static const char mark[] = "ENCRYPTED";
    for (size_t i = 0; i + sizeof mark - 1 <= size; i++) {
        if (memcmp(key + i, mark, sizeof mark - 1) == 0) {
            return true;
        }
    }
    return false;
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
