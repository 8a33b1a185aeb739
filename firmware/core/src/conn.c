#include "conn.h"

#include <string.h>
#include <strings.h>

#include <wolfssl/error-ssl.h>
#include <wolfssl/internal.h>

#include "conn_io.h"
#include "early_data.h"
#include "external_psk.h"
#include "hello.h"
#include "identity.h"
#include "memory_ran_out.h"
#include "peer_error.h"
#include "peer_path.h"
#include "trust.h"
#include "clock.h"
#include "warmhello/platform.h"

#define BUFFER_MIN 512

/* An encrypted alert takes 31 bytes at most; one that fits whole needs no retry. */
#define CLOSE_NOTIFY_ROOM 64

/* The first byte a TLS server sends is the type of a handshake or alert record
 * (RFC 8446 5.1). */
enum { RECORD_ALERT = 21, RECORD_HANDSHAKE = 22 };

/* ---- What wolfSSL calls ---------------------------------------------------- */

static void count(wh_conn *conn, char direction, uint32_t size)
{
    bool handshake = conn->state <= WH_CONN_HANDSHAKE; /* a hello may wait for TCP */
    wh_outcome *o = &conn->outcome;
    if (direction == '>') {
        o->total_tx += size;
        o->handshake_tx += handshake ? size : 0;
    } else {
        o->total_rx += size;
        o->handshake_rx += handshake ? size : 0;
    }
    if (handshake && conn->last_direction != direction) {
        conn->last_direction = direction;
        o->flights++;
    }
}

/* True once the first byte has shown that the peer does not speak TLS. */
static bool is_not_tls(const wh_conn *conn)
{
    return conn->outcome.total_rx > 0 && conn->first_byte != RECORD_HANDSHAKE &&
           conn->first_byte != RECORD_ALERT;
}

static int receive(WOLFSSL *ssl, char *out, int size, void *ctx)
{
    (void)ssl;
    wh_conn *conn = ctx;
    size_t available = conn->in_len - conn->in_pos;
    if (available == 0) {
        return conn->wire_ended ? WOLFSSL_CBIO_ERR_CONN_CLOSE : WOLFSSL_CBIO_ERR_WANT_READ;
    }
    size_t taken = available < (size_t)size ? available : (size_t)size;
    const uint8_t *from = conn->buffers.in + conn->in_pos;
    if (conn->outcome.total_rx == 0) {
        conn->first_byte = from[0];
    }
    memcpy(out, from, taken);
    conn->in_pos += taken;
    count(conn, '<', (uint32_t)taken);
    /* At once: a whole record header may never come. */
    return is_not_tls(conn) ? WOLFSSL_CBIO_ERR_GENERAL : (int)taken;
}

static int transmit(WOLFSSL *ssl, char *bytes, int size, void *ctx)
{
    (void)ssl;
    wh_conn *conn = ctx;
    size_t room = conn->buffers.out_size - conn->out_len;
    if (conn->was_reset) {
        return WOLFSSL_CBIO_ERR_CONN_CLOSE;
    }
    if (room == 0) {
        return WOLFSSL_CBIO_ERR_WANT_WRITE;
    }
    size_t taken = room < (size_t)size ? room : (size_t)size;
    memcpy(conn->buffers.out + conn->out_len, bytes, taken);
    conn->out_len += taken;
    count(conn, '>', (uint32_t)taken);
    return (int)taken;
}

/* wolfSSL calls this for each TLS 1.3 ticket. In TLS 1.2 it comes before the
 * server's Finished is verified, too early to believe anything. */
static int on_new_session(WOLFSSL *ssl, WOLFSSL_SESSION *session)
{
    (void)session;
    wh_conn *conn = wolfSSL_GetIOReadCtx(ssl);
    if (conn->state == WH_CONN_OPEN) {
        wh_resumption_ticket(&conn->resumption, ssl);
    }
    return 0; /* wolfSSL keeps its reference */
}

/* wolfSSL calls this when the server asks for a certificate, which it does in a full handshake only. */
static int on_certificate_wanted(WOLFSSL *ssl, void *ctx)
{
    (void)ctx;
    wh_conn *conn = wolfSSL_GetIOReadCtx(ssl);
    if (conn->client->has_certificate) {
        conn->path.error = wh_identity_present(ssl, conn->client);
        conn->has_presented = conn->path.error == WH_OK;
    }
    return conn->path.error == WH_OK;
}

