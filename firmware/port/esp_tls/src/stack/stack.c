#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "ca_store.h"
#include "errors_of_esp.h"
#include "esp_log.h"
#include "esp_tls_custom_stack.h"
#include "esp_tls_private.h"
#include "machine_of_esp.h"
#include "tls_request.h"
#include "sha1.h"
#include "warmhello/esp_tls.h"
#include "warmhello/lock.h"
#include "warmhello/socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static const char tag[] = "warmhello";

/* As the app has registered it. */
static warmhello_esp_tls_config stack_config;

/* Of the last connection, under the core's lock. */
static wh_outcome last_outcome;
static bool has_outcome;

/* What esp_tls keeps for us in priv_ssl. */
typedef struct connection {
    wh_socket *socket;
    /* The global CA store's bytes, while they may be read; or NULL. */
    wh_ca_bytes *store;
    /* The one that esp_tls has opened, and closes; -1 once another one has taken its place. */
    int tcp;
    /* How long a call may wait for the network, in milliseconds: 0 without blocking. */
    uint32_t wait_ms;
} connection;

static connection *connection_of(const esp_tls_t *tls)
{
    return tls != NULL ? tls->priv_ssl : NULL;
}

static void note_outcome(const connection *c)
{
    const wh_outcome *outcome = wh_socket_outcome(c->socket);
    wh_core_lock();
    last_outcome = *outcome;
    has_outcome = true;
    wh_core_unlock();
    wh_machine_learn(stack_config.platform, outcome);
}

/* Returns the negated number of mbedTLS's, or -1. */
static int report(esp_tls_t *tls, int error, esp_err_t otherwise)
{
    esp_tls_error_handle_t handle = NULL;
    if (esp_tls_get_error_handle(tls, &handle) != ESP_OK) {
        handle = NULL;
    }
    int mbedtls = wh_errors_note(handle, error, otherwise).mbedtls;
    return mbedtls != 0 ? -mbedtls : -1;
}

/* ---- A connection's life ----------------------------------------------------------------------------------
 */

/* 0: it is not connected. */
static uint16_t port_of(int tcp)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage room;
    } peer = {0};
    socklen_t size = sizeof peer;
    if (getpeername(tcp, &peer.any, &size) != 0) {
        return 0;
    }
    return ntohs(peer.any.sa_family == AF_INET6 ? peer.v6.sin6_port : peer.v4.sin_port);
}

static int open_socket(connection *c, wh_request *request)
{
    int error = wh_machine_use(stack_config.platform, stack_config.has_entropy);
    if (error != WH_OK) {
        return error;
    }
    request->client.port = port_of(c->tcp);
    if (request->client.port == 0) {
        /* esp_tls looks at what became of a blocking connect, and not of a non-blocking one. */
        return c->wait_ms > 0 ? WH_NETWORK_LOST : WH_NETWORK_UNREACHABLE;
    }
    wh_socket_options options = {.timeout_ms = request->timeout_ms, .has_tcp = true, .tcp = c->tcp};
    return wh_socket_open(&request->client, &options, &c->socket);
}

static void forget(connection *c)
{
    wh_ca_bytes_release(c->store);
    free(c);
}

static esp_err_t begin(wh_request *request, const esp_tls_cfg_t *cfg, esp_tls_t *tls)
{
    connection *c = calloc(1, sizeof *c);
    if (c == NULL) {
        wh_ca_bytes_release(request->store);
        return ESP_ERR_NO_MEM;
    }
    c->store = request->store;
    c->tcp = tls->sockfd;
    c->wait_ms = cfg->non_block ? 0 : request->timeout_ms;
    int error = open_socket(c, request);
    if (error != WH_OK) {
        esp_err_t otherwise = error == WH_NETWORK_LOST ? ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED
                                                       : ESP_ERR_MBEDTLS_SSL_SETUP_FAILED;
        forget(c);
        (void)report(tls, error, otherwise);
        return wh_errors_of_esp(error, otherwise).last;
    }
    tls->priv_ssl = c;
    return ESP_OK;
}

static esp_err_t create(void *ctx, const char *hostname, size_t hostlen, const void *cfg, esp_tls_t *tls,
                        void *server_params)
{
    (void)ctx;
    if (server_params != NULL || hostname == NULL) {
        ESP_LOGE(tag, "no-server: warmhello is a client");
        return ESP_ERR_NOT_SUPPORTED;
    }
    wh_request *request = malloc(sizeof *request); /* more than a small task's stack should bear */
    if (request == NULL) {
        return ESP_ERR_NO_MEM;
    }
    esp_err_t result = wh_request_read(&stack_config, hostname, hostlen, cfg, request);
    if (result == ESP_OK) {
        result = begin(request, cfg, tls);
    }
    free(request);
    return result;
}

