/** @file
 * What a connect did and why, in one struct.
 */
#ifndef WARMHELLO_OUTCOME_H
#define WARMHELLO_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The session's age is not known: the power was lost, and the time is not known. */
#define WH_AGE_UNKNOWN UINT32_MAX

/** How a connect went: not over yet, with a full handshake, with a resumed session, or not at all. */
typedef enum wh_result { WH_RESULT_PENDING, WH_RESULT_FULL, WH_RESULT_RESUMED, WH_RESULT_FAILED } wh_result;

/** Why it went that way: the rows of reasons.def, with their meanings. */
typedef enum wh_reason {
#define WH_REASON(name, word, meaning) name,
#include "warmhello/reasons.def"
#undef WH_REASON
} wh_reason;

/** A version of TLS. */
typedef enum wh_protocol { WH_PROTOCOL_NONE, WH_TLS12, WH_TLS13 } wh_protocol;

/** How a session is named on the wire: by the server's ID (RFC 5246 7.4.1.2), by
 * a ticket (RFC 5077), or as a pre-shared key (RFC 8446 2.2). The last one is no session: a full handshake in
 * which the provisioned key stood for the certificates. */
typedef enum wh_kind { WH_KIND_NONE, WH_KIND_ID, WH_KIND_TICKET, WH_KIND_PSK, WH_KIND_EXTERNAL_PSK } wh_kind;

/** Where a session waits for the next wake. */
typedef enum wh_tiers { WH_TIERS_NONE, WH_TIERS_RTC, WH_TIERS_FLASH, WH_TIERS_BOTH } wh_tiers;

/** What became of early data (RFC 8446 2.3): the hello offered none; it did, and the handshake has not come
 * to its end, so that nobody knows what the server did with it; the server has taken it; or has not. */
typedef enum wh_early_data {
    WH_EARLY_DATA_NONE,
    WH_EARLY_DATA_OFFERED,
    WH_EARLY_DATA_ACCEPTED,
    WH_EARLY_DATA_REFUSED,
} wh_early_data;

/** A fleet shall hear of the end of a CA while there is time to give it the next one: 60 days. */
#define WH_CA_ENDS_SOON_S INT64_C(5184000)

/** The wall clock: not known, known, or in doubt, since by it a certificate or a CA has ended or has not
 * begun. Then the time should be asked for again at once: a time server may have lied. */
typedef enum wh_clock_state { WH_CLOCK_UNKNOWN, WH_CLOCK_KNOWN, WH_CLOCK_SUSPECT } wh_clock_state;

/** Whether a connection stays open for a ticket of TLS 1.3 that has not come when the app closes it, and why:
 * the rows of ticket_waits.def, with their meanings. None is to be expected, or it has come before:
 * WH_WAIT_NONE. */
typedef enum wh_ticket_wait {
    WH_WAIT_NONE,
#define WH_TICKET_WAIT(name, word, meaning) name,
#include "warmhello/ticket_waits.def"
#undef WH_TICKET_WAIT
} wh_ticket_wait;

/** What a connect did, and why. */
typedef struct wh_outcome {
    wh_result result;
    wh_reason reason;
    /** WH_OK, or why the connection failed, which may be after the handshake. */
    int error;
    /** With an error: the alert that the server sent (RFC 8446 6), or -1. */
    int alert;
    /** With an error: wolfSSL's own code, for a bug report; else 0. */
    int wolfssl_error;
    wh_protocol protocol;
    /** How the session was offered; WH_KIND_EXTERNAL_PSK when none was and both sides have shown that they
     * have the provisioned key; else WH_KIND_NONE. */
    wh_kind kind;
    /** Number of the cipher suite in IANA's TLS registry, or 0. */
    uint16_t cipher;
    /** Name of the key-exchange group in the same registry, or NULL. Static storage. */
    const char *group;
    /** From the ClientHello to the moment application data may be sent. */
    uint32_t handshake_us;
    /** TLS bytes on the wire up to that moment, and changes of direction among
     * them, counting the first: a full TLS 1.2 handshake has 4 flights. */
    uint32_t handshake_tx;
    uint32_t handshake_rx;
    uint32_t flights;
    /** TCP connections that the connect has begun, since the network was last set up for it. */
    uint8_t attempts;
    /** TLS bytes on the wire so far, handshake included. */
    uint32_t total_tx;
    uint32_t total_rx;
    /** Seconds since the offered session was captured, or WH_AGE_UNKNOWN; 0 when none was
     * offered. */
    uint32_t session_age_s;
    /** Of what the app wrote first, and how many bytes of it have left so; what was not accepted has left
     * again after the handshake. With WH_EARLY_DATA_OFFERED beside a handshake that is done, it was another
     * attempt of this connect that offered them, and the server may have had them twice. */
    wh_early_data early_data;
    uint32_t early_bytes;
    /** Seconds for which the server promised to resume it; 0 when none was offered. */
    uint32_t session_lifetime_s;
    /** This connection has left a session of its own, and did not merely leave one where it was. */
    bool kept;
    /** Where a session is that the next connect can offer. */
    wh_tiers stored;
    /** WH_OK, or why none was stored, or not in flash where it wanted to be. */
    int store_error;
    /** Once the app has closed: whether a ticket was waited for, and for how long at most, in milliseconds.
     */
    wh_ticket_wait ticket_wait;
    uint32_t ticket_wait_ms;
    /** Advice after repeated failures of the server itself: seconds to leave it alone. It has chance in it,
     * so that devices that failed together do not come back together: an app need not add any. */
    uint32_t backoff_s;
    /** The CAs that the client was given, how many of them are within their dates, and how many of these end
     * within WH_CA_ENDS_SOON_S. All 0 as long as the client has made no full handshake, which reads
     * them. Those of a certificate bundle have no dates: all of them are usable, and none ends. */
    uint16_t cas;
    uint16_t cas_usable;
    uint16_t cas_ending;
    /** What the connection went by: the time as it was when it began. */
    wh_clock_state clock;
    /** After a full handshake by a known clock: a moment that has certainly passed, as the certificates that
     * were verified were made by then, in seconds since 1970-01-01 UTC; else 0. */
    int64_t proven_s;
} wh_outcome;

