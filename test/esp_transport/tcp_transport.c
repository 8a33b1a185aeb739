/* A stand-in for ESP-IDF's tcp_transport: what it does with a transport of the app's. */
#include "esp_transport_internal.h"

#include <stdlib.h>

struct esp_foundation_transport {
    esp_tls_last_error_t error;
    int sock_errno;
};

esp_transport_handle_t esp_transport_init(void)
{
    return calloc(1, sizeof(struct esp_transport_item_t));
}

esp_foundation_transport_t *esp_transport_init_foundation_transport(void)
{
    return calloc(1, sizeof(esp_foundation_transport_t));
}

void esp_transport_destroy_foundation_transport(esp_foundation_transport_t *foundation)
{
    free(foundation);
}

esp_err_t esp_transport_destroy(esp_transport_handle_t t)
{
    if (t != NULL && t->_destroy != NULL) {
        (void)t->_destroy(t);
    }
    free(t);
    return ESP_OK;
}

int esp_transport_get_default_port(esp_transport_handle_t t)
{
    return t->port;
}

esp_err_t esp_transport_set_default_port(esp_transport_handle_t t, int port)
{
    t->port = port;
    return ESP_OK;
}

esp_err_t esp_transport_set_func(esp_transport_handle_t t, connect_func _connect, io_read_func _read,
                                 io_func _write, trans_func _close, poll_func _poll_read,
                                 poll_func _poll_write, trans_func _destroy)
{
    t->_connect = _connect;
    t->_read = _read;
    t->_write = _write;
    t->_close = _close;
    t->_poll_read = _poll_read;
    t->_poll_write = _poll_write;
    t->_destroy = _destroy;
    t->_connect_async = NULL;
    return ESP_OK;
}

esp_err_t esp_transport_set_async_connect_func(esp_transport_handle_t t,
                                               connect_async_func _connect_async_func)
{
    t->_connect_async = _connect_async_func;
    return ESP_OK;
}

void *esp_transport_get_context_data(esp_transport_handle_t t)
{
    return t->data;
}

esp_err_t esp_transport_set_context_data(esp_transport_handle_t t, void *data)
{
    t->data = data;
    return ESP_OK;
}

int esp_transport_connect(esp_transport_handle_t t, const char *host, int port, int timeout_ms)
{
    return t->_connect(t, host, port, timeout_ms);
}

int esp_transport_connect_async(esp_transport_handle_t t, const char *host, int port, int timeout_ms)
{
    return t->_connect_async(t, host, port, timeout_ms);
}

int esp_transport_read(esp_transport_handle_t t, char *buffer, int len, int timeout_ms)
{
    return t->_read(t, buffer, len, timeout_ms);
}

int esp_transport_poll_read(esp_transport_handle_t t, int timeout_ms)
{
    return t->_poll_read(t, timeout_ms);
}

int esp_transport_write(esp_transport_handle_t t, const char *buffer, int len, int timeout_ms)
{
    return t->_write(t, buffer, len, timeout_ms);
}

int esp_transport_poll_write(esp_transport_handle_t t, int timeout_ms)
{
    return t->_poll_write(t, timeout_ms);
}

int esp_transport_close(esp_transport_handle_t t)
{
    return t->_close(t);
}

int esp_transport_get_socket(esp_transport_handle_t t)
{
    return t->_get_socket != NULL ? t->_get_socket(t) : -1;
}

esp_tls_error_handle_t esp_transport_get_error_handle(esp_transport_handle_t t)
{
    return &t->foundation->error;
}

int esp_transport_get_errno(esp_transport_handle_t t)
{
    int last = t->foundation->sock_errno;
    t->foundation->sock_errno = 0;
    return last;
}

void esp_transport_capture_errno(esp_transport_handle_t t, int sock_errno)
{
    t->foundation->sock_errno = sock_errno;
}

void capture_tcp_transport_error(esp_transport_handle_t t, enum esp_tcp_transport_err_t error)
{
    t->foundation->error.last_error =
        error == ERR_TCP_TRANSPORT_CONNECTION_CLOSED_BY_FIN ? ESP_ERR_ESP_TLS_TCP_CLOSED_FIN : ESP_FAIL;
}
