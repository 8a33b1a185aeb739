/* An outcome in a few bytes of CBOR (RFC 8949), by hand: it is an array of small numbers, for which the
 * encoder of a library is more than all of this. */
#include "warmhello/outcome.h"

enum { VERSION = 1 };

/* What tells one item of CBOR from another: the upper 3 bits of its first byte (RFC 8949 3.1). */
enum { UNSIGNED = 0 << 5, NEGATIVE = 1 << 5, ARRAY = 4 << 5, NOTHING = 0xf6 };

enum { ITEMS = 7 };

/* Where each of the small values lies in the item that holds them. */
enum { PROTOCOL_BIT = 2, KIND_BIT = 4, ATTEMPTS_BIT = 7, CA_BIT = 9, EARLY_DATA_BIT = 11, CLOCK_BIT = 13 };

static uint32_t at_most(uint32_t most, uint32_t value)
{
    return value < most ? value : most;
}

/* The shortest form, as deterministic CBOR has it (RFC 8949 4.2.1). */
static uint8_t *put(uint8_t *at, int type, uint32_t value)
{
    value = at_most(UINT16_MAX, value);
    if (value < 24) {
        *at++ = (uint8_t)(type | (int)value);
    } else if (value <= UINT8_MAX) {
        *at++ = (uint8_t)(type | 24);
        *at++ = (uint8_t)value;
    } else {
        *at++ = (uint8_t)(type | 25);
        *at++ = (uint8_t)(value >> 8);
        *at++ = (uint8_t)value;
    }
    return at;
}

static uint8_t *put_all(uint8_t *at, const uint32_t *values, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        at = put(at, UNSIGNED, values[i]);
    }
    return at;
}

/* Whether the device's CAs end soon: not known, none, some, or all that are left. */
static uint32_t ca_state(const wh_outcome *o)
{
    if (o->cas == 0) {
        return 0;
    }
    if (o->cas_ending == o->cas_usable) {
        return 3;
    }
    return o->cas_ending > 0 ? 2 : 1;
}

static uint32_t how(const wh_outcome *o)
{
    return (uint32_t)o->result | (uint32_t)o->protocol << PROTOCOL_BIT | (uint32_t)o->kind << KIND_BIT |
           at_most(3, o->attempts) << ATTEMPTS_BIT | ca_state(o) << CA_BIT |
           (uint32_t)o->early_data << EARLY_DATA_BIT | (uint32_t)o->clock << CLOCK_BIT;
}

/* Seconds as long as there is room for them, then minutes, as a number below zero. It is a multiple of 60, so
 * that no age can be told in both ways. */
enum { IN_MINUTES_FROM_S = 65520 };

static uint8_t *put_age(uint8_t *at, const wh_outcome *o)
{
    if (o->kind == WH_KIND_NONE || o->kind == WH_KIND_EXTERNAL_PSK) { /* no session was offered */
        return put(at, UNSIGNED, 0);
    }
    if (o->session_age_s == WH_AGE_UNKNOWN) {
        *at++ = NOTHING;
        return at;
    }
    if (o->session_age_s >= IN_MINUTES_FROM_S) {
        return put(at, NEGATIVE, o->session_age_s / 60 - 1); /* -1 - n */
    }
    return put(at, UNSIGNED, o->session_age_s);
}

size_t wh_outcome_compact(const wh_outcome *o, const wh_outcome_app *app,
                          uint8_t out[WH_OUTCOME_COMPACT_SIZE])
{
    static const wh_outcome_app nothing = {0};
    if (app == NULL) {
        app = &nothing;
    }
    const uint32_t first[] = {
        VERSION,
        how(o),
        at_most(UINT8_MAX, (uint32_t)o->reason),
        at_most(UINT8_MAX, (uint32_t)-o->error),
        o->handshake_us / 1000,
        at_most(UINT16_MAX, o->handshake_tx) + at_most(UINT16_MAX, o->handshake_rx),
    };
    const uint32_t last[] = {app->firmware, app->energy_mj};
    unsigned of_app = app->energy_mj > 0 ? 2 : app->firmware > 0;
    uint8_t *at = put(out, ARRAY, ITEMS + of_app);
    at = put_all(at, first, sizeof first / sizeof first[0]);
    at = put_age(at, o);
    return (size_t)(put_all(at, last, of_app) - out);
}

void wh_outcome_text(const wh_outcome *o, const wh_outcome_app *app, char out[WH_OUTCOME_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[WH_OUTCOME_COMPACT_SIZE];
    size_t size = wh_outcome_compact(o, app, bytes);
    for (size_t i = 0; i < size; i++) {
        *out++ = digits[bytes[i] >> 4];
        *out++ = digits[bytes[i] & 15];
    }
    *out = '\0';
}
