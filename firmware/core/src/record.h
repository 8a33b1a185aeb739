/** The stored envelope of one session: what it is, whom it is for, its times, and the
 * session itself, sealed with the device's key. docs/SPEC.md gives every byte.
 *
 * The header is readable by anyone and protected against change; the session is
 * encrypted. The nonce is a keyed hash of header and session, so that it cannot come
 * again with other contents, whatever counter or random state a device has lost.
 */
#ifndef WARMHELLO_RECORD_H
#define WARMHELLO_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binding.h"
#include "clock.h"
#include "peer.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "session.h"

/** The version of the format that this code writes. It opens versions 1 and 2 as well. */
#define WH_RECORD_VERSION 3

/** Bytes before and after the sealed session, and in the versions before. */
#define WH_RECORD_OVERHEAD 176
#define WH_RECORD_OVERHEAD_LEAST 160

/** The longest record, in bytes. */
#define WH_RECORD_MAX (WH_RECORD_OVERHEAD + WH_SESSION_MAX)

/** What a session has from the full handshake at the head of its chain of resumptions.
 * Inherited by each that follows, never renewed. */
typedef struct wh_lineage {
    /** When that handshake was. Its elapsed clock is begun anew when a session is offered after a loss of
     * power that no clock has measured; the wall clock stays. */
    wh_instant authenticated;
    /** Lowest notAfter of the certificates verified in it, the CA's included, in seconds
     * since 1970-01-01 UTC; 0 when unknown. */
    int64_t not_after_s;
    /** Such losses of power, at most 255. */
    uint8_t losses;
    /** Minutes that certainly went by before the elapsed clock was begun anew. */
    uint16_t aged_min;
    /** One of the resumptions since had no key exchange: whoever gets the secret of one gets those of all
     * that follow. */
    bool without_exchange;
} wh_lineage;

/** What the header says. */
typedef struct wh_record_info {
    wh_protocol protocol;
    wh_kind kind;
    /** May be offered once only, as a TLS 1.3 ticket (RFC 8446 C.4). */
    bool single_use;
    /** It may carry early data: the server takes it, and agreed to the first application protocol it was
     * asked for. */
    bool early_data;
    /** Of the pinned peer: another's may not take its place while it may be offered. */
    bool pinned;
    /** What was remembered of the peer, but for what is not sealed. */
    wh_peer peer;
    /** How many bytes of early data the server takes with it (RFC 8446 4.6.1); 0: none, or not known. */
    uint32_t early_data_max;
    /** Rises with each record that the device seals. */
    uint32_t generation;
    /** Seconds, as the server gave it or WH_LIFETIME_DEFAULT_S. */
    uint32_t lifetime_s;
    wh_instant captured;
    wh_lineage lineage;
    wh_binding binding;
    /** The wolfSSL build that serialised the session. */
    uint64_t build;
} wh_record_info;

/** Seals `size` bytes of a serialised session. Writes WH_RECORD_OVERHEAD + size bytes to
 * `out`, and returns that number. `session` may lie inside `out` at WH_RECORD_BODY. The
 * serialised bytes stay the caller's to wipe unless they lie there.
 *
 * WH_PLATFORM_KEY: no device key. WH_PLATFORM_MEMORY. `out` is wiped then. */
WH_MUST_CHECK int wh_record_seal(const wh_record_info *info, const uint8_t *session, size_t size,
                                 uint8_t *out);

/** Where the session lies in a record of this version. */
#define WH_RECORD_BODY 160

/** Reads the header without checking the seal, for looking and for ordering; nothing may be
 * done on its word. WH_DAMAGE_RECORD: not a record of this version, or of another length
 * than `size`. */
WH_MUST_CHECK int wh_record_peek(const uint8_t *record, size_t size, wh_record_info *out);

/** Checks everything and decrypts the session into `session`, which has room for size -
 * WH_RECORD_OVERHEAD_LEAST bytes. Returns their number. The caller wipes them.
 *
 * WH_DAMAGE_RECORD: another format, or the seal is broken. WH_PLATFORM_KEY,
 * WH_PLATFORM_MEMORY. Nothing is left in `session` then. */
WH_MUST_CHECK int wh_record_open(const uint8_t *record, size_t size, wh_record_info *out, uint8_t *session);

#endif
