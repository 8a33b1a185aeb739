#include "warmhello/esp_transport.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/poll.h>
#include <sys/socket.h>

#include "errors_of_esp.h"
#include "esp_log.h"
#include "esp_transport.h"
#include "esp_transport_internal.h"
#include "machine_of_esp.h"
#include "warmhello/lock.h"
#include "warmhello/socket.h"

static const char tag[] = "warmhello";

enum { DEFAULT_PORT = 443 };

/* How long a connect that does not block works on it in each call, so that whoever calls it again at once
 * leaves time to others. */
enum { ASYNC_MS = 10 };

/* Since 5.4. */
#ifndef ESP_ERR_MBEDTLS_SSL_READ_FAILED
#define ESP_ERR_MBEDTLS_SSL_READ_FAILED ESP_FAIL
#endif

/* One connection. esp-mqtt polls in its own task while another one, which could not write, closes. */
typedef struct connection {
    wh_socket *socket;
    /* Calls that work on it, and the transport itself as long as it is not closed; under the core's lock. */
    unsigned holds;
} connection;

typedef struct transport {
    warmhello_esp_transport_config config;
    connection *open; /* under the core's lock; NULL: none */
    bool is_async;
    wh_outcome outcome;
    bool has_outcome;
} transport;

static transport *own_of(esp_transport_handle_t t)
{
    return esp_transport_get_context_data(t);
}

/* ---- Errors -------------------------------------------------------------------------------------------- */

static int errno_of(int error)
{
    switch (error) {
    case WH_NETWORK_REFUSED:
        return ECONNREFUSED;
    case WH_NETWORK_UNREACHABLE:
        return EHOSTUNREACH;
    case WH_NETWORK_LOST:
        return ECONNRESET;
    case WH_NETWORK_TIMEOUT:
        return ETIMEDOUT;
    default:
        return 0;
    }
}

/* esp_http_client looks at errno where it does not block, and would go on for ever if an error left EAGAIN.
 */
static int timed_out(const transport *own)
{
    errno = own->is_async ? EAGAIN : 0;
    return ERR_TCP_TRANSPORT_CONNECTION_TIMEOUT;
}

static wh_esp_errors report(esp_transport_handle_t t, int error, esp_err_t otherwise)
{
    esp_transport_capture_errno(t, errno_of(error));
    wh_esp_errors errors = wh_errors_note(esp_transport_get_error_handle(t), error, otherwise);
    errno = errno_of(error);
    return errors;
}

/* ---- Holding on to a connection
 * ---------------------------------------------------------------------------- */

static connection *hold(transport *own)
{
    wh_core_lock();
    connection *c = own->open;
    if (c != NULL) {
        c->holds++;
    }
    wh_core_unlock();
    return c;
}

static void let_go(connection *c)
{
    wh_core_lock();
    bool is_last = --c->holds == 0;
    wh_core_unlock();
    if (is_last) {
        wh_socket_close(c->socket);
        free(c);
    }
}

static void note_outcome(transport *own, const connection *c)
{
    const wh_outcome *outcome = wh_socket_outcome(c->socket);
    wh_core_lock(); /* another task may look at it */
    own->outcome = *outcome;
    own->has_outcome = true;
    wh_core_unlock();
}

/* Whoever waits for it hears of its end, and lets go. What wh_socket_finish() says. */
static int end(transport *own)
{
    wh_core_lock();
    connection *c = own->open;
    own->open = NULL;
    wh_core_unlock();
    if (c == NULL) {
        return WH_USAGE_STATE;
    }
    int lost = wh_socket_finish(c->socket);
    note_outcome(own, c);
    if (own->config.client.policy.early_data) {
        /* The handshake may have come after the connect. */
        wh_machine_learn(own->config.platform, &own->outcome);
    }
    let_go(c);
    return lost;
}

/* ---- Connecting
 * -------------------------------------------------------------------------------------------- */

static uint32_t wait_of(int timeout_ms)
{
    return timeout_ms < 0 ? WH_SOCKET_WAIT : (uint32_t)timeout_ms;
}

static int open_socket(const transport *own, const char *host, int port, int timeout_ms, wh_socket **out)
{
    const warmhello_esp_transport_config *config = &own->config;
    wh_client_config client = config->client;
    if (port <= 0 || port > UINT16_MAX) {
        return WH_USAGE_ARGUMENT;
    }
    client.host = config->common_name != NULL ? config->common_name : host;
    client.port = (uint16_t)port;
    const wh_socket_options options = {
        .timeout_ms = timeout_ms > 0 ? (uint32_t)timeout_ms : 0,
        .tcp_host = config->common_name != NULL ? host : NULL,
        .keep_alive_idle_s = config->keep_alive_idle_s,
        .keep_alive_interval_s = config->keep_alive_interval_s,
        .keep_alive_count = config->keep_alive_count,
        .is_plain = port == config->plain_port,
    };
    int error = wh_machine_use(config->platform, config->has_entropy);
    return error == WH_OK ? wh_socket_open(&client, &options, out) : error;
}

