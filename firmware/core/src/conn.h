/** One TLS connection, without I/O: wire bytes in, wire bytes out.
 *
 * The caller owns the TCP connection. It feeds what arrives, sends what waits, and in between reads and
 * writes plaintext:
 *
 *     wh_conn_init(&conn, &client, &buffers);
 *     wh_conn_start(&conn);
 *     while (wh_conn_get_state(&conn) == WH_CONN_HANDSHAKE) {
 *         wh_conn_sent(&conn, send(buffers.out, conn.out_len));
 *         wh_conn_feed(&conn, bytes, recv(bytes));
 *     }
 *
 * The session is handled inside: it is offered when the connection opens, if it
 * is tied to this very client, and the one that the server hands out is stored
 * as soon as it can be resumed. Whatever is wrong with a stored session, the
 * handshake goes in full on the same connection, or wh_conn_fallback_due() asks
 * for one more connection.
 *
 * Not thread-safe: all calls for all connections come from one task.
 */
#ifndef WARMHELLO_CONN_H
#define WARMHELLO_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "resumption.h"

struct WOLFSSL;

typedef enum wh_conn_state {
    WH_CONN_IDLE,      /**< not opened, or freed */
    WH_CONN_HANDSHAKE, /**< feed and drain until it is open */
    WH_CONN_OPEN,      /**< plaintext may be read and written */
    WH_CONN_CLOSED,    /**< close_notify was sent or received; drain what is left */
    WH_CONN_FAILED,    /**< see the outcome; drain what is left, an alert */
} wh_conn_state;

/** Memory for wire bytes under way, the caller's until wh_conn_free(). 512 bytes
 * each will do; more saves calls. */
typedef struct wh_conn_buffers {
    uint8_t *in;
    size_t in_size;
    uint8_t *out;
    size_t out_size;
} wh_conn_buffers;

/** What is known of the server's certificates. The fields are private. */
typedef struct wh_peer_path {
    wh_client *client;
    /** Lowest notAfter and highest notBefore of those that lead to a CA, and of that CA; 0 for none. */
    int64_t not_after_s;
    int64_t not_before_s;
    /** The verdict, once the server's own certificate was judged. */
    int error;
    bool is_accepted;
    /** How many came, and how many of them are outside their dates. */
    uint8_t seen;
    uint8_t outside;
    /** Those that lead to no CA yet. */
    uint8_t aside_count;
    struct wh_aside *aside;
} wh_peer_path;

/** The fields are private. */
typedef struct wh_conn {
    wh_client *client;
    struct WOLFSSL *ssl;
    wh_conn_state state;
    wh_outcome outcome;
    size_t in_len;
    size_t in_pos;
    size_t out_len;
    wh_conn_buffers buffers;
    bool is_plain;
    bool wire_ended;
    bool was_reset;
    bool close_called;
    bool close_wanted;
    bool has_presented;
    /** The hello follows one whose session was refused. */
    bool follows;
    /** The hello has suites with SHA-384 as well. */
    bool all_suites;
    /** How much early data the hello offers, in bytes, and what is to leave so: the caller's; NULL when there
     * is none, or all has left. */
    uint32_t early_limit;
    const uint8_t *early;
    size_t early_size;
    /** Of that: what wolfSSL has sent, and what it has in hand. */
    size_t early_sent;
    size_t early_in_hand;
    /** And the pre-shared key, or in TLS 1.2 suites with it. */
    bool has_psk;
    /** Since the hello its bytes have changed, and the server wanted it. */
    bool psk_has_changed;
    uint8_t first_byte;
    char last_direction;
    uint64_t hello_us;
    uint64_t opened_us;
    wh_peer_path path;
    wh_resumption resumption;
} wh_conn;

/** Makes it. `client` must outlive the connection. What is wrong with it (WH_USAGE_ARGUMENT: a client that
 * was not initialised, a buffer that is missing or smaller than 512 bytes) makes it a failed one.
 * wh_conn_free() must follow. */
void wh_conn_init(wh_conn *conn, wh_client *client, const wh_conn_buffers *buffers);

/** The same for plain TCP: what is written goes out as it is, and what arrives is read as it is. */
void wh_conn_plain(wh_conn *conn, const wh_conn_buffers *buffers);

/** The part of wh_conn_start() that needs no server and spends no session: the ClientHello, with the key pair
 * of TLS 1.3, which takes as long as a packet there and back or two. Call it while the network or TCP comes
 * up: what waits in buffers.out may be sent after wh_conn_start(), which makes it anew if it is older than 5
 * s or if another session is to be offered by then. An error is one of wh_conn_start() as well, which tries
 * anew. */
WH_MUST_CHECK int wh_conn_prepare(wh_conn *conn);

/** Begins: offers the stored session if it fits, and leaves the ClientHello to be sent. Call it when TCP is
 * up, not before: a TLS 1.3 ticket leaves the store here, because it may go out only once (RFC 8446 C.4).
 * Any error is also in the outcome. */
