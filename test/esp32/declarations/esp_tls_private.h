/* esp-tls/private_include/esp_tls_private.h of 6.0: those members of a connection that a stack may use. */
#ifndef ESP_TLS_PRIVATE_H
#define ESP_TLS_PRIVATE_H

#include "esp_tls.h"

struct esp_tls {
    void *priv_ctx;
    void *priv_ssl;
    int sockfd;
    ssize_t (*read)(esp_tls_t *tls, char *data, size_t datalen);
    ssize_t (*write)(esp_tls_t *tls, const char *data, size_t datalen);
    esp_tls_conn_state_t conn_state;
    bool is_tls;
    esp_tls_error_handle_t error_handle;
};

#endif
