/** @file
 * A TLS connection over BSD sockets, for programs whose threads may wait: all that the connect (connect.h)
 * asks for, done by poll(). On lwIP as on a desk.
 *
 *     wh_socket *socket;
 *     if (wh_socket_open(&config, NULL, &socket) == WH_OK) {
 *         if (wh_socket_handshake(socket, WH_SOCKET_WAIT) == WH_OK) {
 *             sent = wh_socket_write(socket, request, sizeof request, 5000);
 *             got = wh_socket_read(socket, answer, sizeof answer, 5000);
 *         }
 *         wh_socket_close(socket);
 *     }
 *
 * It resumes the stored session if there is one for this server, makes a full handshake otherwise, and makes
 * one on a second TCP connection when the first fails because of the session: the caller sees one connection.
 *
 * Any number of them may be open, in as many threads; once one is open, a thread may read from it while
 * another writes. The core works for one call at a time, under the core's lock (lock.h), which is held while
 * TLS computes and never while a call waits. Whoever calls the core itself beside open sockets, as to forget
 * the session, takes that lock. No signal is raised, and one that comes meanwhile ends no wait.
 */
#ifndef WARMHELLO_SOCKET_H
#define WARMHELLO_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/client.h"
#include "warmhello/errors.h"
#include "warmhello/lock.h"
#include "warmhello/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/** To wait as long as the connect's own limits allow, in place of milliseconds. */
#define WH_SOCKET_WAIT UINT32_MAX

/** Nothing could be done in the time given; no error of errors.h. Call again. */
#define WH_SOCKET_AGAIN (-1000)

/** A connection. */
typedef struct wh_socket wh_socket;

/** Zeros are the defaults. */
typedef struct wh_socket_options {
    /** From the beginning until the app may write, in milliseconds; 0 for WH_CONNECT_TIMEOUT_DEFAULT_MS. */
    uint32_t timeout_ms;
    /** How long the server may say nothing to what was written, in milliseconds; 0 for ever. */
    uint32_t silence_ms;
    /** Where TCP goes, if not to the client's host: a name or an address, copied; NULL for the host. */
    const char *tcp_host;
    /** TCP that the caller has connected, if `has_tcp`, blocking or not: the first attempt uses it, and a
     * second one is opened to the same address, from the same one, with the same socket options, and with the
     * same O_NONBLOCK once it is open. It is shut down here and stays the caller's, who closes it after
     * wh_socket_close(), or as soon as wh_socket_handshake() has returned WH_OK with another one in use; any
     * other is closed here.
     */
    bool has_tcp;
    int tcp;
    /** TCP's keep-alive, for TCP that is opened here: after how many seconds without a byte it asks whether
     * the server is there, how often it asks again, and how many times in vain. 0 for `keep_alive_idle_s`:
     * not at all; 0 for the others: as the machine has it. */
    uint16_t keep_alive_idle_s;
    uint16_t keep_alive_interval_s;
    uint16_t keep_alive_count;
    /** Plain TCP in place of TLS, by the same calls; of the configuration only host and port count. */
    bool is_plain;
} wh_socket_options;

/** Begins; nothing is sent before wh_socket_handshake(). The configuration is copied but for the files, which
 * must stay as they are until wh_socket_close(). `*out` is the caller's, until wh_socket_close(), and NULL
 * after an error: those of wh_client_init(); WH_USAGE_HOST: `tcp_host` is longer than a name may be;
 * WH_USAGE_STATE: no platform is in use; WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_socket_open(const wh_client_config *config, const wh_socket_options *options,
                                 wh_socket **out);

/** Goes on with name, TCP and handshake for `wait_ms` milliseconds at most; a name is looked up by
 * getaddrinfo(), which waits as long as it likes. WH_OK: the app may write. WH_SOCKET_AGAIN: not yet. Else
 * why it failed (errors.h), all second tries included. Whoever waits by select() instead of `wait_ms` calls
 * again after a tenth of a second at the latest: the second try is due by the clock. */
WH_MUST_CHECK int wh_socket_handshake(wh_socket *s, uint32_t wait_ms);

/** Waits for plaintext, at most `wait_ms` milliseconds, after the handshake if that is not done. Returns how
 * many bytes came; 0: the server, or wh_socket_finish(), has closed properly; WH_SOCKET_AGAIN: none in time;
 * else why the connection is over, after all bytes that came. WH_USAGE_ARGUMENT: `size` is 0. */
WH_MUST_CHECK int wh_socket_read(wh_socket *s, void *out, size_t size, uint32_t wait_ms);

/** The same wait, without taking anything. WH_OK: wh_socket_read() returns at once, be it that the connection
 * is over. WH_SOCKET_AGAIN: not yet. */
WH_MUST_CHECK int wh_socket_await(wh_socket *s, uint32_t wait_ms);

/** Sends plaintext, after the handshake if that is not done, or with the hello where policy and session allow
 * early data (connect.h): who consents to those calls this, or wh_socket_await_room(), in place of
 * wh_socket_handshake(). Returns how many bytes were taken, 1 at least
 * unless `size` is 0; WH_SOCKET_AGAIN: none in time, call again with the same bytes; else why the connection
 * is over, WH_USAGE_STATE if it was closed properly. What was taken leaves now or in the calls that follow.
 *
 * What comes meanwhile is left in the network's buffers once the connection's own are full, so a server that
 * writes without end may stop reading: with plaintext to be read, WH_SOCKET_WAIT is a second. Read then. */
WH_MUST_CHECK int wh_socket_write(wh_socket *s, const void *bytes, size_t size, uint32_t wait_ms);

/** Waits until wh_socket_write() would take bytes, be it as early data. WH_OK; WH_SOCKET_AGAIN: not in time;
 * else the error that it would give. */
WH_MUST_CHECK int wh_socket_await_room(wh_socket *s, uint32_t wait_ms);

/** How many bytes wh_socket_read() could give without the network, at least. Never 0 when there are some,
 * though the TCP socket has nothing to read: ask before select(), or use wh_socket_await(). */
size_t wh_socket_pending(wh_socket *s);

/** The TCP socket in use, for select(): the one that opened, or before that the newest. It may change until
 * wh_socket_handshake() returns WH_OK, and not after: it is readable when the connection is over, and closed
 * by wh_socket_close(). -1: none. */
int wh_socket_tcp(const wh_socket *s);

/** What happened so far. The connection's, until the next call; final after wh_socket_finish(). */
const wh_outcome *wh_socket_outcome(wh_socket *s);

/** Closes in an orderly way: sends what is written, waits for a ticket that is worth it, says goodbye, keeps
 * the session. At most 7 s, and mostly none; with early data whose handshake is not done, as long as that may
 * take as well. May be called in any state, and twice. WH_OK: the connection is closed, and TCP has taken
 * what was written, however it ended; else something of that is lost, and why (wh_connect_has_unsent()). */
int wh_socket_finish(wh_socket *s);

/** wh_socket_finish(), whose result it returns, then frees everything. NULL is allowed: WH_OK. */
int wh_socket_close(wh_socket *s);

#ifdef __cplusplus
}
#endif

#endif