void wh_conn_io_configure(WOLFSSL_CTX *ctx)
{
    wolfSSL_CTX_set_cert_cb(ctx, on_certificate_wanted, NULL);

    wolfSSL_CTX_SetIORecv(ctx, receive);
    wolfSSL_CTX_SetIOSend(ctx, transmit);
    wolfSSL_CTX_sess_set_new_cb(ctx, on_new_session);
}

/* ---- Progress ---------------------------------------------------------------- */

static int received_alert(const wh_conn *conn)
{
    WOLFSSL_ALERT_HISTORY history;
    if (conn->ssl == NULL || wolfSSL_get_alert_history(conn->ssl, &history) != WOLFSSL_SUCCESS ||
        history.last_rx.level != alert_fatal) {
        return -1;
    }
    return history.last_rx.code;
}

/* True if the server says that it takes none of the suites, which all had SHA-256. So has the key. */
static bool refuses_sha256(const wh_conn *conn)
{
    int alert = conn->outcome.alert;
    return !conn->all_suites && !wh_external_psk_is_alone(conn->client) &&
           conn->first_byte != RECORD_HANDSHAKE &&
           (alert == handshake_failure || alert == insufficient_security);
}

/* A second attempt would differ from this one. */
static bool has_another_way(const wh_conn *conn)
{
    return conn->resumption.offered || (conn->has_psk && !wh_external_psk_is_alone(conn->client));
}

/* A hang-up or silence may be an accident. While a session is offered, or resumed, nothing has come to the
 * key yet. */
static wh_psk_suspect suspicion(const wh_conn *conn)
{
    if (!conn->has_psk || conn->psk_has_changed || conn->ssl->options.resuming) {
        return WH_PSK_CLEAR;
    }
    return conn->outcome.alert >= 0 ? WH_PSK_REFUSED : WH_PSK_DOUBTED;
}

static int fail(wh_conn *conn, int error)
{
    bool handshake = conn->state == WH_CONN_HANDSHAKE;
    conn->state = WH_CONN_FAILED;
    conn->outcome.error = error;
    if (handshake) {
        conn->outcome.result = WH_RESULT_FAILED;
        conn->outcome.handshake_us = (uint32_t)(wh_clock_elapsed_us() - conn->opened_us);
        bool refused = refuses_sha256(conn);
        conn->client->refused_sha256 = conn->client->refused_sha256 || refused;
        bool is_to_blame = has_another_way(conn) && !wh_peer_error_is_verdict(error);
        bool again = (refused && !conn->resumption.is_second) || is_to_blame;
        conn->client->psk_suspect = is_to_blame ? suspicion(conn) : WH_PSK_CLEAR;
        conn->client->fallback = again;
        wh_resumption_handshake_failed(&conn->resumption, !again);
    }
    return error;
}

/* The server has ended a handshake by the key and one without, or the only one that there is. */
static bool may_not_know_psk(const wh_conn *conn)
{
    bool is_by_key = conn->has_psk && wh_external_psk_is_alone(conn->client);
    bool follows_key = conn->resumption.is_second && conn->client->psk_suspect != WH_PSK_CLEAR;
    return conn->state == WH_CONN_HANDSHAKE && (is_by_key || follows_key);
}

/* Whoever sees a signature that is not by the certificate's key hangs up, with one alert or another. Only
 * then is it worth looking for oneself. */
static bool has_wrong_key(const wh_conn *conn, int error)
{
    return conn->has_presented && (conn->outcome.alert >= 0 || error == WH_PEER_CLOSED) &&
           wh_identity_match(conn->ssl) == WH_USAGE_KEY_MISMATCH;
}

static bool is_certificate_due(const WOLFSSL *ssl)
{
    int before =
        IsAtLeastTLSv1_3(ssl->version) ? SERVER_ENCRYPTED_EXTENSIONS_COMPLETE : SERVER_HELLO_COMPLETE;
    return ssl->options.serverState == before && !ssl->options.resuming;
}

