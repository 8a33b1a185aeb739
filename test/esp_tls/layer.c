/* A stand-in for ESP-IDF's esp_tls.c above a custom stack: the same calls in the same order, and the same
 * answers to what the stack returns, as seen in 6.0.2. What the app sees of it is esp_tls.h's. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "esp_tls_custom_stack.h"
#include "esp_tls_private.h"
#include "layer.h"

enum { DEFAULT_TIMEOUT_MS = 10000 };

static const esp_tls_stack_ops_t *stack;
static void *stack_ctx;

uint64_t layer_rounds;

/* ---- The table ------------------------------------------------------------------------------------------
 */

static bool is_whole(const esp_tls_stack_ops_t *ops)
{
    return ops->create_ssl_handle != NULL && ops->handshake != NULL && ops->read != NULL &&
           ops->write != NULL && ops->conn_delete != NULL && ops->net_init != NULL &&
           ops->get_ssl_context != NULL && ops->get_bytes_avail != NULL &&
           ops->init_global_ca_store != NULL && ops->set_global_ca_store != NULL &&
           ops->get_global_ca_store != NULL && ops->free_global_ca_store != NULL &&
           ops->get_ciphersuites_list != NULL;
}

esp_err_t esp_tls_register_stack(const esp_tls_stack_ops_t *ops, void *user_ctx)
{
    if (ops == NULL || !is_whole(ops)) {
        return ESP_ERR_INVALID_ARG;
    }
    if (ops->version != ESP_TLS_STACK_OPS_VERSION) {
        return ESP_ERR_INVALID_VERSION;
    }
    if (stack != NULL) {
        return ESP_ERR_INVALID_STATE;
    }
    stack = ops;
    stack_ctx = user_ctx;
    return ESP_OK;
}

const esp_tls_stack_ops_t *layer_table(void)
{
    return stack;
}

/* ---- TCP, which this layer opens by itself --------------------------------------------------------------
 */

static struct timeval as_timeval(int ms)
{
    return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
}

