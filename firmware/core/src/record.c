#include "warmhello/record.h"

#include <string.h>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/chacha.h>
#include <wolfssl/wolfcrypt/chacha20_poly1305.h>
#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/hmac.h>

#include "bytes.h"
#include "warmhello/platform.h"
#include "wipe.h"

enum {
    AT_MAGIC = 0,
    AT_VERSION = 4,
    AT_FLAGS = 5,
    AT_PROTOCOL = 6,
    AT_KIND = 7,
    AT_GENERATION = 8,
    AT_SESSION_SIZE = 12,
    AT_ZERO = 14,
    AT_BUILD = 16,
    AT_LIFETIME = 24,
    AT_ZERO_TOO = 28,
    AT_NOT_AFTER = 32,
    AT_CAPTURED = 40,
    AT_AUTHENTICATED = 64,
    AT_BINDING = 88,
    AT_NONCE = 120,
    NONCE_SIZE = XCHACHA20_POLY1305_AEAD_NONCE_SIZE,
    TAG_SIZE = CHACHA20_POLY1305_AEAD_AUTHTAG_SIZE,
    KEY_SIZE = CHACHA20_POLY1305_AEAD_KEYSIZE,
    /* The part of the header that is hashed into the nonce and authenticated with the
     * session; the nonce itself is authenticated by its use. */
    HEADER_SIZE = AT_NONCE,
};

_Static_assert(AT_NONCE + NONCE_SIZE == WH_RECORD_BODY, "the body follows the nonce");
_Static_assert(WH_RECORD_BODY + TAG_SIZE == WH_RECORD_OVERHEAD, "the tag follows the body");

enum { FLAG_SINGLE_USE = 1, FLAG_EARLY_DATA = 2, FLAG_AGE_LOST = 4, FLAG_PINNED = 8, FLAGS_KNOWN = 15 };

static const uint8_t magic[4] = {'W', 'H', 'S', 'R'};

/* ---- Header ---------------------------------------------------------------- */

static void put_instant(uint8_t *out, const wh_instant *instant)
{
    wh_put_le(out, instant->epoch, 8);
    wh_put_le(out + 8, instant->elapsed_us, 8);
    wh_put_le(out + 16, (uint64_t)instant->wall_s, 8);
}

static wh_instant get_instant(const uint8_t *in)
{
    return (wh_instant){
        .epoch = wh_get_le(in, 8),
        .elapsed_us = wh_get_le(in + 8, 8),
        .wall_s = (int64_t)wh_get_le(in + 16, 8),
    };
}

static void put_header(uint8_t *out, const wh_record_info *info, size_t session_size)
{
    memset(out, 0, HEADER_SIZE);
    memcpy(out + AT_MAGIC, magic, sizeof magic);
    out[AT_VERSION] = WH_RECORD_VERSION;
    out[AT_FLAGS] =
        (uint8_t)((info->single_use ? FLAG_SINGLE_USE : 0) | (info->early_data ? FLAG_EARLY_DATA : 0) |
                  (info->lineage.age_lost ? FLAG_AGE_LOST : 0) | (info->pinned ? FLAG_PINNED : 0));
    out[AT_PROTOCOL] = (uint8_t)info->protocol;
    out[AT_KIND] = (uint8_t)info->kind;
    wh_put_le(out + AT_GENERATION, info->generation, 4);
    wh_put_le(out + AT_SESSION_SIZE, session_size, 2);
    wh_put_le(out + AT_BUILD, info->build, 8);
    wh_put_le(out + AT_LIFETIME, info->lifetime_s, 4);
    wh_put_le(out + AT_NOT_AFTER, (uint64_t)info->lineage.not_after_s, 8);
    put_instant(out + AT_CAPTURED, &info->captured);
    put_instant(out + AT_AUTHENTICATED, &info->lineage.authenticated);
    memcpy(out + AT_BINDING, info->binding.digest, WH_DIGEST_SIZE);
}

static wh_record_info get_header(const uint8_t *in)
{
    wh_record_info info = {
        .protocol = (wh_protocol)in[AT_PROTOCOL],
        .kind = (wh_kind)in[AT_KIND],
        .single_use = (in[AT_FLAGS] & FLAG_SINGLE_USE) != 0,
        .early_data = (in[AT_FLAGS] & FLAG_EARLY_DATA) != 0,
        .pinned = (in[AT_FLAGS] & FLAG_PINNED) != 0,
        .generation = (uint32_t)wh_get_le(in + AT_GENERATION, 4),
        .lifetime_s = (uint32_t)wh_get_le(in + AT_LIFETIME, 4),
        .captured = get_instant(in + AT_CAPTURED),
        .lineage =
            {
                .authenticated = get_instant(in + AT_AUTHENTICATED),
                .not_after_s = (int64_t)wh_get_le(in + AT_NOT_AFTER, 8),
                .age_lost = (in[AT_FLAGS] & FLAG_AGE_LOST) != 0,
            },
        .build = wh_get_le(in + AT_BUILD, 8),
    };
    memcpy(info.binding.digest, in + AT_BINDING, WH_DIGEST_SIZE);
    return info;
}