/* Turns wolfSSL's failure into ours. WH_OK if it only wants more bytes. */
static int check(wh_conn *conn, int returned)
{
    int native = wolfSSL_get_error(conn->ssl, returned);
    bool ran_out = wh_memory_ran_out();
    if (native == WOLFSSL_ERROR_WANT_READ || native == WOLFSSL_ERROR_WANT_WRITE) {
        return WH_OK;
    }
    if (native == WOLFSSL_ERROR_ZERO_RETURN && conn->state == WH_CONN_OPEN) {
        conn->state = WH_CONN_CLOSED;
        return WH_OK;
    }
    conn->outcome.alert = received_alert(conn);
    conn->outcome.wolfssl_error = native;
    const wh_peer_failure failure = {
        .wolfssl_error = native,
        .alert = conn->outcome.alert,
        .hello_answered = conn->first_byte == RECORD_HANDSHAKE,
        .hello_taken = conn->ssl->options.serverState >= SERVER_HELLO_COMPLETE,
        .certificate_due = is_certificate_due(conn->ssl),
        .has_certificate = conn->client->has_certificate,
    };
    int error = is_not_tls(conn) ? WH_PEER_NOT_TLS : (int)wh_peer_error(&failure);
    if (error == WH_PEER_ALERT && may_not_know_psk(conn)) {
        error = WH_PEER_PSK;
    }
    if (conn->path.error != WH_OK) {
        error = conn->path.error;
    }
    if (wh_peer_error_is_of_dates(error) && conn->outcome.clock == WH_CLOCK_KNOWN) {
        conn->outcome.clock = WH_CLOCK_SUSPECT;
    }
    if (ran_out) {
        error = WH_PLATFORM_MEMORY;
    }
    if (has_wrong_key(conn, error)) {
        error = WH_USAGE_KEY_MISMATCH;
    }
    if (error == WH_PEER_CLOSED && conn->state == WH_CONN_OPEN) {
        error = WH_PEER_TRUNCATED;
    }
    return fail(conn, error);
}

/* wolfSSL's names are IANA's in capitals. */
static const char *group_name(WOLFSSL *ssl)
{
    static const char names[][10] = {"x25519", "secp256r1", "secp384r1"};
    const char *name = wolfSSL_get_curve_name(ssl);
    for (size_t i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcasecmp(name, names[i]) == 0) {
            return names[i];
        }
    }
    return name;
}

/* A server that has TLS 1.3 says so in the random number of a TLS 1.2 handshake (RFC 8446 4.1.3). wolfSSL
 * ends the handshake where the hello asked for both; with a session of TLS 1.2 it asks for that alone, and
 * wolfSSL does not look. */
static bool peer_has_tls13(WOLFSSL *ssl)
{
    static const char marker[] = "DOWNGRD\1";
    enum { MARKER_SIZE = sizeof marker - 1 };
    bool has_it = ssl->arrays != NULL &&
                  memcmp(ssl->arrays->serverRandom + RAN_LEN - MARKER_SIZE, marker, MARKER_SIZE) == 0;
    wolfSSL_FreeArrays(ssl);
    return has_it;
}

static int finish_handshake(wh_conn *conn)
{
    wh_outcome *o = &conn->outcome;
    bool resumed = wolfSSL_session_reused(conn->ssl) != 0;
    bool by_psk = !resumed && conn->has_psk && wh_external_psk_has_authenticated(conn->ssl);
    if (!resumed && !by_psk && !conn->path.is_accepted) {
        return fail(conn, WH_PEER_CERTIFICATE); /* never seen: wolfSSL has nobody else judge */
    }
    conn->resumption.not_after_s = by_psk ? 0 : conn->path.not_after_s;
    conn->resumption.by_psk = by_psk;
    /* Without a clock the certificates may be of tomorrow, for all that is known. */
    o->proven_s = o->clock == WH_CLOCK_KNOWN ? conn->path.not_before_s : 0;
    o->handshake_us = (uint32_t)(wh_clock_elapsed_us() - conn->opened_us);
    o->protocol = wolfSSL_GetVersion(conn->ssl) == WOLFSSL_TLSV1_3 ? WH_TLS13 : WH_TLS12;
    o->cipher = (uint16_t)wolfSSL_get_current_cipher_suite(conn->ssl);
    bool exchanged = !resumed || (o->protocol == WH_TLS13 && !conn->resumption.without_exchange);
    o->group = exchanged ? group_name(conn->ssl) : NULL;
    conn->resumption.group = exchanged ? conn->ssl->session->namedGroup : 0;
    o->result = resumed ? WH_RESULT_RESUMED : WH_RESULT_FULL;
    wh_early_data_settle(conn);
    conn->state = WH_CONN_OPEN;
    conn->resumption.peer_has_tls13 = peer_has_tls13(conn->ssl);
    conn->client->fallback = false; /* if one was asked for, it is not needed any more */
    wh_resumption_handshake_done(&conn->resumption, conn->ssl);
    if (by_psk) {
        o->kind = WH_KIND_EXTERNAL_PSK;
    }
    return WH_OK;
}