WH_MUST_CHECK int wh_conn_start(wh_conn *conn);

/** The most plaintext that may leave before the server answers, in bytes: its limit, when the hello that
 * waits or has left offers early data (RFC 8446 2.3), and no answer was read yet; otherwise 0. */
uint32_t wh_conn_early_limit(const wh_conn *conn);

/** This plaintext shall leave as early data, if the hello that goes out offers so much: right behind it, or
 * at once where it has left by now. What became of it is in the outcome. `bytes`: the caller's, unchanged
 * until the handshake is over, wh_conn_early_forget(), or this is called again with the same and more behind.
 */
void wh_conn_early_data(wh_conn *conn, const uint8_t *bytes, size_t size);

/** What has not left early by now does not any more, and its bytes may go. */
void wh_conn_early_forget(wh_conn *conn);

/** How many bytes it can take now. */
size_t wh_conn_room(const wh_conn *conn);

/** Takes bytes that arrived. Returns how many were taken, which is fewer than
 * `size` when plaintext must be read first, or the error that ended the
 * connection. */
WH_MUST_CHECK int wh_conn_feed(wh_conn *conn, const uint8_t *bytes, size_t size);

/** Tells that TCP has closed. WH_PEER_CLOSED: in the middle of the handshake.
 * Later, wh_conn_read() gives what is left and then, if there was no
 * close_notify, WH_PEER_TRUNCATED. */
WH_MUST_CHECK int wh_conn_eof(wh_conn *conn);

/** Tells that the caller waits for the server no longer: a handshake ends with WH_NETWORK_TIMEOUT. No effect
 * in any other state. */
void wh_conn_silent(wh_conn *conn);

/** Tells that the network is gone: a handshake is over, and nobody is to blame. No effect in any other state.
 */
void wh_conn_abandon(wh_conn *conn);

/** So many of the bytes that wait in buffers.out (out_len of them) were sent. More may wait afterwards, for
 * which there was no room. */
void wh_conn_sent(wh_conn *conn, size_t size);

/** Encrypts plaintext. Returns how many bytes were taken; 0 means: drain, then
 * call again with the same bytes, part of which may be encrypted already.
 * WH_USAGE_STATE: not open. */
WH_MUST_CHECK int wh_conn_write(wh_conn *conn, const uint8_t *bytes, size_t size);

/** Decrypts plaintext. Returns how many bytes came; 0 means: feed first, or the
 * peer has closed, which the state tells. */
WH_MUST_CHECK int wh_conn_read(wh_conn *conn, uint8_t *out, size_t size);

/** Decrypts what has arrived, and returns how many bytes wh_conn_read() would give at once, at least; 0 means
 * as there. */
WH_MUST_CHECK size_t wh_conn_pending(wh_conn *conn);

/** How long it is worth to go on feeding and reading before wh_conn_close(), in milliseconds,
 * for a TLS 1.3 ticket that has not come yet. 0 when none is to be expected or it does not pay, as soon as it
 * is here, and in every state but WH_CONN_OPEN. Call it when the app has closed: the outcome tells what was
 * decided then, and how late a ticket comes is counted from there. */
uint32_t wh_conn_ticket_wait_ms(wh_conn *conn);

/** Leaves close_notify to be drained (servers forget stateful sessions without it), takes
 * in a ticket that has arrived meanwhile, and writes to flash what belongs there, which may
 * take an erase. On a connection that has failed since it was open it does the latter only. No
 * effect before it is open, or when the handshake has failed. */
void wh_conn_close(wh_conn *conn);

wh_conn_state wh_conn_get_state(const wh_conn *conn);

/** True if the handshake failed with a stored session or the pre-shared key offered, or the server refused
 * all suites with SHA-256, which are all that a first hello has: free this connection, open another one over
 * a new TCP connection with the same client, and it goes in full by certificates, with all suites; without a
 * CA by the key, and then only where a session was offered. Never true
 * for that second one, nor when the server's certificate was judged or one of the client's files could not be
 * used: the server had chosen a full handshake then, and another would end the same. */
bool wh_conn_fallback_due(const wh_conn *conn);

/** Tells that the second connection which wh_conn_fallback_due() asks for could not be made: TCP
 * did not come about. The failure counts, and the outcome's backoff_s is set. */
void wh_conn_no_fallback(wh_conn *conn);

/** Asks for that second connection while this one still waits for the server, which may
 * answer a session with silence. The next wh_conn_start() with the same client goes in full by certificates,
 * beside this one; use the one that opens first and free the other. True if there is
 * something to gain: a session or the pre-shared key was offered and the handshake is not over. */
bool wh_conn_hedge(wh_conn *conn);

/** What happened so far. The connection's. */
const wh_outcome *wh_conn_outcome(const wh_conn *conn);

/** Frees everything, in any state. May be called twice. A session whose handshake is given up before it
 * opened, without wh_conn_hedge(), is suspect: twice in a row, and the next connect goes in full. */
void wh_conn_free(wh_conn *conn);

#endif