/** @name Words
 * Each value's word, as JSON and the line of a wake have it: constant text, which is nobody's to free.
 * @{ */
const char *wh_result_word(wh_result result);             /**< As "resumed". */
const char *wh_reason_word(wh_reason reason);             /**< As "accepted". */
const char *wh_protocol_word(wh_protocol protocol);       /**< As "TLS1.3". */
const char *wh_kind_word(wh_kind kind);                   /**< As "ticket". */
const char *wh_tiers_word(wh_tiers tiers);                /**< As "both". */
const char *wh_early_data_word(wh_early_data early_data); /**< As "accepted". */
const char *wh_clock_word(wh_clock_state state);          /**< As "known". */
const char *wh_ticket_wait_word(wh_ticket_wait why);      /**< As "pays"; NULL for none. */
/** @} */

/** IANA's name of a cipher suite, or NULL for one that warmhello does not speak. */
const char *wh_cipher_name(uint16_t cipher);

/** Enough for any outcome as JSON, with its closing zero. */
#define WH_OUTCOME_JSON_SIZE 840

/** Writes the outcome as one line of JSON, the form in which it crosses into
 * other languages and into log lines. Names that do not apply are null.
 *
 * Returns the length without the closing zero, or WH_USAGE_ARGUMENT when `size`
 * is too small. */
WH_MUST_CHECK int wh_outcome_json(const wh_outcome *outcome, char *out, size_t size);

/** The most bytes of a compact outcome. */
#define WH_OUTCOME_COMPACT_SIZE 24

/** What only the app knows, for wh_outcome_compact(). */
typedef struct wh_outcome_app {
    /** The version of its firmware, as a number of its choice, such as 10402 for 1.4.2; 0: not told. */
    uint16_t firmware;
    /** What the wake has taken, or is estimated to take, in millijoules, 65535 for as many or more; 0: not
     * known. */
    uint16_t energy_mj;
} wh_outcome_app;

/** Writes the outcome in a few bytes of CBOR (docs/SPEC.md, "Compact outcome"), which an app adds to what it
 * sends anyway. Nothing in it is secret, and nothing tells one device from another but what the app gives.
 *
 * Once the handshake is over it tells how the present connect began, and so can go out by that connect. What
 * comes after that, as a connect that fails, is for the next wake to tell: keep these bytes where they
 * survive deep sleep. What goes out as early data is written before the handshake, and can tell of the last
 * wake alone. `app`: NULL for nothing of its own.
 *
 * Returns how many bytes were written. */
size_t wh_outcome_compact(const wh_outcome *outcome, const wh_outcome_app *app,
                          uint8_t out[WH_OUTCOME_COMPACT_SIZE]);

/** Enough for a compact outcome as text, with its closing zero. */
#define WH_OUTCOME_TEXT_SIZE (2 * WH_OUTCOME_COMPACT_SIZE + 1)

/** The same in hexadecimal digits, as for a header of HTTP. */
void wh_outcome_text(const wh_outcome *outcome, const wh_outcome_app *app, char out[WH_OUTCOME_TEXT_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
