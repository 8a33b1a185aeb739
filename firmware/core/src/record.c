#include "record.h"

#include <string.h>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/chacha.h>
#include <wolfssl/wolfcrypt/chacha20_poly1305.h>
#include <wolfssl/wolfcrypt/error-crypt.h>
#include <wolfssl/wolfcrypt/hmac.h>

#include "little_endian.h"
#include "warmhello/platform.h"
#include "wipe.h"

enum {
    NONCE_SIZE = XCHACHA20_POLY1305_AEAD_NONCE_SIZE,
    TAG_SIZE = CHACHA20_POLY1305_AEAD_AUTHTAG_SIZE,
    KEY_SIZE = CHACHA20_POLY1305_AEAD_KEYSIZE,
};

/* As it lies in a record, which may lie anywhere: copied, never pointed at. */
typedef struct record_header {
    uint32_t magic;
    uint8_t version;
    uint8_t flags;
    uint8_t protocol;
    uint8_t kind;
    uint32_t generation;
    uint16_t session_size;
    /* Zeros in version 1, like `aged_min` and `rest`. */
    uint8_t losses;
    uint8_t breaks;
    uint64_t build;
    uint32_t lifetime_s;
    uint16_t aged_min;
    uint8_t rest;
    uint8_t zero;
    int64_t not_after_s;
    wh_instant captured;
    wh_instant authenticated;
    wh_binding binding;
    /* Not in versions 1 and 2, whose nonce and session come here. */
    uint32_t early_data_max;
    uint8_t lacks;
    uint8_t group;
    uint8_t left;
    uint8_t level;
    uint16_t full_ms;
    uint16_t resumed_ms;
    uint16_t ticket_ms;
    uint16_t interval_min;
    uint8_t nonce[NONCE_SIZE];
} record_header;

enum {
    AT_NONCE = offsetof(record_header, nonce),
    /* Before which is the part of the header that is hashed into the nonce and authenticated with the
     * session; the nonce itself is authenticated by its use. */
    AT_NONCE_OF_BEFORE = offsetof(record_header, early_data_max),
};

_Static_assert(offsetof(record_header, captured) == 40 && AT_NONCE == 136, "there are no gaps");
_Static_assert(sizeof(record_header) == WH_RECORD_BODY, "the body follows the nonce");
_Static_assert(WH_RECORD_BODY + TAG_SIZE == WH_RECORD_OVERHEAD, "the tag follows the body");

/* As bits of `flags`. */
/* AGE_LOST, of version 1 alone, is a loss of power. Those from WITHOUT_EXCHANGE on came with version 3. */
enum { SINGLE_USE, EARLY_DATA, AGE_LOST, PINNED, WITHOUT_EXCHANGE, DOUBTS_PSK, FLAG_COUNT };

#define MAGIC 0x52534857u /* "WHSR" */

/* ---- Header ---------------------------------------------------------------- */

static void put_header(uint8_t *out, const wh_record_info *info, size_t session_size)
{
    const record_header h = {
        .magic = MAGIC,
        .version = WH_RECORD_VERSION,
        .flags = (uint8_t)(info->single_use << SINGLE_USE | info->early_data << EARLY_DATA |
                           info->pinned << PINNED | info->lineage.without_exchange << WITHOUT_EXCHANGE |
                           (info->peer.doubts_psk != 0) << DOUBTS_PSK),
        .protocol = (uint8_t)info->protocol,
        .kind = (uint8_t)info->kind,
        .generation = info->generation,
        .session_size = (uint16_t)session_size,
        .losses = info->lineage.losses,
        .breaks = info->peer.breaks,
        .aged_min = info->lineage.aged_min,
        .rest = info->peer.rest,
        .build = info->build,
        .lifetime_s = info->lifetime_s,
        .not_after_s = info->lineage.not_after_s,
        .captured = info->captured,
        .authenticated = info->lineage.authenticated,
        .binding = info->binding,
        .early_data_max = info->early_data_max,
        .lacks = info->peer.lacks,
        .group = info->peer.group,
        .left = info->peer.left,
        .level = info->peer.level,
        .full_ms = info->peer.full_ms,
        .resumed_ms = info->peer.resumed_ms,
        .ticket_ms = info->peer.ticket_ms,
        .interval_min = info->peer.interval_min,
    };
    memcpy(out, &h, sizeof h);
}

