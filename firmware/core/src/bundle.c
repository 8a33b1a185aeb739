#include "bundle.h"

#include <string.h>

/* Names and keys have a few hundred bytes. */
enum { OFFSET_SIZE = 4, SIZES = 4, ELEMENT_MOST = 4096 };

static uint16_t number_at(const wh_bundle *bundle, const uint8_t *at)
{
    return (uint16_t)(bundle->is_big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
}

/* The high half of the first offset is zero; the first name has a size. */
bool wh_bundle_open(wh_der file, wh_bundle *bundle)
{
    if (file.size < SIZES) {
        return false;
    }
    *bundle = (wh_bundle){.is_big_endian = (file.at[2] | file.at[3]) != 0};
    uint16_t first = number_at(bundle, file.at);
    size_t header = bundle->is_big_endian ? sizeof first : first;
    bundle->left = bundle->is_big_endian ? first : first / OFFSET_SIZE;
    if (header > file.size || header == 0 || (!bundle->is_big_endian && first % OFFSET_SIZE != 0)) {
        return false;
    }
    bundle->rest = (wh_der){file.at + header, file.size - header};
    return true;
}

/* An element of DER that is as long as it was said to be. */
static bool take_element(wh_der *from, size_t size, wh_der *element)
{
    wh_der contents;
    if (size > from->size || size > ELEMENT_MOST) {
        return false;
    }
    *element = (wh_der){from->at, size};
    from->at += size;
    from->size -= size;
    wh_der rest = *element;
    return wh_der_expect(&rest, WH_DER_SEQUENCE, &contents) && rest.size == 0;
}

bool wh_bundle_next(wh_bundle *bundle, wh_bundle_ca *ca)
{
    if (bundle->left == 0 || bundle->rest.size < SIZES) {
        return false;
    }
    size_t name_size = number_at(bundle, bundle->rest.at);
    size_t key_size = number_at(bundle, bundle->rest.at + 2);
    bundle->rest.at += SIZES;
    bundle->rest.size -= SIZES;
    bundle->left--;
    return take_element(&bundle->rest, name_size, &ca->name) &&
           take_element(&bundle->rest, key_size, &ca->key);
}

uint16_t wh_bundle_count(wh_der file)
{
    wh_bundle bundle;
    wh_bundle_ca ca;
    uint16_t count = 0;
    if (!wh_bundle_open(file, &bundle)) {
        return 0;
    }
    uint16_t all = bundle.left;
    while (wh_bundle_next(&bundle, &ca)) {
        count++;
    }
    return count == all ? count : 0;
}

#define ECDSA_WITH_SHA256 "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
static const char before_names[] = "\x02\x01\x01" ECDSA_WITH_SHA256;
static const char validity[] = "\x30\x22\x18\x0f"
                               "19700101000000Z"
                               "\x18\x0f"
                               "99991231235959Z";
static const char signature[] = ECDSA_WITH_SHA256 "\x03\x02\x00\x00";
enum {
    BEFORE_NAMES = sizeof before_names - 1,
    VALIDITY = sizeof validity - 1,
    SIGNATURE = sizeof signature - 1,
    HEADER_MOST = 4
};

size_t wh_bundle_root_room(const wh_bundle_ca *ca)
{
    return 2 * HEADER_MOST + BEFORE_NAMES + 2 * ca->name.size + VALIDITY + ca->key.size + SIGNATURE;
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t size)
{
    memcpy(at, bytes, size);
    return at + size;
}

/* In the least number of bytes, as DER wants it: of 128 and more. */
static uint8_t *put_sequence(uint8_t *at, size_t size)
{
    *at++ = WH_DER_SEQUENCE;
    *at++ = size > UINT8_MAX ? 0x82 : 0x81;
    if (size > UINT8_MAX) {
        *at++ = (uint8_t)(size >> 8);
    }
    *at++ = (uint8_t)size;
    return at;
}

size_t wh_bundle_write_root(const wh_bundle_ca *ca, uint8_t *out)
{
    size_t to_sign = BEFORE_NAMES + 2 * ca->name.size + VALIDITY + ca->key.size;
    size_t header = to_sign > UINT8_MAX ? HEADER_MOST : HEADER_MOST - 1;
    uint8_t *at = put_sequence(out, header + to_sign + SIGNATURE);
    at = put_sequence(at, to_sign);
    at = put(at, before_names, BEFORE_NAMES);
    at = put(at, ca->name.at, ca->name.size);
    at = put(at, validity, VALIDITY);
    at = put(at, ca->name.at, ca->name.size);
    at = put(at, ca->key.at, ca->key.size);
    at = put(at, signature, SIGNATURE);
    return (size_t)(at - out);
}
