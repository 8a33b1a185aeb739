/** @file
 * One connect, from a host's name to the last byte, without I/O: the caller does what it is asked for and
 * tells what came of it.
 *
 *     wh_connect_begin(&connect, &client, NULL);
 *     for (wh_step s = {0}; s.kind != WH_STEP_OVER;) {
 *         s = wh_connect_next(&connect);
 *         switch (s.kind) {
 *         case WH_STEP_RESOLVE:
 *             wh_connect_resolved(&connect, look_up(host));
 *             break;
 *         case WH_STEP_OPEN:
 *             open_tcp(s.tcp); // when it is up: wh_connect_ready()
 *             break;
 *         case WH_STEP_SEND:
 *             wh_connect_sent(&connect, s.tcp, send_tcp(s.tcp, s.bytes, s.size));
 *             break;
 *         case WH_STEP_OPENED: // the app may write, with early data before TCP is up
 *             wrote = wh_connect_write(&connect, request, sizeof request);
 *             break;
 *         case WH_STEP_READ:
 *             got = wh_connect_read(&connect, answer, sizeof answer);
 *             break;
 *         case WH_STEP_WAIT:
 *             wait_tcp(s.wait_us); // bytes that come meanwhile: wh_connect_received()
 *             break;
 *         case WH_STEP_SHUT:
 *             shut_tcp(s.tcp);
 *             break;
 *         case WH_STEP_CLOSE:
 *             close_tcp(s.tcp);
 *             break;
 *         default:
 *             break;
 *         }
 *     }
 *     wh_connect_free(&connect);
 *
 * firmware/port/bsd/src/socket.c is that program in whole, over BSD sockets.
 *
 * All rules about time and about second tries are in here. There is one deadline for all that is tried, and a
 * limit for each part of it. When the server refuses the stored session and breaks off, a second TCP
 * connection makes a full handshake; when it answers the session with silence, the second one joins the first
 * at half of the time that TLS has, and the one that opens first is used. A close waits for a ticket that is
 * worth it, and for the goodbye to arrive. What the server itself breaks off is counted, and the outcome
 * advises how long to leave it alone.
 *
 * Early data (RFC 8446 2.3), for clients whose policy has `early_data`, with a session that allows it: the
 * app is told to write as soon as the hello is made, before TCP is up, and what it writes leaves with the
 * hello. Each write is taken whole, as long as all of them are within the server's limit and
 * WH_EARLY_DATA_MAX; one that does not fit waits for the handshake, and so do all after it. A hello waits for
 * no app: what is written when it has left still leaves early, until the server answers. What the server did
 * not take, or is not known to have taken, is sent again after the handshake, without the app noticing.
 *
 * So these bytes may reach the server twice, once as early data and once after a handshake, and never more
 * often. Twice it is when the server has taken them early, and TCP then broke, the handshake failed, or
 * nothing came in half of the time for TLS, before its answer had said so. Whoever has recorded a hello may
 * also send it to the server again (RFC 8446 8). An app consents for requests of which neither matters.
 *
 * Not thread-safe: all calls for all connects come from one task. Time is the platform's elapsed clock.
 */
#ifndef WARMHELLO_CONNECT_H
#define WARMHELLO_CONNECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/errors.h"
#include "warmhello/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/** For everything that is tried, in milliseconds, unless set otherwise. */
#define WH_CONNECT_TIMEOUT_DEFAULT_MS 20000

/** Room for wire bytes each way unless set otherwise, and at least, in bytes. */
#define WH_CONNECT_ROOM_DEFAULT 1024
#define WH_CONNECT_ROOM_MIN 512

/** The most that leaves as early data, in bytes, whatever the server's limit: so much memory of the
 * platform's keeps it until the server is known to have it. */
#define WH_EARLY_DATA_MAX 4096

/** The most TCP connections at a time; they are numbered from 0. */
enum { WH_CONNECT_TCPS = 2 };

/** The way to the network. A limit of its own belongs to each of the first two. */
typedef enum wh_network {
    WH_NETWORK_IS_UP,       /**< there is one: the only value for who does not know */
    WH_NETWORK_IS_ON_TRUST, /**< it is taken over from an earlier wake, and may not be there any more */
    WH_NETWORK_IS_JOINED,   /**< an access point has let the device in, which has no address yet */
    WH_NETWORK_IS_AWAY,     /**< there is none yet, or it is lost */
} wh_network;

/** Zeros are the defaults. */
typedef struct wh_connect_options {
    /** From the beginning until the app may write, in milliseconds, 24 days at most; 0 for
     * WH_CONNECT_TIMEOUT_DEFAULT_MS. */
    uint32_t timeout_ms;
    /** How long the server may say nothing to what the app has written, in milliseconds, 24 days at
     * most; 0 for ever. */
    uint32_t silence_ms;
    /** Room for wire bytes each way and TCP connection, in bytes, from the platform's memory; 0 for
     * WH_CONNECT_ROOM_DEFAULT. More saves calls. */
    size_t room;
    /** As it is now; wh_connect_network() tells what comes later. */
    wh_network network;
    /** How many wakes before this one, in a row, have found no network. The advice of a connect that finds
     * none either counts them. */
    uint32_t offline_wakes;
} wh_connect_options;

