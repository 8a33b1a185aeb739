#include "warmhello/store.h"

#include <string.h>

#include "bytes.h"
#include "warmhello/platform.h"

/* The record in the slot, little-endian. The checksum, SHA-256, covers all that
 * follows it. */
enum {
    AT_MAGIC = 0,
    AT_CHECKSUM = 4,
    AT_LENGTH = AT_CHECKSUM + WH_DIGEST_SIZE,
    AT_PROTOCOL = AT_LENGTH + 2,
    AT_UNUSED = AT_PROTOCOL + 1,
    AT_CAPTURED_US = AT_UNUSED + 1,
    AT_BINDING = AT_CAPTURED_US + 8,
    AT_SESSION = AT_BINDING + WH_DIGEST_SIZE,
};

_Static_assert(AT_SESSION + WH_SESSION_MAX == WH_RTC_SIZE, "the slot must hold the longest session");

static const uint32_t magic = 0x31524857; /* "WHR1" */

static void wipe(uint8_t *memory, size_t size)
{
    volatile uint8_t *p = memory;
    while (size-- > 0) {
        *p++ = 0;
    }
}

void wh_store_forget(void)
{
    wipe(wh_platform_get()->rtc, WH_RTC_SIZE);
}

static int checksum(const uint8_t *slot, size_t length, uint8_t out[WH_DIGEST_SIZE])
{
    return wh_digest(slot + AT_LENGTH, AT_SESSION - AT_LENGTH + length, out);
}

static int write_record(uint8_t *slot, const wh_binding *binding, wh_protocol protocol,
                        const wh_session *session)
{
    int length = wh_session_save(session, protocol, slot + AT_SESSION, WH_SESSION_MAX);
    if (length < 0) {
        return length;
    }
    const wh_platform *platform = wh_platform_get();
    wh_put_le(slot + AT_LENGTH, (uint64_t)length, 2);
    slot[AT_PROTOCOL] = (uint8_t)protocol;
    wh_put_le(slot + AT_CAPTURED_US, platform->elapsed_us(platform->ctx), 8);
    memcpy(slot + AT_BINDING, binding->digest, WH_DIGEST_SIZE);
    int result = checksum(slot, (size_t)length, slot + AT_CHECKSUM);
    if (result == WH_OK) {
        wh_put_le(slot + AT_MAGIC, magic, 4);
    }
    return result;
}

int wh_store_put(const wh_binding *binding, wh_protocol protocol, const wh_session *session)
{
    wh_store_forget();
    int result = write_record(wh_platform_get()->rtc, binding, protocol, session);
    if (result != WH_OK) {
        wh_store_forget();
    }
    return result;
}

/* WH_OK if the slot holds a whole record; its fields may be read then. */
static int check_record(const uint8_t *slot)
{
    if (wh_get_le(slot + AT_MAGIC, 4) != magic) {
        return WH_MISS_EMPTY;
    }
    size_t length = (size_t)wh_get_le(slot + AT_LENGTH, 2);
    if (length > WH_SESSION_MAX) {
        return WH_DAMAGE_RECORD;
    }
    uint8_t expected[WH_DIGEST_SIZE];
    int result = checksum(slot, length, expected);
    if (result == WH_OK && memcmp(expected, slot + AT_CHECKSUM, WH_DIGEST_SIZE) != 0) {
        result = WH_DAMAGE_RECORD;
    }
    return result;
}

static int read_record(const uint8_t *slot, const wh_binding *binding, wh_stored *out)
{
    int result = check_record(slot);
    if (result != WH_OK) {
        return result;
    }
    wh_binding stored;
    memcpy(stored.digest, slot + AT_BINDING, WH_DIGEST_SIZE);
    if (!wh_binding_equal(&stored, binding)) {
        return WH_MISS_BINDING;
    }
    const wh_platform *platform = wh_platform_get();
    uint64_t now_us = platform->elapsed_us(platform->ctx);
    uint64_t captured_us = wh_get_le(slot + AT_CAPTURED_US, 8);
    if (captured_us > now_us) { /* the clock restarted under the record: its age is unknown */
        return WH_DAMAGE_RECORD;
    }
    result = wh_session_load(slot + AT_SESSION, (size_t)wh_get_le(slot + AT_LENGTH, 2), &out->session);
    if (result != WH_OK) {
        return result;
    }
    out->protocol = (wh_protocol)slot[AT_PROTOCOL];
    out->kind = wh_session_kind(&out->session, out->protocol);
    out->age_s = (uint32_t)((now_us - captured_us) / 1000000u);
    return WH_OK;
}

int wh_store_get(const wh_binding *binding, wh_stored *out)
{
    *out = (wh_stored){.session = WH_SESSION_EMPTY};
    int result = read_record(wh_platform_get()->rtc, binding, out);
    if (result == WH_DAMAGE_RECORD || result == WH_DAMAGE_SESSION) {
        wh_store_forget();
    }
    return result;
}
