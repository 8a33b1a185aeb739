/** What a connection does with sessions: it offers the stored one when it opens, and keeps
 * what the server hands out. wh_conn calls these functions in this order; nobody else does.
 */
#ifndef WARMHELLO_RESUMPTION_H
#define WARMHELLO_RESUMPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "record.h"
#include "kept.h"

struct WOLFSSL;

/** The fields are private. */
typedef struct wh_resumption {
    wh_client *client;
    wh_outcome *outcome;
    /** What the last look came to, what it found, and what the hello does with it: offers it, or why not. */
    int looked;
    wh_stored stored;
    /** How long the device was away from this peer, in microseconds. */
    uint64_t away_us;
    wh_reason chosen;
    uint32_t chosen_generation;
    bool offered;
    uint32_t offered_generation;
    /** The session of the attempt that this one follows; 0 for none. */
    uint32_t suspect;
    wh_lineage lineage;
    /** When the first of the certificates ends that this handshake went by, its CA among them. */
    int64_t not_after_s;
    /** The second attempt of a connect. */
    bool is_second;
    /** The pre-shared key was left out of the hello, as the server does not know it. */
    bool psk_withheld;
    /** The handshake went by the pre-shared key. */
    bool by_psk;
    bool renewed12;
    /** TLS 1.2 it is, with a server that has TLS 1.3 as well (RFC 8446 4.1.3). */
    bool peer_has_tls13;
    bool kept;
    /** So was another one, in RTC RAM. */
    bool has_spare;
    /** A TLS 1.3 ticket has come, kept or not. */
    bool ticket_came;
    /** The server has refused early data that its ticket allowed, and did not ask for another hello. */
    bool refuses_early_data;
    /** It has closed before the client did, or TCP has ended. */
    bool peer_has_left;
    uint32_t ticket_lifetime_s;
    /** The session is offered without a key exchange (psk_ke), and the group that the handshake came to. */
    bool without_exchange;
    uint16_t group;
    /** When on the elapsed clock it was first asked how long to wait for a ticket; 0: not yet. */
    uint64_t waited_since_us;
    /** What is known of this peer, and what of it is remembered. */
    wh_peer peer;
    wh_peer noted;
    /** A second ticket, sealed, on its way to flash. */
    uint8_t *second;
    uint16_t second_size;
    /** What went out on trust was sealed anew in RTC RAM, and is not in flash yet. */
    bool is_counted;
} wh_resumption;

/** Begins; `client` and `outcome` must outlive it. */
void wh_resumption_begin(wh_resumption *r, wh_client *client, wh_outcome *outcome);

/** A session of this connection may carry early data, as far as ALPN goes: the server agreed to the first
 * application protocol that it was asked for, or it was asked for none. So the binding alone says which one a
 * server must agree to that takes early data with it (RFC 8446 4.2.10). */
bool wh_resumption_has_first_protocol(struct WOLFSSL *ssl, const wh_client *client);

/** Attaches the stored session, for a hello that may be sent later, if there is one that may be offered. None
 * is spent. Once more for a new WOLFSSL.
 *
 * WH_MISS_UNUSABLE: the session may not be offered after all, and is attached; make a new WOLFSSL and go on
 * without calling this again. WH_OK in every other case. */
WH_MUST_CHECK int wh_resumption_attach(wh_resumption *r, struct WOLFSSL *ssl);

/** Whether wh_resumption_attach() would come to the same now. */
bool wh_resumption_stands(wh_resumption *r);

/** How much early data may go with the attached session, in bytes; 0: none. The app has to consent; the
 * session must allow it, go out once only and be of a known age; and the server must not be known to refuse
 * it, or to give no ticket beside it. */
uint32_t wh_resumption_early_limit(const wh_resumption *r);

/** The hello goes out: sets the outcome's reason. A single-use session is spent here, durably.
 *
 * False: it cannot be, so the hello may not go out; make a new one with nothing attached, and go on without
 * calling this again. */
WH_MUST_CHECK bool wh_resumption_offer(wh_resumption *r);

/** The handshake is done, and the outcome's result and protocol `peer_has_tls13` and `by_psk` are set. Keeps
 * a TLS 1.2 session. */
void wh_resumption_handshake_done(wh_resumption *r, struct WOLFSSL *ssl);

/** A TLS 1.3 ticket has come. */
void wh_resumption_ticket(wh_resumption *r, struct WOLFSSL *ssl);

/** This attempt follows one with a session, and offers none. */
void wh_resumption_follow(wh_resumption *r);

/** After what is known of the peer: whether suites with SHA-384 shall be offered as well. It took none of the
 * others, or the last handshake with it failed, for which that may be the reason: not all say so. */
bool wh_resumption_wants_all_suites(const wh_resumption *r);

/** After what is known of the peer: whether the pre-shared key shall be offered. A second attempt goes by
 * certificates; so do most connects with a server that broke off handshakes with the key and made others
 * without it. Without a CA it is offered always. */
bool wh_resumption_wants_psk(wh_resumption *r);

/** Whether the session shall be offered without a key exchange: the profile allows it, and the peer is not
 * known to refuse it. */
bool wh_resumption_without_exchange(const wh_resumption *r);

/** How long a ticket is worth waiting for, in milliseconds; 0 when none is to be expected, or when it does
 * not pay: the outcome tells why. Once the app has closed. */
uint32_t wh_resumption_ticket_wait_ms(wh_resumption *r);

/** The handshake failed, and the outcome's error is set. A session that was offered is
 * suspect. `is_last`: no attempt in full follows. */
void wh_resumption_handshake_failed(wh_resumption *r, bool is_last);

/** The handshake with the session that was offered has not come to its end, and nobody waits any longer: it
 * is suspect. */
void wh_resumption_given_up(wh_resumption *r);

/** The server has not answered the session yet, and an attempt in full joins this one. */
void wh_resumption_doubted(wh_resumption *r);

/** The attempt in full that should have followed this failed one could not be made. */
void wh_resumption_no_second_attempt(wh_resumption *r);

/** TCP with the server did not come about. Returns how long to leave it alone, in seconds. */
uint32_t wh_resumption_unreachable(const wh_client *client);

/** Writes to flash what belongs there, and sets the outcome's `stored`. Once, at the end of
 * a connection: an erase takes tens of milliseconds. */
void wh_resumption_settle(wh_resumption *r);

/** Frees what is left. May be called twice, and on zeros. */
void wh_resumption_free(wh_resumption *r);

#endif