static bool has_sound_words(const uint8_t *header)
{
    uint8_t protocol = header[AT_PROTOCOL];
    uint8_t kind = header[AT_KIND];
    return (header[AT_FLAGS] & ~FLAGS_KNOWN) == 0 && (protocol == WH_TLS12 || protocol == WH_TLS13) &&
           kind > WH_KIND_NONE && kind <= WH_KIND_PSK && wh_get_le(header + AT_ZERO, 2) == 0 &&
           wh_get_le(header + AT_ZERO_TOO, 4) == 0;
}

int wh_record_peek(const uint8_t *record, size_t size, wh_record_info *out)
{
    if (size <= WH_RECORD_OVERHEAD || size > WH_RECORD_MAX ||
        memcmp(record + AT_MAGIC, magic, sizeof magic) != 0 || record[AT_VERSION] != WH_RECORD_VERSION ||
        wh_get_le(record + AT_SESSION_SIZE, 2) != size - WH_RECORD_OVERHEAD || !has_sound_words(record)) {
        return WH_DAMAGE_RECORD;
    }
    *out = get_header(record);
    return WH_OK;
}

/* ---- Seal -------------------------------------------------------------------- */

typedef struct record_keys {
    uint8_t seal[KEY_SIZE];
    uint8_t nonce[KEY_SIZE];
} record_keys;

/* Two keys out of the device's one: the first 64 bytes of the ChaCha20 stream
 * (RFC 8439 2.4) under it and a nonce that names the purpose. */
static int derive_keys(record_keys *out)
{
    static const uint8_t purpose[12] = "warmhello  1"; /* no closing zero */
    const wh_platform *platform = wh_platform_get();
    uint8_t device_key[KEY_SIZE];
    memset(out, 0, sizeof *out);
    if (platform->device_key(platform->ctx, device_key) != 0) {
        return WH_PLATFORM_KEY;
    }
    ChaCha stream;
    int failed = wc_Chacha_SetKey(&stream, device_key, sizeof device_key);
    failed |= wc_Chacha_SetIV(&stream, purpose, 0);
    failed |= wc_Chacha_Process(&stream, (byte *)out, (const byte *)out, sizeof *out);
    wh_wipe(&stream, sizeof stream);
    wh_wipe(device_key, sizeof device_key);
    return failed == 0 ? WH_OK : WH_PLATFORM_KEY;
}

/* HMAC-SHA256 over header and session, cut to the nonce's size. */
static int derive_nonce(const uint8_t *key, const uint8_t *header, const uint8_t *session, size_t size,
                        uint8_t *out)
{
    Hmac hmac;
    uint8_t hash[WC_SHA256_DIGEST_SIZE];
    if (wc_HmacInit(&hmac, NULL, INVALID_DEVID) != 0) {
        return WH_PLATFORM_MEMORY;
    }
    int failed = wc_HmacSetKey(&hmac, WC_SHA256, key, KEY_SIZE);
    failed |= wc_HmacUpdate(&hmac, header, HEADER_SIZE);
    failed |= wc_HmacUpdate(&hmac, session, (word32)size);
    failed |= wc_HmacFinal(&hmac, hash);
    wc_HmacFree(&hmac);
    wh_wipe(&hmac, sizeof hmac);
    memcpy(out, hash, NONCE_SIZE);
    return failed == 0 ? WH_OK : WH_PLATFORM_MEMORY;
}

static int seal_with(const record_keys *keys, const uint8_t *session, size_t size, uint8_t *out)
{
    int result = derive_nonce(keys->nonce, out, session, size, out + AT_NONCE);
    if (result != WH_OK) {
        return result;
    }
    int failed = wc_XChaCha20Poly1305_Encrypt(out + WH_RECORD_BODY, size + TAG_SIZE, session, size, out,
                                              HEADER_SIZE, out + AT_NONCE, NONCE_SIZE, keys->seal, KEY_SIZE);
    return failed == 0 ? WH_OK : WH_PLATFORM_MEMORY;
}

int wh_record_seal(const wh_record_info *info, const uint8_t *session, size_t size, uint8_t *out)
{
    if (size == 0 || size > WH_SESSION_MAX) {
        return WH_USAGE_ARGUMENT;
    }
    put_header(out, info, size);
    record_keys keys;
    int result = derive_keys(&keys);
    if (result == WH_OK) {
        result = seal_with(&keys, session, size, out);
    }
    wh_wipe(&keys, sizeof keys);
    if (result != WH_OK) {
        wh_wipe(out, WH_RECORD_OVERHEAD + size);
        return result;
    }
    return (int)(WH_RECORD_OVERHEAD + size);
}

int wh_record_open(const uint8_t *record, size_t size, wh_record_info *out, uint8_t *session)
{
    int result = wh_record_peek(record, size, out);
    if (result != WH_OK) {
        return result;
    }
    record_keys keys;
    result = derive_keys(&keys);
    if (result != WH_OK) {
        return result;
    }
    size_t session_size = size - WH_RECORD_OVERHEAD;
    int failed =
        wc_XChaCha20Poly1305_Decrypt(session, session_size, record + WH_RECORD_BODY, session_size + TAG_SIZE,
                                     record, HEADER_SIZE, record + AT_NONCE, NONCE_SIZE, keys.seal, KEY_SIZE);
    wh_wipe(&keys, sizeof keys);
    if (failed != 0) {
        wh_wipe(session, session_size);
        return failed == MEMORY_E ? WH_PLATFORM_MEMORY : WH_DAMAGE_RECORD;
    }
    return (int)session_size;
}
