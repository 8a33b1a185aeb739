/* esp-tls/esp_tls.h of 6.0, without what warmhello and its tests do not use. */
#ifndef ESP_TLS_H
#define ESP_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "esp_err.h"
#include "esp_tls_errors.h"
#include "sdkconfig.h"

typedef enum esp_tls_conn_state {
    ESP_TLS_INIT,
    ESP_TLS_CONNECTING,
    ESP_TLS_HANDSHAKE,
    ESP_TLS_FAIL,
    ESP_TLS_DONE,
} esp_tls_conn_state_t;

typedef enum {
    ESP_TLS_VER_ANY,
    ESP_TLS_VER_TLS_1_2,
    ESP_TLS_VER_TLS_1_3,
    ESP_TLS_VER_TLS_MAX
} esp_tls_proto_ver_t;

typedef enum { ESP_TLS_DYN_BUF_RX_STATIC = 1 } esp_tls_dyn_buf_strategy_t;

typedef struct psk_key_hint {
    const uint8_t *key;
    size_t key_size;
    const char *hint;
} psk_hint_key_t;

typedef struct tls_keep_alive_cfg {
    bool keep_alive_enable;
    int keep_alive_idle;
    int keep_alive_interval;
    int keep_alive_count;
} tls_keep_alive_cfg_t;

/* Each file has an older name of its own beside, for the same bytes: in unions there. */
typedef struct esp_tls_cfg {
    const char **alpn_protos;
    const unsigned char *cacert_buf;
    unsigned int cacert_bytes;
    const unsigned char *clientcert_buf;
    unsigned int clientcert_bytes;
    const unsigned char *clientkey_buf;
    unsigned int clientkey_bytes;
    const unsigned char *clientkey_password;
    unsigned int clientkey_password_len;
    bool use_ecdsa_peripheral;
    bool non_block;
    bool use_secure_element;
    int timeout_ms;
    bool use_global_ca_store;
    const char *common_name;
    bool skip_common_name;
    tls_keep_alive_cfg_t *keep_alive_cfg;
#if defined(CONFIG_ESP_TLS_PSK_VERIFICATION)
    const psk_hint_key_t *psk_hint_key;
#endif
    esp_err_t (*crt_bundle_attach)(void *conf);
    void *ds_data;
    bool is_plain_tcp;
    const int *ciphersuites_list;
    esp_tls_proto_ver_t tls_version;
#if CONFIG_MBEDTLS_DYNAMIC_BUFFER
    esp_tls_dyn_buf_strategy_t esp_tls_dyn_buf_strategy;
#endif
} esp_tls_cfg_t;

typedef struct esp_tls_cfg_server {
    const unsigned char *servercert_buf;
    unsigned int servercert_bytes;
} esp_tls_cfg_server_t;

typedef struct esp_tls esp_tls_t;

esp_tls_t *esp_tls_init(void);
int esp_tls_conn_new_sync(const char *hostname, int hostlen, int port, const esp_tls_cfg_t *cfg,
                          esp_tls_t *tls);
int esp_tls_conn_new_async(const char *hostname, int hostlen, int port, const esp_tls_cfg_t *cfg,
                           esp_tls_t *tls);
ssize_t esp_tls_conn_write(esp_tls_t *tls, const void *data, size_t datalen);
ssize_t esp_tls_conn_read(esp_tls_t *tls, void *data, size_t datalen);
int esp_tls_conn_destroy(esp_tls_t *tls);
ssize_t esp_tls_get_bytes_avail(esp_tls_t *tls);
esp_err_t esp_tls_get_conn_sockfd(esp_tls_t *tls, int *sockfd);
void *esp_tls_get_ssl_context(esp_tls_t *tls);
esp_err_t esp_tls_init_global_ca_store(void);
esp_err_t esp_tls_set_global_ca_store(const unsigned char *cacert_pem_buf, unsigned int cacert_pem_bytes);
void esp_tls_free_global_ca_store(void);
esp_err_t esp_tls_get_and_clear_last_error(esp_tls_error_handle_t h, int *esp_tls_code, int *esp_tls_flags);
esp_err_t esp_tls_get_error_handle(esp_tls_t *tls, esp_tls_error_handle_t *error_handle);
int esp_tls_server_session_create(esp_tls_cfg_server_t *cfg, int sockfd, esp_tls_t *tls);
void esp_tls_server_session_delete(esp_tls_t *tls);

#endif
