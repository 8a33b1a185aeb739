#include "warmhello/outcome.h"

#include <stdbool.h>

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
#define WH_SUITE12_PSK WH_SUITE12
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
    case WH_KIND_EXTERNAL_PSK:
        return "external-psk";
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

const char *wh_early_data_word(wh_early_data early_data)
{
    switch (early_data) {
    case WH_EARLY_DATA_OFFERED:
        return "offered";
    case WH_EARLY_DATA_ACCEPTED:
        return "accepted";
    case WH_EARLY_DATA_REFUSED:
        return "refused";
    case WH_EARLY_DATA_NONE:
        break;
    }
    return NULL;
}

const char *wh_clock_word(wh_clock_state state)
{
    switch (state) {
    case WH_CLOCK_KNOWN:
        return "known";
    case WH_CLOCK_SUSPECT:
        return "suspect";
    case WH_CLOCK_UNKNOWN:
        break;
    }
    return "unknown";
}

const char *wh_ticket_wait_word(wh_ticket_wait why)
{
    static const char *const words[] = {
        NULL,
#define WH_TICKET_WAIT(name, word, meaning) word,
#include "warmhello/ticket_waits.def"
#undef WH_TICKET_WAIT
    };
    size_t index = (size_t)why;
    return index < sizeof words / sizeof words[0] ? words[index] : "unknown";
}

/* ---- JSON, without printf: a twentieth of a firmware that has no other use for it ---------- */

typedef struct writer {
    char *at;
    char *end;
    char separator;
    bool full;
} writer;

/* Once it is full, `full` says so and nothing more is written. */
static void put(writer *w, char c)
{
    if (w->at == w->end) {
        w->full = true;
        return;
    }
    *w->at++ = c;
}

static void put_text(writer *w, const char *text)
{
    while (*text != '\0') {
        put(w, *text++);
    }
}

static void put_name(writer *w, const char *name)
{
    put(w, w->separator);
    w->separator = ',';
    put(w, '"');
    put_text(w, name);
    put_text(w, "\":");
}

/* Every word is plain ASCII without quotes, so quoting is all the escaping there is. */
static void put_word(writer *w, const char *name, const char *word)
{
    put_name(w, name);
    if (word == NULL) {
        put_text(w, "null");
        return;
    }
    put(w, '"');
    put_text(w, word);
    put(w, '"');
}

static void put_number(writer *w, const char *name, int64_t number)
{
    char digits[10];
    size_t count = 0;
    put_name(w, name);
    if (number < 0) {
        put(w, '-');
    }
    uint32_t rest = (uint32_t)(number < 0 ? -number : number);
    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    while (count > 0) {
        put(w, digits[--count]);
    }
}

static void put_error(writer *w, const char *name, int error)
{
    put_word(w, name, error == WH_OK ? NULL : wh_error_word(error));
}

int wh_outcome_json(const wh_outcome *o, char *out, size_t size)
{
    writer w = {.at = out, .end = out + size, .separator = '{'};
    put_word(&w, "result", wh_result_word(o->result));
    put_word(&w, "reason", wh_reason_word(o->reason));
    put_error(&w, "error", o->error);
    put_number(&w, "alert", o->alert);
    put_number(&w, "wolfsslError", o->wolfssl_error);
    put_word(&w, "protocol", wh_protocol_word(o->protocol));
    put_word(&w, "kind", wh_kind_word(o->kind));
    put_word(&w, "cipher", wh_cipher_name(o->cipher));
    put_word(&w, "group", o->group);
    put_number(&w, "handshakeUs", o->handshake_us);
    put_number(&w, "bytesTx", o->handshake_tx);
    put_number(&w, "bytesRx", o->handshake_rx);
    put_number(&w, "flights", o->flights);
    put_number(&w, "attempts", o->attempts);
    put_number(&w, "totalTx", o->total_tx);
    put_number(&w, "totalRx", o->total_rx);
    bool is_of_session = o->kind != WH_KIND_NONE && o->kind != WH_KIND_EXTERNAL_PSK;
    if (is_of_session && o->session_age_s != WH_AGE_UNKNOWN) {
        put_number(&w, "sessionAgeS", o->session_age_s);
    } else {
        put_word(&w, "sessionAgeS", NULL);
    }
    put_number(&w, "sessionLifetimeS", o->session_lifetime_s);
    put_word(&w, "earlyData", wh_early_data_word(o->early_data));
    put_number(&w, "earlyBytes", o->early_bytes);
    put_word(&w, "stored", wh_tiers_word(o->stored));
    put_error(&w, "storeError", o->store_error);
    put_word(&w, "ticketWait", wh_ticket_wait_word(o->ticket_wait));
    put_number(&w, "ticketWaitMs", o->ticket_wait_ms);
    put_number(&w, "backoffS", o->backoff_s);
    put_number(&w, "cas", o->cas);
    put_number(&w, "casUsable", o->cas_usable);
    put_number(&w, "casEnding", o->cas_ending);
    put_word(&w, "clock", wh_clock_word(o->clock));
    put(&w, '}');
    put(&w, '\0');
    return w.full ? WH_USAGE_ARGUMENT : (int)(w.at - out) - 1;
}