static int fail(esp_tls_t *tls, int error)
{
    tls->conn_state = ESP_TLS_FAIL;
    (void)report(tls, error, ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED);
    return -1;
}

/* Where the second attempt has opened, esp_tls goes on with its TCP, and so do those above, who ask for it
 * from now on. The first one is of no use to anybody. */
static void take_over(connection *c, esp_tls_t *tls)
{
    int tcp = wh_socket_tcp(c->socket);
    if (tcp != c->tcp) {
        (void)close(c->tcp);
        c->tcp = -1;
        tls->sockfd = tcp;
    }
}

/* esp_tls takes -1 alone for a failure, and asks again at once after all else but 1: so it is here that time
 * passes. */
static int handshake(void *ctx, esp_tls_t *tls, const esp_tls_cfg_t *cfg)
{
    (void)ctx;
    (void)cfg;
    connection *c = connection_of(tls);
    if (c == NULL) {
        return -1;
    }
    int result = wh_socket_handshake(c->socket, c->wait_ms > 0 ? WH_SOCKET_WAIT : 0);
    if (result == WH_SOCKET_AGAIN) {
        return 0;
    }
    note_outcome(c);
    if (result != WH_OK) {
        return fail(tls, result);
    }
    take_over(c, tls);
    tls->conn_state = ESP_TLS_DONE;
    return 1;
}

static void conn_delete(void *ctx, esp_tls_t *tls)
{
    (void)ctx;
    connection *c = connection_of(tls);
    if (c == NULL) {
        return;
    }
    tls->priv_ssl = NULL;
    wh_socket_finish(c->socket);
    note_outcome(c);
    wh_socket_close(c->socket);
    tls->sockfd = c->tcp; /* esp_tls closes its own; the other is closed */
    forget(c);
}

/* ---- Bytes --------------------------------------------------------------------------------------------- */

static ssize_t read_some(void *ctx, esp_tls_t *tls, char *data, size_t datalen)
{
    (void)ctx;
    connection *c = connection_of(tls);
    if (c == NULL) {
        return -1;
    }
    if (datalen == 0) {
        return 0;
    }
    int result = wh_socket_read(c->socket, data, datalen, c->wait_ms);
    if (result == WH_SOCKET_AGAIN) {
        return ESP_TLS_ERR_SSL_WANT_READ;
    }
    return result < 0 ? report(tls, result, ESP_ERR_MBEDTLS_SSL_READ_FAILED) : result;
}

static ssize_t write_all(void *ctx, esp_tls_t *tls, const char *data, size_t datalen)
{
    (void)ctx;
    connection *c = connection_of(tls);
    if (c == NULL) {
        return -1;
    }
    size_t written = 0;
    while (written < datalen) {
        int result = wh_socket_write(c->socket, data + written, datalen - written, c->wait_ms);
        if (result == WH_SOCKET_AGAIN) {
            return written > 0 ? (ssize_t)written : ESP_TLS_ERR_SSL_WANT_WRITE;
        }
        if (result < 0) {
            return report(tls, result, ESP_ERR_MBEDTLS_SSL_WRITE_FAILED);
        }
        written += (size_t)result;
    }
    return (ssize_t)written;
}

static ssize_t bytes_available(void *ctx, esp_tls_t *tls)
{
    (void)ctx;
    connection *c = connection_of(tls);
    return c != NULL ? (ssize_t)wh_socket_pending(c->socket) : 0;
}

/* ---- What an app may ask for ------------------------------------------------------------------------------
 */

static void net_init(void *ctx, esp_tls_t *tls)
{
    (void)ctx;
    (void)tls;
}

static void *ssl_context(void *ctx, esp_tls_t *tls)
{
    (void)ctx;
    connection *c = connection_of(tls);
    return c != NULL ? c->socket : NULL;
}

static const int *cipher_suites(void *ctx)
{
    (void)ctx;
#define WH_SUITE13(number, name) (number),
#define WH_SUITE12 WH_SUITE13
    static const int suites[] = {
#include "warmhello/suites.def"
        0};
#undef WH_SUITE12
#undef WH_SUITE13
    return suites;
}

