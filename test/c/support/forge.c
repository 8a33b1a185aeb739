#include "forge.h"

#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "visit.h"

enum {
    SECRET_SIZE = 32,
    KEY_SIZE = 16,
    IV_SIZE = 12,
    TAG_SIZE = 16,
    HEADER_SIZE = 5,
    PART_MAX = 16384,
    MESSAGE_MAX = 66000
};

static uint8_t secret[SECRET_SIZE];

static void take_secret(const char *line)
{
    static const char wanted[] = "SERVER_TRAFFIC_SECRET_0 ";
    if (strncmp(line, wanted, sizeof wanted - 1) == 0) {
        const char *hex = strrchr(line, ' ') + 1;
        assert_int_equal(strlen(hex), 2 * SECRET_SIZE);
        long size = 0;
        unsigned char *bytes = OPENSSL_hexstr2buf(hex, &size);
        assert_int_equal(size, SECRET_SIZE);
        memcpy(secret, bytes, SECRET_SIZE);
        OPENSSL_free(bytes);
    }
}

void forge_listen(tls_server *server)
{
    server_tell_secrets(server, take_secret);
}

/* HKDF-Expand-Label without a context (RFC 8446 7.1). */
static void expand(const char *label, uint8_t *out, size_t size)
{
    uint8_t info[32];
    int length = snprintf((char *)info + 3, sizeof info - 3, "tls13 %s", label);
    info[0] = 0;
    info[1] = (uint8_t)size;
    info[2] = (uint8_t)length;
    info[3 + length] = 0;
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, "SHA256", 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, sizeof secret),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, 4 + (size_t)length),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    assert_int_equal(EVP_KDF_derive(ctx, out, size, params), 1);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}

static size_t put(uint8_t *out, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
    }
    return size;
}

static size_t make_message(const forged_ticket *wanted, uint8_t *out)
{
    enum { NEW_SESSION_TICKET = 4 };
    size_t body = 4 + 4 + 1 + wanted->nonce_size + 2 + wanted->ticket_size + 2;
    assert_true(body + 4 <= MESSAGE_MAX);
    size_t at = put(out, NEW_SESSION_TICKET, 1);
    at += put(out + at, body, 3);
    at += put(out + at, wanted->lifetime_s, 4);
    at += put(out + at, 0x01020304, 4);
    at += put(out + at, wanted->nonce_size, 1);
    memset(out + at, 0x5a, wanted->nonce_size);
    at += wanted->nonce_size;
    at += put(out + at, wanted->ticket_size, 2);
    memset(out + at, 0xa5, wanted->ticket_size);
    at += wanted->ticket_size;
    return at + put(out + at, 0, 2);
}

/* One record, with the type behind its part of the message that the record hides (RFC 8446 5.2). */
static size_t seal_part(const uint8_t *part, size_t size, uint64_t sequence, uint8_t *out)
{
    static const uint8_t handshake = 22;
    uint8_t key[KEY_SIZE];
    uint8_t iv[IV_SIZE];
    size_t length = size + sizeof handshake;
    expand("key", key, sizeof key);
    expand("iv", iv, sizeof iv);
    for (size_t i = 0; i < 8; i++) {
        iv[IV_SIZE - 1 - i] ^= (uint8_t)(sequence >> (8 * i));
    }
    out[0] = 23; /* application data, as every sealed record says */
    (void)put(out + 1, 0x0303, 2);
    (void)put(out + 3, length + TAG_SIZE, 2);
    uint8_t *sealed = out + HEADER_SIZE;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int done = 0;
    assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, iv), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, NULL, &done, out, HEADER_SIZE), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, sealed, &done, part, (int)size), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, sealed + size, &done, &handshake, sizeof handshake), 1);
    assert_int_equal(EVP_EncryptFinal_ex(ctx, sealed + length, &done), 1);
    assert_int_equal(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, sealed + length), 1);
    EVP_CIPHER_CTX_free(ctx);
    return HEADER_SIZE + length + TAG_SIZE;
}

size_t forge_ticket(const forged_ticket *wanted, uint64_t sequence, uint8_t *out, size_t size)
{
    static uint8_t message[MESSAGE_MAX];
    size_t length = make_message(wanted, message);
    size_t at = 0;
    for (size_t done = 0; done < length; sequence++) {
        size_t part = length - done < PART_MAX ? length - done : PART_MAX;
        assert_true(at + HEADER_SIZE + part + 1 + TAG_SIZE <= size);
        at += seal_part(message + done, part, sequence, out + at);
        done += part;
    }
    return at;
}