/** What the caller does next. */
typedef enum wh_step_kind {
    WH_STEP_WAIT,          /**< until something happens, at most `wait_us`; then ask again */
    WH_STEP_RENEW_NETWORK, /**< the network on trust leads nowhere: set it up anew */
    WH_STEP_RESOLVE,       /**< look the host's name up; wh_connect_resolved() tells the result */
    WH_STEP_OPEN,          /**< begin to open TCP `tcp`; wh_connect_ready() or _failed() tells the result */
    WH_STEP_SEND,          /**< send what can be sent of `bytes` now; wh_connect_sent() must follow at once */
    WH_STEP_SHUT,          /**< nothing more will be sent on TCP `tcp`: end this side of it (FIN) */
    WH_STEP_CLOSE,         /**< close TCP `tcp`, whatever state it is in */
    /** The app may write; the handshake is done and the outcome says how it went, unless what is written may
     * be early data: then the next kind tells that. The last bytes of the handshake may still be to be
     * sent, so that what the app writes before the next step leaves in one packet with them. */
    WH_STEP_OPENED,
    WH_STEP_SECURED, /**< the handshake is done, after the app was early to write */
    WH_STEP_READ,    /**< there may be plaintext: wh_connect_read() until it returns 0 */
    WH_STEP_OVER,    /**< all is over, and the outcome final: wh_connect_free() */
} wh_step_kind;

/** What to do next. */
typedef struct wh_step {
    wh_step_kind kind;
    /** OPEN, SEND, SHUT, CLOSE: which TCP connection. */
    unsigned tcp;
    /** SEND: the connect's, until wh_connect_sent(). */
    const uint8_t *bytes;
    size_t size;
    /** WAIT: in microseconds; UINT64_MAX for as long as it takes. */
    uint64_t wait_us;
} wh_step;

struct wh_attempt;

/** The fields are private. */
typedef struct wh_connect {
    wh_client *client;
    wh_connect_options options;
    int phase;
    wh_network network;
    struct wh_attempt *attempts[WH_CONNECT_TCPS];
    /** Begun since the network was last set up. */
    unsigned tries;
    /** The one that opened, or else the last one whose TCP came up; NULL for none, or when it is gone. */
    struct wh_attempt *chosen;
    /** Of each TCP connection with TLS that is closed; and of the connect. */
    wh_outcome outcomes[WH_CONNECT_TCPS];
    wh_outcome outcome;
    int error;
    /** The network is doubted no more: it was once, or TCP has come up. */
    bool is_settled;
    bool is_hedged;
    /** A second attempt was asked for, which makes a full handshake, and its TCP is not up yet. */
    bool awaits_second;
    bool was_open;
    /** What the caller is to hear once no TCP connection asks for anything: RENEW_NETWORK, RESOLVE, OPENED or
     * SECURED; WAIT for nothing. */
    wh_step_kind due;
    /** Whether the app was told to write when a hello offered early data, and may still. */
    int early;
    /** The app has closed, in a hurry, and has written all; has written and read nothing since; may read; has
     * no room. */
    bool closes;
    bool hurries;
    bool is_written;
    bool has_asked;
    bool may_read;
    bool is_held;
    /** What it has written early, until the server is known to have it, and how much of that it has: taken
     * early, or sent after the handshake. In memory of the platform's; NULL for none. */
    uint8_t *early_writes;
    size_t early_size;
    size_t early_resent;
    /** How many bytes TCP has yet to take until all is gone that the app has written. */
    size_t unsent;
    uint64_t began_us;
    /** In milliseconds since then: now; when the present part is given up; when something is to be done
     * before; and when something last moved. */
    uint32_t now_ms;
    uint32_t part_ms;
    uint32_t sooner_ms;
    uint32_t moved_ms;
    bool has_sooner;
} wh_connect;

/** Begins; nothing is done before wh_connect_next(). `client`: whom to connect to, which must outlive the
 * connect; NULL for plain TCP, by the same rules of time. `options`: copied; NULL for the defaults.
 *
 * wh_connect_free() must follow. */
void wh_connect_begin(wh_connect *c, wh_client *client, const wh_connect_options *options);

/** What to do next. Ask again after each step, until it is to wait; after each event that is told below,
 * and when the wait is over, ask again. */
WH_MUST_CHECK wh_step wh_connect_next(wh_connect *c);

/* ---- What the caller tells ---------------------------------------------------------------------- */