static int begin(transport *own, const char *host, int port, int timeout_ms)
{
    connection *c = calloc(1, sizeof *c);
    if (c == NULL) {
        return WH_PLATFORM_MEMORY;
    }
    int error = open_socket(own, host, port, timeout_ms, &c->socket);
    if (error != WH_OK) {
        free(c);
        return error;
    }
    c->holds = 1;
    wh_core_lock();
    own->open = c;
    wh_core_unlock();
    return WH_OK;
}

static int fail(esp_transport_handle_t t, int error)
{
    (void)end(own_of(t));
    (void)report(t, error, ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED);
    if (error == WH_PEER_NOT_TLS) {
        ESP_LOGE(tag, "for http:// URLs set plain_port, or give the client no transport");
    }
    return -1;
}

/* Until the app may write, which is before the handshake where it consents to early data. */
static int shake_hands(transport *own, uint32_t wait_ms)
{
    connection *c = hold(own);
    if (c == NULL) {
        return WH_USAGE_STATE; /* another task has closed it */
    }
    int result = own->config.client.policy.early_data ? wh_socket_await_room(c->socket, wait_ms)
                                                      : wh_socket_handshake(c->socket, wait_ms);
    if (result != WH_SOCKET_AGAIN) {
        note_outcome(own, c);
        wh_machine_learn(own->config.platform, &own->outcome);
    }
    let_go(c);
    return result;
}

static int connect_now(esp_transport_handle_t t, const char *host, int port, int timeout_ms)
{
    transport *own = own_of(t);
    (void)end(own);
    own->is_async = false;
    int error = begin(own, host, port, timeout_ms);
    if (error == WH_OK) {
        error = shake_hands(own, WH_SOCKET_WAIT);
    }
    return error == WH_OK ? 0 : fail(t, error);
}

/* 1: connected; 0: call again. */
static int connect_async(esp_transport_handle_t t, const char *host, int port, int timeout_ms)
{
    transport *own = own_of(t);
    own->is_async = true;
    int error = own->open == NULL ? begin(own, host, port, timeout_ms) : WH_OK;
    if (error == WH_OK) {
        error = shake_hands(own, ASYNC_MS);
    }
    if (error == WH_SOCKET_AGAIN) {
        return 0;
    }
    return error == WH_OK ? 1 : fail(t, error);
}

/* ---- Bytes --------------------------------------------------------------------------------------------- */

static int read_some(esp_transport_handle_t t, char *buffer, int len, int timeout_ms)
{
    connection *c = hold(own_of(t));
    if (c == NULL) {
        return ERR_TCP_TRANSPORT_CONNECTION_FAILED;
    }
    int got = wh_socket_read(c->socket, buffer, len > 0 ? (size_t)len : 0, wait_of(timeout_ms));
    let_go(c);
    if (got > 0) {
        return got;
    }
    if (got == WH_SOCKET_AGAIN) {
        return timed_out(own_of(t));
    }
    if (got == 0) {
        errno = 0;
        capture_tcp_transport_error(t, ERR_TCP_TRANSPORT_CONNECTION_CLOSED_BY_FIN);
        return ERR_TCP_TRANSPORT_CONNECTION_CLOSED_BY_FIN;
    }
    int mbedtls = report(t, got, ESP_ERR_MBEDTLS_SSL_READ_FAILED).mbedtls;
    return mbedtls != 0 ? -mbedtls : ERR_TCP_TRANSPORT_CONNECTION_FAILED;
}

/* All of it, as that transport does: a WebSocket's frame is told of in its header, and whoever writes one
 * does not go on with what is left. */
static int write_all(wh_socket *s, const char *bytes, size_t size, uint32_t wait_ms)
{
    size_t written = 0;
    int taken = 0;
    while (written < size && (taken = wh_socket_write(s, bytes + written, size - written, wait_ms)) > 0) {
        written += (size_t)taken;
    }
    return taken < 0 && (taken != WH_SOCKET_AGAIN || written == 0) ? taken : (int)written;
}