/* Those that are known: all of them, once a handshake in full has read the file. */
static void count_cas(wh_conn *conn)
{
    wh_outcome *o = &conn->outcome;
    if (o->cas == 0 && wh_trust_any(conn->client)) {
        o->cas = wh_trust_count(conn->client, &o->cas_usable, &o->cas_ending);
    }
}

static bool is_done(const WOLFSSL *ssl)
{
    return ssl->options.handShakeState == HANDSHAKE_DONE;
}

static int step_handshake(wh_conn *conn)
{
    int returned = WOLFSSL_SUCCESS;
    wh_peer_path_enter(&conn->path);
    do { /* wolfSSL comes back at a hello that offers early data */
        returned = wh_early_data_send(conn);
        returned = returned == WOLFSSL_SUCCESS ? wolfSSL_connect(conn->ssl) : returned;
    } while (returned == WOLFSSL_SUCCESS && !is_done(conn->ssl));
    wh_peer_path_enter(NULL);
    return returned;
}

static int advance(wh_conn *conn)
{
    if (conn->state != WH_CONN_HANDSHAKE) {
        return WH_OK;
    }
    int returned = step_handshake(conn);
    wh_peer_path_end(&conn->path);
    count_cas(conn);
    return returned == WOLFSSL_SUCCESS ? finish_handshake(conn) : check(conn, returned);
}

void wh_conn_init(wh_conn *conn, wh_client *client, const wh_conn_buffers *buffers)
{
    memset(conn, 0, sizeof *conn);
    conn->outcome.alert = -1;
    if (client == NULL || client->ctx == NULL || buffers->in == NULL || buffers->out == NULL ||
        buffers->in_size < BUFFER_MIN || buffers->out_size < BUFFER_MIN) {
        conn->state = WH_CONN_FAILED;
        conn->outcome.result = WH_RESULT_FAILED;
        conn->outcome.error = WH_USAGE_ARGUMENT;
        return;
    }
    conn->client = client;
    wh_resumption_begin(&conn->resumption, client, &conn->outcome);
    wh_peer_path_begin(&conn->path, client);
    conn->buffers = *buffers;
}

void wh_conn_plain(wh_conn *conn, const wh_conn_buffers *buffers)
{
    memset(conn, 0, sizeof *conn);
    conn->outcome.alert = -1;
    conn->is_plain = true;
    conn->buffers = *buffers;
}

/* The hello waits in the buffer, or its beginning. */
static int write_hello(wh_conn *conn)
{
    (void)wh_memory_ran_out();
    int native = wolfSSL_get_error(conn->ssl, step_handshake(conn));
    bool ran_out = wh_memory_ran_out();
    bool waits = native == WOLFSSL_ERROR_WANT_READ || native == WOLFSSL_ERROR_WANT_WRITE;
    return waits && !ran_out ? WH_OK : WH_PLATFORM_MEMORY;
}

/* The platform in use is not the one that the client was made for. */
static bool is_elsewhere(const wh_conn *conn)
{
    return conn->client->platform != wh_platform_get();
}

int wh_conn_prepare(wh_conn *conn)
{
    if (conn->client == NULL || conn->ssl != NULL) {
        return conn->outcome.error;
    }
    if (is_elsewhere(conn)) {
        return WH_USAGE_STATE;
    }
    int result = wh_hello_make(conn);
    if (result == WH_OK) {
        result = write_hello(conn);
    }
    if (result != WH_OK && conn->ssl != NULL) {
        wh_hello_drop(conn); /* wh_conn_start() tries anew */
    }
    return result;
}