/* For esp_tls_cfg_t's client_session. It says nothing: sessions are kept and offered without it. */
static void *client_session(void *ctx, esp_tls_t *tls)
{
    (void)ctx;
    static char session[] = "warmhello keeps it";
    connection *c = connection_of(tls);
    bool has_one = c != NULL && wh_socket_outcome(c->socket)->stored != WH_TIERS_NONE;
    return has_one ? session : NULL;
}

static void free_client_session(void *ctx, void *session)
{
    (void)ctx;
    (void)session;
}

static esp_err_t init_ca_store(void *ctx)
{
    (void)ctx;
    return wh_ca_store_begin();
}

static esp_err_t set_ca_store(void *ctx, const unsigned char *bytes, const unsigned int size)
{
    (void)ctx;
    esp_err_t result = wh_ca_store_add(bytes, size);
    if (result != ESP_OK) {
        ESP_LOGE(tag, "ca-unreadable: the global CA store was given no certificate, or found no memory");
    }
    return result;
}

/* Its PEM text, without a zero at the end; no mbedTLS structure. */
static void *get_ca_store(void *ctx)
{
    (void)ctx;
    wh_ca_bytes *held = wh_ca_store_hold();
    wh_ca_bytes_release(held); /* the store's own hold keeps it, until the app changes the store */
    return held != NULL ? held->bytes : NULL;
}

static void free_ca_store(void *ctx)
{
    (void)ctx;
    wh_ca_store_end();
}

static int create_server(void *ctx, esp_tls_cfg_server_t *cfg, int sockfd, esp_tls_t *tls)
{
    (void)cfg;
    (void)sockfd;
    esp_tls_error_handle_t handle = NULL;
    esp_err_t error = create(ctx, NULL, 0, NULL, tls, NULL);
    if (esp_tls_get_error_handle(tls, &handle) == ESP_OK) {
        handle->last_error = error;
    }
    return -1;
}

static esp_err_t init_server(void *ctx, esp_tls_cfg_server_t *cfg, int sockfd, esp_tls_t *tls)
{
    (void)create_server(ctx, cfg, sockfd, tls);
    return ESP_ERR_NOT_SUPPORTED;
}

static int sha1(void *ctx, const unsigned char *input, size_t ilen, unsigned char output[WH_SHA1_SIZE])
{
    (void)ctx;
    wh_sha1(input, ilen, output);
    return 0;
}

/* As mbedtls_base64_encode(): `*olen` counts the zero only where the buffer is too small. */
static int base64(void *ctx, unsigned char *dst, size_t dlen, size_t *olen, const unsigned char *src,
                  size_t slen)
{
    (void)ctx;
    enum { TOO_SMALL = -0x002a };
    size_t size = WH_BASE64_SIZE(slen);
    if (dst == NULL || dlen < size + 1) {
        *olen = size + 1;
        return TOO_SMALL;
    }
    wh_base64_write(src, slen, (char *)dst);
    dst[size] = '\0';
    *olen = size;
    return 0;
}

static const esp_tls_stack_ops_t operations = {
    .version = ESP_TLS_STACK_OPS_VERSION,
    .create_ssl_handle = create,
    .handshake = handshake,
    .read = read_some,
    .write = write_all,
    .conn_delete = conn_delete,
    .net_init = net_init,
    .get_ssl_context = ssl_context,
    .get_bytes_avail = bytes_available,
    .init_global_ca_store = init_ca_store,
    .set_global_ca_store = set_ca_store,
    .get_global_ca_store = get_ca_store,
    .free_global_ca_store = free_ca_store,
    .get_ciphersuites_list = cipher_suites,
    .get_client_session = client_session,
    .free_client_session = free_client_session,
    .server_session_create = create_server,
    .server_session_init = init_server,
    .crypto_sha1 = sha1,
    .crypto_base64_encode = base64,
};

esp_err_t warmhello_esp_tls_register(const warmhello_esp_tls_config *config)
{
    warmhello_esp_tls_config given = {0};
    if (config != NULL) {
        given = *config;
    }
    int error = wh_machine_begin(given.platform);
    if (error != WH_OK) {
        return wh_errors_of_esp(error, ESP_FAIL).last;
    }
    esp_err_t result = esp_tls_register_stack(&operations, NULL);
    if (result == ESP_OK) {
        stack_config = given;
    }
    return result;
}

esp_err_t warmhello_esp_tls_outcome(wh_outcome *out)
{
    wh_core_lock();
    bool is_known = has_outcome;
    *out = last_outcome;
    wh_core_unlock();
    return is_known ? ESP_OK : ESP_ERR_INVALID_STATE;
}