static int write_some(esp_transport_handle_t t, const char *buffer, int len, int timeout_ms)
{
    connection *c = hold(own_of(t));
    if (c == NULL) {
        return -1;
    }
    int taken = write_all(c->socket, buffer, len > 0 ? (size_t)len : 0, wait_of(timeout_ms));
    let_go(c);
    if (taken >= 0) {
        return taken;
    }
    if (taken == WH_SOCKET_AGAIN) {
        return timed_out(own_of(t));
    }
    (void)report(t, taken, ESP_ERR_MBEDTLS_SSL_WRITE_FAILED);
    return -1;
}

static int poll_read(esp_transport_handle_t t, int timeout_ms)
{
    connection *c = hold(own_of(t));
    if (c == NULL) {
        return -1;
    }
    int result = 0;
    if (wh_socket_await(c->socket, wait_of(timeout_ms)) == WH_OK) {
        size_t pending = wh_socket_pending(c->socket);
        result = pending == 0 ? 1 : pending < INT_MAX ? (int)pending : INT_MAX;
    }
    let_go(c);
    return result;
}

static int poll_write(esp_transport_handle_t t, int timeout_ms)
{
    connection *c = hold(own_of(t));
    if (c == NULL) {
        return -1;
    }
    int result = wh_socket_await_room(c->socket, wait_of(timeout_ms));
    let_go(c);
    if (result < 0 && result != WH_SOCKET_AGAIN) {
        (void)report(t, result, ESP_ERR_MBEDTLS_SSL_WRITE_FAILED);
        return -1;
    }
    return result == WH_OK ? 1 : 0;
}

/* ---- The transport
 * ----------------------------------------------------------------------------------------- */

/* A request that was written early may be lost by now, which no other call can tell any more. */
static int close_it(esp_transport_handle_t t)
{
    int lost = end(own_of(t));
    if (lost == WH_OK) {
        return 0;
    }
    if (lost != WH_USAGE_STATE) {
        (void)report(t, lost, ESP_FAIL);
    }
    return -1;
}

static int tcp_of(esp_transport_handle_t t)
{
    connection *c = hold(own_of(t));
    if (c == NULL) {
        return -1;
    }
    int tcp = wh_socket_tcp(c->socket);
    let_go(c);
    return tcp;
}

static int destroy(esp_transport_handle_t t)
{
    transport *own = own_of(t);
    (void)end(own);
    esp_transport_destroy_foundation_transport(t->foundation);
    free(own);
    return 0;
}

static void take_text(const char *text, const uint8_t **bytes, size_t *size)
{
    if (text != NULL) {
        *bytes = (const uint8_t *)text;
        *size = strlen(text);
    }
}

static transport *make(const warmhello_esp_transport_config *config)
{
    transport *own = calloc(1, sizeof *own);
    if (own != NULL) {
        wh_client_config *client = &own->config.client;
        own->config = *config;
        take_text(config->ca_pem, &client->ca, &client->ca_size);
        take_text(config->certificate_pem, &client->certificate, &client->certificate_size);
        take_text(config->key_pem, &client->key, &client->key_size);
    }
    return own;
}

static esp_transport_handle_t make_item(transport *own)
{
    esp_transport_handle_t t = esp_transport_init();
    if (t == NULL) {
        return NULL;
    }
    t->foundation = esp_transport_init_foundation_transport();
    if (t->foundation == NULL) {
        (void)esp_transport_destroy(t);
        return NULL;
    }
    (void)esp_transport_set_context_data(t, own);
    (void)esp_transport_set_default_port(t, DEFAULT_PORT);
    (void)esp_transport_set_func(t, connect_now, read_some, write_some, close_it, poll_read, poll_write,
                                 destroy);
    (void)esp_transport_set_async_connect_func(t, connect_async);
    t->_get_socket = tcp_of;
    return t;
}

esp_transport_handle_t warmhello_esp_transport_init(const warmhello_esp_transport_config *config)
{
    int error = wh_machine_begin(config->platform);
    if (error != WH_OK) {
        (void)wh_errors_note(NULL, error, ESP_FAIL);
        return NULL;
    }
    transport *own = make(config);
    esp_transport_handle_t t = own != NULL ? make_item(own) : NULL;
    if (t == NULL) {
        free(own);
        (void)wh_errors_note(NULL, WH_PLATFORM_MEMORY, ESP_FAIL);
    }
    return t;
}

esp_err_t warmhello_esp_transport_outcome(esp_transport_handle_t t, wh_outcome *out)
{
    transport *own = own_of(t);
    connection *c = hold(own);
    if (c != NULL) {
        note_outcome(own, c);
        let_go(c);
    }
    wh_core_lock();
    bool is_known = own->has_outcome;
    *out = own->outcome;
    wh_core_unlock();
    return is_known ? ESP_OK : ESP_ERR_INVALID_STATE;
}
