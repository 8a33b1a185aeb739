/** The one file that touches a WOLFSSL_SESSION.
 *
 * A wh_session owns one reference to a wolfSSL session, or none. Every wh_session
 * that a function here filled must go through wh_session_release(), which may be
 * called on an empty one as well: initialise with WH_SESSION_EMPTY and release on
 * every path.
 */
#ifndef WARMHELLO_SESSION_H
#define WARMHELLO_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/errors.h"
#include "warmhello/outcome.h"

struct WOLFSSL;
struct WOLFSSL_SESSION;

typedef struct wh_session {
    struct WOLFSSL_SESSION *native;
    /** One of TLS 1.2 without extended master secret is not saved. */
    bool must_have_extended_master;
} wh_session;

#define WH_SESSION_EMPTY ((wh_session){NULL, false})

/** The longest serialised session that is kept, in bytes. Larger ones, with a
 * long client certificate in the ticket, are not stored. */
#define WH_SESSION_MAX 2048

/** How long a TLS 1.2 session is offered when the server gave no lifetime, as for
 * session IDs and for tickets with a hint of 0 (RFC 5077 5.6), in seconds. */
#define WH_LIFETIME_DEFAULT_S 86400

/** No TLS 1.3 ticket lives longer, whatever the server says (RFC 8446 4.6.1), in seconds. */
#define WH_TICKET_LIFETIME_MAX_S 604800

/** Takes a reference to the session of a connection (wolfSSL_get1_session). It must have an extended master
 * secret, unless the caller says otherwise in `out`.
 *
 * Call it after the handshake, in TLS 1.3 once a ticket has come: before that
 * wolfSSL hands out an object that cannot be resumed. A TLS 1.2 ticket without a
 * lifetime gets WH_LIFETIME_DEFAULT_S, one of TLS 1.3 WH_TICKET_LIFETIME_MAX_S at most.
 * WH_MISS_NOT_RESUMABLE: no session, or such an object; `out` is empty then. */
WH_MUST_CHECK int wh_session_capture(struct WOLFSSL *ssl, wh_session *out);

/** After a full handshake of TLS 1.2 that brought no ticket: the connection's session has no ticket any more,
 * which was of the one that was offered. It may have an ID still. */
void wh_session_drop_ticket(struct WOLFSSL *ssl);

/** Attaches the session to a connection that has not begun (wolfSSL_set_session).
 *
 * wolfSSL takes a reference of its own; the caller still owns `session`. The hello will have the extension
 * for the extended master secret, also where the session has none (RFC 7627 5.3). WH_MISS_UNUSABLE: wolfSSL
 * refused, so the handshake will be a full one. */
WH_MUST_CHECK int wh_session_attach(const wh_session *session, struct WOLFSSL *ssl);

/** How the session names itself to the server. */
wh_kind wh_session_kind(const wh_session *session, wh_protocol protocol);

/** How long it would be, serialised, in bytes; 0 if wolfSSL cannot serialise it. */
size_t wh_session_size(const wh_session *session);

/** Serialises the session, secrets included. Returns the length.
 * WH_MISS_NOT_RESUMABLE: wolfSSL cannot serialise it, or could not resume it.
 * WH_MISS_NO_EXTENDED_MASTER: it is one of TLS 1.2 without extended master secret, and must have one (RFC
 * 7627 5.3). WH_PLATFORM_RTC: longer than `size`; nothing was written. */
WH_MUST_CHECK int wh_session_save(const wh_session *session, wh_protocol protocol, uint8_t *out, size_t size);

/** Restores a session that wh_session_save() wrote `age_us` ago, in microseconds. The
 * bytes must come from a record that was checked: wolfSSL's parser believes them. The
 * stamps in them are rewritten to that age on the present clock, which may have
 * restarted since. WH_DAMAGE_SESSION: not exactly one session of `size` bytes.
 * WH_PLATFORM_MEMORY. `out` is empty then. */
WH_MUST_CHECK int wh_session_load(uint8_t *bytes, size_t size, uint64_t age_us, wh_session *out);

/** Seconds for which the server promised to resume it, or WH_LIFETIME_DEFAULT_S. */
uint32_t wh_session_lifetime_s(const wh_session *session);

/** The most early data that the server takes with it, in bytes; 0: none (RFC 8446 4.6.1). */
uint32_t wh_session_early_limit(const wh_session *session);

/** Gives the reference back (wolfSSL_SESSION_free) and empties `session`. */
void wh_session_release(wh_session *session);

#endif
