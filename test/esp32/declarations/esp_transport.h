/* tcp_transport/include/esp_transport.h */
#ifndef ESP_TRANSPORT_H
#define ESP_TRANSPORT_H

#include <stdbool.h>

#include "esp_err.h"
#include "esp_tls_errors.h"

typedef struct esp_transport_item_t *esp_transport_handle_t;

typedef int (*connect_func)(esp_transport_handle_t t, const char *host, int port, int timeout_ms);
typedef connect_func connect_async_func;
typedef int (*io_func)(esp_transport_handle_t t, const char *buffer, int len, int timeout_ms);
typedef int (*io_read_func)(esp_transport_handle_t t, char *buffer, int len, int timeout_ms);
typedef int (*trans_func)(esp_transport_handle_t t);
typedef int (*poll_func)(esp_transport_handle_t t, int timeout_ms);

enum esp_tcp_transport_err_t {
    ERR_TCP_TRANSPORT_NO_MEM = -3,
    ERR_TCP_TRANSPORT_CONNECTION_FAILED = -2,
    ERR_TCP_TRANSPORT_CONNECTION_CLOSED_BY_FIN = -1,
    ERR_TCP_TRANSPORT_CONNECTION_TIMEOUT = 0,
};

esp_transport_handle_t esp_transport_init(void);
esp_err_t esp_transport_destroy(esp_transport_handle_t t);
int esp_transport_get_default_port(esp_transport_handle_t t);
esp_err_t esp_transport_set_default_port(esp_transport_handle_t t, int port);
int esp_transport_connect(esp_transport_handle_t t, const char *host, int port, int timeout_ms);
int esp_transport_connect_async(esp_transport_handle_t t, const char *host, int port, int timeout_ms);
int esp_transport_read(esp_transport_handle_t t, char *buffer, int len, int timeout_ms);
int esp_transport_poll_read(esp_transport_handle_t t, int timeout_ms);
int esp_transport_write(esp_transport_handle_t t, const char *buffer, int len, int timeout_ms);
int esp_transport_poll_write(esp_transport_handle_t t, int timeout_ms);
int esp_transport_close(esp_transport_handle_t t);
void *esp_transport_get_context_data(esp_transport_handle_t t);
esp_err_t esp_transport_set_context_data(esp_transport_handle_t t, void *data);
esp_err_t esp_transport_set_func(esp_transport_handle_t t, connect_func _connect, io_read_func _read,
                                 io_func _write, trans_func _close, poll_func _poll_read,
                                 poll_func _poll_write, trans_func _destroy);
esp_err_t esp_transport_set_async_connect_func(esp_transport_handle_t t,
                                               connect_async_func _connect_async_func);
esp_tls_error_handle_t esp_transport_get_error_handle(esp_transport_handle_t t);
int esp_transport_get_errno(esp_transport_handle_t t);
int esp_transport_get_socket(esp_transport_handle_t t);

#endif
