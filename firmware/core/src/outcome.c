#include "warmhello/outcome.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const reason_words[] = {
#define WH_REASON(name, word, meaning) [name] = (word),
#include "warmhello/reasons.def"
#undef WH_REASON
};

const char *wh_cipher_name(uint16_t cipher)
{
    switch (cipher) {
#define WH_SUITE12(number, name)                                                                             \
    case number:                                                                                             \
        return (name);
#define WH_SUITE13 WH_SUITE12
#include "warmhello/suites.def"
#undef WH_SUITE12
#undef WH_SUITE13
    default:
        return NULL;
    }
}

const char *wh_result_word(wh_result result)
{
    switch (result) {
    case WH_RESULT_FULL:
        return "full";
    case WH_RESULT_RESUMED:
        return "resumed";
    case WH_RESULT_FAILED:
        return "failed";
    case WH_RESULT_PENDING:
        break;
    }
    return "pending";
}

const char *wh_reason_word(wh_reason reason)
{
    size_t index = (size_t)reason;
    return index < sizeof reason_words / sizeof reason_words[0] ? reason_words[index] : "unknown";
}

const char *wh_protocol_word(wh_protocol protocol)
{
    switch (protocol) {
    case WH_TLS12:
        return "TLS1.2";
    case WH_TLS13:
        return "TLS1.3";
    case WH_PROTOCOL_NONE:
        break;
    }
    return NULL;
}

const char *wh_kind_word(wh_kind kind)
{
    switch (kind) {
    case WH_KIND_ID:
        return "id";
    case WH_KIND_TICKET:
        return "ticket";
    case WH_KIND_PSK:
        return "psk";
    case WH_KIND_NONE:
        break;
    }
    return NULL;
}

const char *wh_tiers_word(wh_tiers tiers)
{
    switch (tiers) {
    case WH_TIERS_RTC:
        return "rtc";
    case WH_TIERS_FLASH:
        return "flash";
    case WH_TIERS_BOTH:
        return "both";
    case WH_TIERS_NONE:
        break;
    }
    return NULL;
}

/* Every word is plain ASCII without quotes, so quoting is all the escaping there is. */
typedef struct quoted {
    char text[64];
} quoted;

static quoted quote(const char *word)
{
    quoted q;
    (void)snprintf(q.text, sizeof q.text, word != NULL ? "\"%s\"" : "null", word);
    return q;
}

int wh_outcome_json(const wh_outcome *o, char *out, size_t size)
{
    char age[16] = "null";
    if (o->kind != WH_KIND_NONE && o->session_age_s != WH_AGE_UNKNOWN) {
        (void)snprintf(age, sizeof age, "%" PRIu32, o->session_age_s);
    }
    int length = snprintf(
        out, size,
        "{\"result\":%s,\"reason\":%s,\"error\":%s,\"alert\":%d,\"wolfsslError\":%d,"
        "\"protocol\":%s,\"kind\":%s,\"cipher\":%s,\"group\":%s,\"handshakeUs\":%" PRIu32
        ",\"bytesTx\":%" PRIu32 ",\"bytesRx\":%" PRIu32 ",\"flights\":%" PRIu32 ",\"totalTx\":%" PRIu32
        ",\"totalRx\":%" PRIu32 ",\"sessionAgeS\":%s"
        ",\"sessionLifetimeS\":%" PRIu32 ",\"stored\":%s,\"storeError\":%s,\"backoffS\":%" PRIu32 "}",
        quote(wh_result_word(o->result)).text, quote(wh_reason_word(o->reason)).text,
        quote(o->error == WH_OK ? NULL : wh_error_word(o->error)).text, o->alert, o->wolfssl_error,
        quote(wh_protocol_word(o->protocol)).text, quote(wh_kind_word(o->kind)).text,
        quote(wh_cipher_name(o->cipher)).text, quote(o->group).text, o->handshake_us, o->handshake_tx,
        o->handshake_rx, o->flights, o->total_tx, o->total_rx, age, o->session_lifetime_s,
        quote(wh_tiers_word(o->stored)).text,
        quote(o->store_error == WH_OK ? NULL : wh_error_word(o->store_error)).text, o->backoff_s);
    return length > 0 && (size_t)length < size ? length : WH_USAGE_ARGUMENT;
}