/** The network has changed. One that is lost ends the connect; no session is blamed for it. */
void wh_connect_network(wh_connect *c, wh_network network);

/** The name's address is known, or it has none. No effect unless the step asked for it. */
void wh_connect_resolved(wh_connect *c, bool has_address);

/** TCP is up; later, that it takes bytes again after wh_connect_sent() with 0. */
void wh_connect_ready(wh_connect *c, unsigned tcp);

/** TCP has not come up, or was reset. `error`, of the former: WH_NETWORK_REFUSED: nobody listens there;
 * WH_NETWORK_TIMEOUT: no answer; WH_PLATFORM_MEMORY; WH_NETWORK_UNREACHABLE: what is not known to be the
 * server's fault. The first two count for back-off (outcome.h). */
void wh_connect_failed(wh_connect *c, unsigned tcp, int error);

/** How many bytes can be taken from this TCP connection now; 0: do not wait for any. */
size_t wh_connect_room(const wh_connect *c, unsigned tcp);

/** Bytes have arrived. Returns how many were taken, which is all up to wh_connect_room(). 0 bytes: the server
 * has ended its side. */
size_t wh_connect_received(wh_connect *c, unsigned tcp, const uint8_t *bytes, size_t size);

/** How much of a step's bytes was sent; 0: none for now, and wh_connect_ready() tells when it can go on. */
void wh_connect_sent(wh_connect *c, unsigned tcp, size_t size);

/** Whether wh_connect_ready() is waited for: TCP comes up, or is full. */
bool wh_connect_awaits_ready(const wh_connect *c, unsigned tcp);

/* ---- What the app does ---------------------------------------------------------------------------- */

/** Sends plaintext. Returns how many bytes were taken; 0: none for now, call again with the same bytes after
 * the next step. Before WH_STEP_OPENED none are taken, and between an early one and WH_STEP_SECURED all or
 * none of them. WH_USAGE_STATE: it is over, or closed. */
WH_MUST_CHECK int wh_connect_write(wh_connect *c, const uint8_t *bytes, size_t size);

/** Gives plaintext. Returns how many bytes came; 0: none for now, or it is over, which the next steps tell.
 */
WH_MUST_CHECK int wh_connect_read(wh_connect *c, uint8_t *out, size_t size);

/** How many bytes wh_connect_read() would give at once, at least; 0 as there. */
WH_MUST_CHECK size_t wh_connect_pending(wh_connect *c);

/** The app has no room for plaintext, or has some again: no WH_STEP_READ is given meanwhile, and the server
 * is not taken for silent. */
void wh_connect_hold(wh_connect *c, bool has_no_room);

/** The app closes it: hears of nothing more but WH_STEP_OVER. Waits for a ticket that is worth it, sends
 * close_notify, keeps the session, and waits half a second at most for the server to close as well, as deep
 * sleep would cut off what is sent. `is_written`: the app has written all; otherwise it goes on to write, for
 * 5 s at most, and calls this again. Before the app may write, it ends at once; where it might write early
 * data, the handshake is waited for first. From then on any end is WH_OK, unless what was written is lost
 * (wh_connect_has_unsent()), which wh_connect_error() tells: the handshake fails, the connection ends before
 * TCP has taken all of it (WH_NETWORK_LOST where the server has closed properly), or that takes more than
 * those 5 s (WH_PEER_SILENT). */
void wh_connect_close(wh_connect *c, bool is_written);

/** The same without a wait for a ticket, or for what the app has not written yet; for the handshake only if
 * something was written; and of what TCP has no room for, for half a second. */
void wh_connect_hurry(wh_connect *c);

/** Ends it without a further wait, for that reason: wh_connect_error(). What was not open yet has failed by
 * its outcome too. */
void wh_connect_end(wh_connect *c, int error);

/* ---- What came of it -------------------------------------------------------------------------------- */

/** Why it is over: WH_OK when the app or the server has closed it properly, and before it is over; an error
 * where something of what the app wrote was lost by that. */
int wh_connect_error(const wh_connect *c);

/** Whether TCP has yet to take something of what wh_connect_write() has taken, or the server to accept it as
 * early data: the app's to lose, if it is over. What TCP has taken may be lost too, as TCP does not tell. */
bool wh_connect_has_unsent(const wh_connect *c);

/** What happened so far: of the TLS connection that opened, or else of the last one. Without any TLS, in the
 * end, a failed one with the error and the advice. The connect's; final with WH_STEP_OVER. */
const wh_outcome *wh_connect_outcome(const wh_connect *c);

/** The same of one TCP connection, for who wants to count all bytes; NULL when there was no TLS on it. */
const wh_outcome *wh_connect_outcome_of(const wh_connect *c, unsigned tcp);

/** Frees everything, in any state; the caller closes what TCP connections it still has. May be called twice.
 */
void wh_connect_free(wh_connect *c);

#ifdef __cplusplus
}
#endif

#endif