static void set_blocking(int fd, bool blocks)
{
    int flags = fcntl(fd, F_GETFL, 0);
    (void)fcntl(fd, F_SETFL, blocks ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

static int socket_to(const char *host, size_t hostlen, int port, struct sockaddr_storage *address,
                     socklen_t *size)
{
    char *name = strndup(host, hostlen);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int failed = getaddrinfo(name, NULL, &hints, &found);
    free(name);
    if (failed != 0 || found == NULL) {
        return -1;
    }
    memcpy(address, found->ai_addr, found->ai_addrlen);
    *size = found->ai_addrlen;
    in_port_t *place = found->ai_family == AF_INET6 ? &((struct sockaddr_in6 *)address)->sin6_port
                                                    : &((struct sockaddr_in *)address)->sin_port;
    *place = htons((uint16_t)port);
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    freeaddrinfo(found);
    return fd;
}

static void set_options(int fd, const esp_tls_cfg_t *cfg)
{
    struct timeval time = as_timeval(cfg->timeout_ms > 0 ? cfg->timeout_ms : DEFAULT_TIMEOUT_MS);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    if (cfg->keep_alive_cfg != NULL && cfg->keep_alive_cfg->keep_alive_enable) {
        int on = 1;
        (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
}

static int pending_error(int fd)
{
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 ? errno : error;
}

static esp_err_t await_tcp(int fd, const esp_tls_cfg_t *cfg)
{
    fd_set writable;
    FD_ZERO(&writable);
    FD_SET(fd, &writable);
    struct timeval time = as_timeval(cfg->timeout_ms > 0 ? cfg->timeout_ms : DEFAULT_TIMEOUT_MS);
    int ready = select(fd + 1, NULL, &writable, NULL, &time);
    if (ready == 0) {
        return ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT;
    }
    return ready < 0 || pending_error(fd) != 0 ? ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST : ESP_OK;
}

static esp_err_t connect_tcp(const char *host, int hostlen, int port, const esp_tls_cfg_t *cfg, int *out)
{
    struct sockaddr_storage address = {0};
    socklen_t size = 0;
    int fd = socket_to(host, (size_t)hostlen, port, &address, &size);
    if (fd < 0) {
        return ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME;
    }
    set_options(fd, cfg);
    set_blocking(fd, false);
    esp_err_t result = ESP_OK;
    if (connect(fd, (struct sockaddr *)&address, size) != 0) {
        if (errno != EINPROGRESS) {
            result = ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST;
        } else if (!cfg->non_block) {
            result = await_tcp(fd, cfg);
        }
    }
    if (result != ESP_OK) {
        (void)close(fd);
        return result;
    }
    if (!cfg->non_block) {
        set_blocking(fd, true);
    }
    *out = fd;
    return ESP_OK;
}

/* ---- A connection -----------------------------------------------------------------------------------------
 */

static ssize_t read_tls(esp_tls_t *tls, char *data, size_t datalen)
{
    return stack->read(stack_ctx, tls, data, datalen);
}

static ssize_t write_tls(esp_tls_t *tls, const char *data, size_t datalen)
{
    return stack->write(stack_ctx, tls, data, datalen);
}

esp_tls_t *esp_tls_init(void)
{
    esp_tls_t *tls = calloc(1, sizeof *tls);
    tls->error_handle = calloc(1, sizeof *tls->error_handle);
    stack->net_init(stack_ctx, tls);
    tls->sockfd = -1;
    return tls;
}

/* Without a look at what became of TCP: an error of it is fetched, and forgotten. */
static bool is_connected(const esp_tls_t *tls, const esp_tls_cfg_t *cfg)
{
    if (cfg->non_block) {
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(tls->sockfd, &readable);
        fd_set writable = readable;
        struct timeval time = as_timeval(cfg->timeout_ms);
        struct timeval *wait = cfg->timeout_ms > 0 ? &time : NULL;
        if (select(tls->sockfd + 1, &readable, &writable, NULL, wait) == 0) {
            return false;
        }
        (void)pending_error(tls->sockfd);
    }
    return true;
}

static int fail(esp_tls_t *tls, esp_err_t error, esp_tls_conn_state_t state)
{
    tls->error_handle->last_error = error;
    tls->conn_state = state;
    return -1;
}

static int advance(const char *host, int hostlen, int port, const esp_tls_cfg_t *cfg, esp_tls_t *tls)
{
    layer_rounds++;
    esp_err_t error;
    switch (tls->conn_state) {
    case ESP_TLS_INIT:
        tls->sockfd = -1;
        stack->net_init(stack_ctx, tls);
        tls->is_tls = true;
        error = connect_tcp(host, hostlen, port, cfg, &tls->sockfd);
        if (error != ESP_OK) {
            return fail(tls, error, ESP_TLS_INIT);
        }
        tls->conn_state = ESP_TLS_CONNECTING;
        /* fall through */
    case ESP_TLS_CONNECTING:
        if (!is_connected(tls, cfg)) {
            return 0;
        }
        error = stack->create_ssl_handle(stack_ctx, host, (size_t)hostlen, cfg, tls, NULL);
        if (error != ESP_OK) {
            return fail(tls, error, ESP_TLS_FAIL);
        }
        tls->read = read_tls;
        tls->write = write_tls;
        tls->conn_state = ESP_TLS_HANDSHAKE;
        /* fall through */
    case ESP_TLS_HANDSHAKE:
        return stack->handshake(stack_ctx, tls, cfg);
    default:
        return -1;
    }
}

static uint64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int esp_tls_conn_new_sync(const char *hostname, int hostlen, int port, const esp_tls_cfg_t *cfg,
                          esp_tls_t *tls)
{
    uint64_t began_ms = now_ms();
    for (;;) {
        int result = advance(hostname, hostlen, port, cfg, tls);
        if (result == 1 || result == -1) {
            return result;
        }
        if (result == 0 && cfg->timeout_ms > 0 && now_ms() - began_ms >= (uint64_t)cfg->timeout_ms) {
            tls->error_handle->last_error = ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT;
            return -1;
        }
    }
}

int esp_tls_conn_new_async(const char *hostname, int hostlen, int port, const esp_tls_cfg_t *cfg,
                           esp_tls_t *tls)
{
    return advance(hostname, hostlen, port, cfg, tls);
}

/* CONFIG_MBEDTLS_DYNAMIC_BUFFER. */
static bool may_move(const esp_tls_t *tls)
{
    return tls->conn_state == ESP_TLS_DONE;
}

ssize_t esp_tls_conn_read(esp_tls_t *tls, void *data, size_t datalen)
{
    return tls->read != NULL && may_move(tls) ? tls->read(tls, data, datalen) : -1;
}

ssize_t esp_tls_conn_write(esp_tls_t *tls, const void *data, size_t datalen)
{
    return tls->write != NULL && may_move(tls) ? tls->write(tls, data, datalen) : -1;
}

int esp_tls_conn_destroy(esp_tls_t *tls)
{
    int result = 0;
    stack->conn_delete(stack_ctx, tls);
    if (tls->sockfd >= 0) {
        result = close(tls->sockfd);
    }
    free(tls->error_handle);
    free(tls);
    return result;
}

/* ---- What is passed on
 * --------------------------------------------------------------------------------------
 */

ssize_t esp_tls_get_bytes_avail(esp_tls_t *tls)
{
    return stack->get_bytes_avail(stack_ctx, tls);
}

void *esp_tls_get_ssl_context(esp_tls_t *tls)
{
    return stack->get_ssl_context(stack_ctx, tls);
}

esp_err_t esp_tls_get_conn_sockfd(esp_tls_t *tls, int *sockfd)
{
    *sockfd = tls->sockfd;
    return ESP_OK;
}

esp_err_t esp_tls_get_error_handle(esp_tls_t *tls, esp_tls_error_handle_t *error_handle)
{
    *error_handle = tls->error_handle;
    return ESP_OK;
}

esp_err_t esp_tls_get_and_clear_last_error(esp_tls_error_handle_t h, int *esp_tls_code, int *esp_tls_flags)
{
    esp_err_t last = h->last_error;
    *esp_tls_code = h->esp_tls_error_code;
    *esp_tls_flags = h->esp_tls_flags;
    memset(h, 0, sizeof *h);
    return last;
}

esp_err_t esp_tls_init_global_ca_store(void)
{
    return stack->init_global_ca_store(stack_ctx);
}

esp_err_t esp_tls_set_global_ca_store(const unsigned char *cacert_pem_buf,
                                      const unsigned int cacert_pem_bytes)
{
    return stack->set_global_ca_store(stack_ctx, cacert_pem_buf, cacert_pem_bytes);
}

void esp_tls_free_global_ca_store(void)
{
    stack->free_global_ca_store(stack_ctx);
}

int esp_tls_server_session_create(esp_tls_cfg_server_t *cfg, int sockfd, esp_tls_t *tls)
{
    return stack->server_session_create(stack_ctx, cfg, sockfd, tls);
}

void esp_tls_server_session_delete(esp_tls_t *tls)
{
    stack->conn_delete(stack_ctx, tls);
}