static bool is_lost(const record_header *h)
{
    return (h->flags >> AGE_LOST & 1) != 0;
}

static bool is_of_a_version(const record_header *h)
{
    enum { SINCE_3 = 1 << WITHOUT_EXCHANGE | 1 << DOUBTS_PSK };
    switch (h->version) {
    case 1:
        return (h->losses | h->breaks | h->aged_min | h->rest | (h->flags & SINCE_3)) == 0;
    case 2:
        return !is_lost(h) && (h->flags & SINCE_3) == 0;
    default:
        return h->version == WH_RECORD_VERSION && !is_lost(h);
    }
}

static size_t nonce_at(const record_header *h)
{
    return h->version == WH_RECORD_VERSION ? AT_NONCE : AT_NONCE_OF_BEFORE;
}

static bool is_sound(const record_header *h, size_t size)
{
    return size <= WH_RECORD_MAX && h->magic == MAGIC && is_of_a_version(h) && h->session_size > 0 &&
           h->session_size <= WH_SESSION_MAX &&
           size == nonce_at(h) + NONCE_SIZE + h->session_size + TAG_SIZE && h->flags >> FLAG_COUNT == 0 &&
           (h->protocol == WH_TLS12 || h->protocol == WH_TLS13) && h->kind > WH_KIND_NONE &&
           h->kind <= WH_KIND_PSK && h->zero == 0;
}

int wh_record_peek(const uint8_t *record, size_t size, wh_record_info *out)
{
    record_header h;
    if (size <= WH_RECORD_OVERHEAD_LEAST) {
        return WH_DAMAGE_RECORD;
    }
    memset(&h, 0, sizeof h);
    memcpy(&h, record, AT_NONCE_OF_BEFORE);
    if (h.version == WH_RECORD_VERSION) {
        memcpy(&h, record, AT_NONCE);
    }
    if (!is_sound(&h, size)) {
        return WH_DAMAGE_RECORD;
    }
    *out = (wh_record_info){
        .protocol = (wh_protocol)h.protocol,
        .kind = (wh_kind)h.kind,
        .single_use = (h.flags >> SINGLE_USE & 1) != 0,
        .early_data = (h.flags >> EARLY_DATA & 1) != 0,
        .pinned = (h.flags >> PINNED & 1) != 0,
        .generation = h.generation,
        .lifetime_s = h.lifetime_s,
        .captured = h.captured,
        .lineage =
            {
                .authenticated = h.authenticated,
                .not_after_s = h.not_after_s,
                .losses = (uint8_t)(h.losses + is_lost(&h)),
                .aged_min = h.aged_min,
                .without_exchange = (h.flags >> WITHOUT_EXCHANGE & 1) != 0,
            },
        .peer =
            {
                .breaks = h.breaks,
                .rest = h.rest,
                .lacks = h.lacks,
                .group = h.group,
                .left = h.left,
                .level = h.level,
                .full_ms = h.full_ms,
                .resumed_ms = h.resumed_ms,
                .ticket_ms = h.ticket_ms,
                .interval_min = h.interval_min,
                .doubts_psk = h.flags >> DOUBTS_PSK & 1,
            },
        .early_data_max = h.early_data_max,
        .binding = h.binding,
        .build = h.build,
    };
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
    failed |= wc_HmacUpdate(&hmac, header, AT_NONCE);
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
                                              AT_NONCE, out + AT_NONCE, NONCE_SIZE, keys->seal, KEY_SIZE);
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
    record_header h;
    memcpy(&h, record, AT_NONCE_OF_BEFORE);
    size_t header_size = nonce_at(&h);
    size_t session_size = h.session_size;
    const uint8_t *nonce = record + header_size;
    int failed =
        wc_XChaCha20Poly1305_Decrypt(session, session_size, nonce + NONCE_SIZE, session_size + TAG_SIZE,
                                     record, header_size, nonce, NONCE_SIZE, keys.seal, KEY_SIZE);
    wh_wipe(&keys, sizeof keys);
    if (failed != 0) {
        wh_wipe(session, session_size);
        return failed == MEMORY_E ? WH_PLATFORM_MEMORY : WH_DAMAGE_RECORD;
    }
    return (int)session_size;
}
