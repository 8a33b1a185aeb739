/* tcp_transport/private_include/esp_transport_internal.h: those members of a transport that one of the app's
 * own may use. */
#ifndef ESP_TRANSPORT_INTERNAL_H
#define ESP_TRANSPORT_INTERNAL_H

#include "esp_transport.h"

typedef struct esp_foundation_transport esp_foundation_transport_t;

struct esp_transport_item_t {
    int port;
    void *data;
    connect_func _connect;
    io_read_func _read;
    io_func _write;
    trans_func _close;
    poll_func _poll_read;
    poll_func _poll_write;
    trans_func _destroy;
    connect_async_func _connect_async;
    int (*_get_socket)(esp_transport_handle_t t);
    struct esp_foundation_transport *foundation;
};

esp_foundation_transport_t *esp_transport_init_foundation_transport(void);
void esp_transport_destroy_foundation_transport(esp_foundation_transport_t *foundation);
void capture_tcp_transport_error(esp_transport_handle_t t, enum esp_tcp_transport_err_t error);
void esp_transport_capture_errno(esp_transport_handle_t t, int sock_errno);

#endif
