/* What an app asks of a connection, esp_tls_cfg_t, in the core's words. */
#ifndef WH_TLS_REQUEST_H
#define WH_TLS_REQUEST_H

#include "ca_store.h"
#include "esp_tls.h"
#include "warmhello/client.h"
#include "warmhello/esp_tls.h"

typedef struct wh_request {
    wh_client_config client; /* points to what follows, and to the app's files */
    char host[WH_HOST_MAX + 1];
    char alpn[WH_ALPN_MAX + 1];
    wh_ca_bytes *store; /* held by whoever has the request; NULL for a CA of its own */
    uint32_t timeout_ms;
} wh_request;

/* `hostname`: `hostlen` bytes. All but the port. What cannot be had is said in the log, and its error is the
 * one that mbedTLS's stack would give, or ESP_ERR_NOT_SUPPORTED; then nothing is held. */
esp_err_t wh_request_read(const warmhello_esp_tls_config *stack, const char *hostname, size_t hostlen,
                          const esp_tls_cfg_t *cfg, wh_request *out);

#endif