int wh_conn_start(wh_conn *conn)
{
    if (conn->is_plain) {
        conn->state = WH_CONN_OPEN;
        return WH_OK;
    }
    if (conn->client == NULL || conn->state != WH_CONN_IDLE) {
        return conn->outcome.error != WH_OK ? conn->outcome.error : WH_USAGE_STATE;
    }
    if (is_elsewhere(conn)) {
        wh_hello_drop(conn); /* its ticket is not spent */
        return fail(conn, WH_USAGE_STATE);
    }
    conn->outcome.clock = wh_clock_wall_s() > 0 ? WH_CLOCK_KNOWN : WH_CLOCK_UNKNOWN;
    conn->state = WH_CONN_HANDSHAKE;
    conn->opened_us = wh_clock_elapsed_us();
    int result = wh_hello_commit(conn);
    return result == WH_OK ? advance(conn) : fail(conn, result);
}

void wh_conn_early_data(wh_conn *conn, const uint8_t *bytes, size_t size)
{
    conn->early = bytes;
    conn->early_size = size;
    (void)advance(conn); /* a failure shows in the state */
}

size_t wh_conn_room(const wh_conn *conn)
{
    return conn->buffers.in_size - (conn->in_len - conn->in_pos);
}

int wh_conn_feed(wh_conn *conn, const uint8_t *bytes, size_t size)
{
    size_t taken = 0;
    while (taken < size && (conn->state == WH_CONN_HANDSHAKE || conn->state == WH_CONN_OPEN)) {
        memmove(conn->buffers.in, conn->buffers.in + conn->in_pos, conn->in_len - conn->in_pos);
        conn->in_len -= conn->in_pos;
        conn->in_pos = 0;
        size_t room = wh_conn_room(conn);
        if (room == 0) {
            break; /* the handshake waits for room to send, or plaintext for its reader */
        }
        size_t part = size - taken < room ? size - taken : room;
        memcpy(conn->buffers.in + conn->in_len, bytes + taken, part);
        conn->in_len += part;
        taken += part;
        int result = advance(conn);
        if (result != WH_OK) {
            return result;
        }
    }
    return (int)taken;
}

int wh_conn_eof(wh_conn *conn)
{
    conn->wire_ended = true;
    return advance(conn);
}

void wh_conn_silent(wh_conn *conn)
{
    if (conn->state == WH_CONN_HANDSHAKE) {
        (void)fail(conn, WH_NETWORK_TIMEOUT);
    }
}

void wh_conn_abandon(wh_conn *conn)
{
    if (conn->state == WH_CONN_HANDSHAKE) {
        conn->state = WH_CONN_IDLE;
    }
}

/* Sends close_notify once wh_conn_close() asked for it and there is room. */
static void notify_close(wh_conn *conn)
{
    if (conn->close_wanted && conn->buffers.out_size - conn->out_len >= CLOSE_NOTIFY_ROOM) {
        conn->close_wanted = false;
        (void)wolfSSL_shutdown(conn->ssl);
    }
}

void wh_conn_sent(wh_conn *conn, size_t size)
{
    if (size > 0) {
        conn->out_len -= size;
        memmove(conn->buffers.out, conn->buffers.out + size, conn->out_len);
        /* There is room again, for which these may have waited. A failure shows in the state. */
        (void)advance(conn);
        notify_close(conn);
    }
}

/* What goes through as it is. */
static int write_plain(wh_conn *conn, const uint8_t *bytes, size_t size)
{
    size_t room = conn->buffers.out_size - conn->out_len;
    size_t taken = size < room ? size : room;
    memcpy(conn->buffers.out + conn->out_len, bytes, taken);
    conn->out_len += taken;
    return (int)taken;
}

static int read_plain(wh_conn *conn, uint8_t *out, size_t size)
{
    size_t left = conn->in_len - conn->in_pos;
    size_t taken = left < size ? left : size;
    memcpy(out, conn->buffers.in + conn->in_pos, taken);
    conn->in_pos += taken;
    if (left == 0 && conn->was_reset) {
        return fail(conn, WH_NETWORK_LOST);
    }
    if (left == 0 && conn->wire_ended) {
        conn->state = WH_CONN_CLOSED;
    }
    return (int)taken;
}

int wh_conn_write(wh_conn *conn, const uint8_t *bytes, size_t size)
{
    if (conn->state != WH_CONN_OPEN) {
        return WH_USAGE_STATE;
    }
    if (size == 0 || conn->out_len == conn->buffers.out_size) {
        return 0;
    }
    if (conn->is_plain) {
        return write_plain(conn, bytes, size);
    }
    int returned = wolfSSL_write(conn->ssl, bytes, (int)(size < INT16_MAX ? size : INT16_MAX));
    return returned > 0 ? returned : check(conn, returned);
}

