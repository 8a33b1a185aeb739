/* esp-tls/esp_tls_custom_stack.h of 6.0: a TLS stack as a table. */
#ifndef ESP_TLS_CUSTOM_STACK_H
#define ESP_TLS_CUSTOM_STACK_H

#include "esp_tls.h"

#define ESP_TLS_STACK_OPS_VERSION 1

typedef struct esp_tls_stack_ops {
    uint32_t version;
    esp_err_t (*create_ssl_handle)(void *user_ctx, const char *hostname, size_t hostlen, const void *cfg,
                                   esp_tls_t *tls, void *server_params);
    int (*handshake)(void *user_ctx, esp_tls_t *tls, const esp_tls_cfg_t *cfg);
    ssize_t (*read)(void *user_ctx, esp_tls_t *tls, char *data, size_t datalen);
    ssize_t (*write)(void *user_ctx, esp_tls_t *tls, const char *data, size_t datalen);
    void (*conn_delete)(void *user_ctx, esp_tls_t *tls);
    void (*net_init)(void *user_ctx, esp_tls_t *tls);
    void *(*get_ssl_context)(void *user_ctx, esp_tls_t *tls);
    ssize_t (*get_bytes_avail)(void *user_ctx, esp_tls_t *tls);
    esp_err_t (*init_global_ca_store)(void *user_ctx);
    esp_err_t (*set_global_ca_store)(void *user_ctx, const unsigned char *cacert_pem_buf,
                                     const unsigned int cacert_pem_bytes);
    void *(*get_global_ca_store)(void *user_ctx);
    void (*free_global_ca_store)(void *user_ctx);
    const int *(*get_ciphersuites_list)(void *user_ctx);
    void *(*get_client_session)(void *user_ctx, esp_tls_t *tls);
    void (*free_client_session)(void *user_ctx, void *client_session);
    esp_err_t (*server_session_ticket_ctx_init)(void *user_ctx, void *cfg);
    void (*server_session_ticket_ctx_free)(void *user_ctx, void *cfg);
    int (*server_session_create)(void *user_ctx, esp_tls_cfg_server_t *cfg, int sockfd, esp_tls_t *tls);
    esp_err_t (*server_session_init)(void *user_ctx, esp_tls_cfg_server_t *cfg, int sockfd, esp_tls_t *tls);
    int (*server_session_continue_async)(void *user_ctx, esp_tls_t *tls);
    void (*server_session_delete)(void *user_ctx, esp_tls_t *tls);
    int (*crypto_sha1)(void *user_ctx, const unsigned char *input, size_t ilen, unsigned char output[20]);
    int (*crypto_base64_encode)(void *user_ctx, unsigned char *dst, size_t dlen, size_t *olen,
                                const unsigned char *src, size_t slen);
} esp_tls_stack_ops_t;

esp_err_t esp_tls_register_stack(const esp_tls_stack_ops_t *ops, void *user_ctx);

#endif