int wh_conn_read(wh_conn *conn, uint8_t *out, size_t size)
{
    if (conn->state == WH_CONN_CLOSED) {
        return 0;
    }
    if (conn->state != WH_CONN_OPEN) {
        return WH_USAGE_STATE;
    }
    if (conn->is_plain) {
        return read_plain(conn, out, size);
    }
    int returned = wolfSSL_read(conn->ssl, out, (int)(size < INT16_MAX ? size : INT16_MAX));
    return returned > 0 ? returned : check(conn, returned);
}

size_t wh_conn_pending(wh_conn *conn)
{
    uint8_t first = 0;
    if (conn->state != WH_CONN_OPEN) {
        return 0;
    }
    if (conn->is_plain) {
        (void)read_plain(conn, &first, 0); /* sees the end */
        return conn->in_len - conn->in_pos;
    }
    int returned = wolfSSL_peek(conn->ssl, &first, sizeof first);
    if (returned <= 0) {
        (void)check(conn, returned); /* what it makes of that is in the state */
        return 0;
    }
    return (size_t)wolfSSL_pending(conn->ssl);
}

static bool has_been_open(const wh_conn *conn)
{
    return conn->outcome.result == WH_RESULT_FULL || conn->outcome.result == WH_RESULT_RESUMED;
}

void wh_conn_close(wh_conn *conn)
{
    uint8_t rest[64];
    while (conn->state == WH_CONN_OPEN && wh_conn_read(conn, rest, sizeof rest) > 0) {
        /* A ticket may be behind data that nobody wants any more. */
    }
    if (conn->close_called || !has_been_open(conn)) {
        return;
    }
    conn->close_called = true;
    conn->resumption.peer_has_left = conn->state != WH_CONN_OPEN || conn->wire_ended;
    if (conn->state != WH_CONN_FAILED) {
        conn->state = WH_CONN_CLOSED;
        conn->close_wanted = true;
        notify_close(conn);
    }
    /* A server that breaks off, as many do at their end, has given its ticket all the same. */
    wh_resumption_settle(&conn->resumption);
}

uint32_t wh_conn_ticket_wait_ms(wh_conn *conn)
{
    bool is_open = conn->state == WH_CONN_OPEN && !conn->is_plain;
    return is_open ? wh_resumption_ticket_wait_ms(&conn->resumption) : 0;
}

wh_conn_state wh_conn_get_state(const wh_conn *conn)
{
    return conn->state;
}

bool wh_conn_fallback_due(const wh_conn *conn)
{
    return conn->state == WH_CONN_FAILED && conn->client != NULL && conn->client->fallback;
}

void wh_conn_no_fallback(wh_conn *conn)
{
    if (wh_conn_fallback_due(conn)) {
        conn->client->fallback = false;
        wh_resumption_no_second_attempt(&conn->resumption);
    }
}

bool wh_conn_hedge(wh_conn *conn)
{
    bool gains = conn->state == WH_CONN_HANDSHAKE && has_another_way(conn);
    if (gains) {
        conn->client->psk_suspect = suspicion(conn);
        conn->client->fallback = true;
        conn->client->suspect = conn->resumption.offered_generation;
        wh_resumption_doubted(&conn->resumption);
    }
    return gains;
}

const wh_outcome *wh_conn_outcome(const wh_conn *conn)
{
    return &conn->outcome;
}

/* The caller gave up waiting and asked for no second connection, which would have told whether the
 * session is to blame. A server may stall at any message, so what has come by then says nothing. */
static bool is_given_up_unopened(const wh_conn *conn)
{
    const wh_resumption *r = &conn->resumption;
    return conn->state == WH_CONN_HANDSHAKE && r->offered && conn->client->suspect != r->offered_generation;
}

void wh_conn_free(wh_conn *conn)
{
    if (is_given_up_unopened(conn)) {
        wh_resumption_given_up(&conn->resumption);
    }
    if (conn->ssl != NULL) {
        wolfSSL_free(conn->ssl);
        conn->ssl = NULL;
    }
    wh_resumption_free(&conn->resumption);
    conn->state = WH_CONN_IDLE;
}
