#include "tls_request.h"

#include <string.h>

#include "crt_bundle.h"
#include "esp_log.h"

static const char tag[] = "warmhello";

/* esp_tls's own, for connections that say nothing of time. */
enum { TIMEOUT_MS = 10000 };

/* The longest that the connect can wait. */
enum { TIMEOUT_MAX_MS = 24 * 24 * 3600 * 1000 };

static esp_err_t refuse(const char *word, const char *meaning)
{
    ESP_LOGE(tag, "%s: %s", word, meaning);
    return ESP_ERR_NOT_SUPPORTED;
}

/* ---- What is not to be had -------------------------------------------------------------------------- */

static bool asks_for_buffers(const esp_tls_cfg_t *cfg)
{
#if CONFIG_MBEDTLS_DYNAMIC_BUFFER
    return cfg->esp_tls_dyn_buf_strategy != 0;
#else
    (void)cfg;
    return false;
#endif
}

static esp_err_t refuse_what_is_missing(const esp_tls_cfg_t *cfg)
{
    const struct {
        bool is_asked;
        const char *word;
        const char *meaning;
    } missing[] = {
        {cfg->ds_data != NULL, "no-ds-peripheral", "a client key in the DS peripheral cannot be used"},
        {cfg->use_ecdsa_peripheral, "no-ecdsa-peripheral", "a client key in the fuses cannot be used"},
        {cfg->use_secure_element, "no-secure-element", "a client key in a secure element cannot be used"},
        {cfg->clientkey_password != NULL && cfg->clientkey_password_len > 0, "no-key-password",
         "a client key must be given without a password"},
        {cfg->ciphersuites_list != NULL && cfg->ciphersuites_list[0] != 0, "no-cipher-list",
         "the cipher suites are warmhello's own: leave ciphersuites_list out"},
        {asks_for_buffers(cfg), "no-buffer-strategy",
         "esp_tls_dyn_buf_strategy is about mbedTLS's buffers: leave it out"},
    };
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        if (missing[i].is_asked) {
            return refuse(missing[i].word, missing[i].meaning);
        }
    }
    return ESP_OK;
}

/* ---- Whom to trust --------------------------------------------------------------------------------------
 */

/* esp_tls calls "hint" what TLS calls the identity. Beside a CA the key goes first, where mbedTLS's stack
 * would leave it out. */
static esp_err_t take_psk(const esp_tls_cfg_t *cfg, wh_request *out)
{
#if defined(CONFIG_ESP_TLS_PSK_VERIFICATION)
    const psk_hint_key_t *psk = cfg->psk_hint_key;
    if (psk == NULL) {
        return ESP_OK;
    }
    if (psk->hint == NULL || psk->key == NULL || !wh_client_psk_fits(psk->hint, psk->key_size)) {
        ESP_LOGE(tag,
                 "psk-unusable: a pre-shared key has 16 to 64 bytes, and its hint, which is the identity, "
                 "1 to 64");
        return ESP_ERR_MBEDTLS_SSL_CONF_PSK_FAILED;
    }
    out->client.psk_identity = psk->hint;
    out->client.psk_key = psk->key;
    out->client.psk_key_size = psk->key_size;
#else
    (void)cfg;
    (void)out;
#endif
    return ESP_OK;
}

static esp_err_t trust_bundle(const warmhello_esp_tls_config *stack, const esp_tls_cfg_t *cfg,
                              wh_request *out)
{
    wh_crt_bundle bundle = {stack->bundle, stack->bundle_size};
    if (bundle.bytes == NULL) {
        bundle = wh_crt_bundle_of(cfg->crt_bundle_attach);
    }
    if (bundle.bytes == NULL) {
        return refuse("no-bundle", "crt_bundle_attach is not esp_crt_bundle_attach, and no bundle was "
                                   "registered");
    }
    out->client.ca = bundle.bytes;
    out->client.ca_size = bundle.size;
    return ESP_OK;
}

static esp_err_t trust_store(wh_request *out)
{
    out->store = wh_ca_store_hold();
    if (out->store == NULL) {
        ESP_LOGE(tag, "no-ca-store: esp_tls_set_global_ca_store() was not called");
        return ESP_ERR_INVALID_STATE;
    }
    out->client.ca = out->store->bytes;
    out->client.ca_size = out->store->size;
    return ESP_OK;
}

/* In the order of mbedTLS's stack. */
static esp_err_t choose_trust(const warmhello_esp_tls_config *stack, const esp_tls_cfg_t *cfg,
                              wh_request *out)
{
    if (cfg->crt_bundle_attach != NULL) {
        return trust_bundle(stack, cfg, out);
    }
    if (cfg->use_global_ca_store) {
        return trust_store(out);
    }
    if (cfg->cacert_buf != NULL) {
        out->client.ca = cfg->cacert_buf;
        out->client.ca_size = cfg->cacert_bytes;
        return ESP_OK;
    }
    if (out->client.psk_key != NULL) {
        return ESP_OK;
    }
    ESP_LOGE(tag,
             "no-ca: no server is believed without a CA, the global CA store, the bundle or a pre-shared "
             "key");
    return ESP_ERR_MBEDTLS_SSL_SETUP_FAILED;
}

/* ---- The rest -------------------------------------------------------------------------------------------
 */

static esp_err_t take_identity(const esp_tls_cfg_t *cfg, wh_request *out)
{
    if ((cfg->clientcert_buf != NULL) != (cfg->clientkey_buf != NULL)) {
        ESP_LOGE(tag, "half-identity: a client certificate needs its key, and a key its certificate");
        return ESP_ERR_INVALID_STATE;
    }
    out->client.certificate = cfg->clientcert_buf;
    out->client.certificate_size = cfg->clientcert_buf != NULL ? cfg->clientcert_bytes : 0;
    out->client.key = cfg->clientkey_buf;
    out->client.key_size = cfg->clientkey_buf != NULL ? cfg->clientkey_bytes : 0;
    return ESP_OK;
}

static esp_err_t take_host(const char *hostname, size_t hostlen, const esp_tls_cfg_t *cfg, wh_request *out)
{
    out->client.any_name = cfg->skip_common_name;
    if (cfg->skip_common_name) {
        ESP_LOGW(tag, "any-name: skip_common_name takes a server of any name that the CA vouches for; better "
                      "give the one in its certificate as common_name");
    }
    const char *host = cfg->common_name != NULL ? cfg->common_name : hostname;
    size_t size = cfg->common_name != NULL ? strlen(host) : hostlen;
    if (size == 0 || size >= sizeof out->host || strnlen(host, size) != size) {
        ESP_LOGE(tag, "host-unusable: no name, or one that is too long");
        return ESP_ERR_MBEDTLS_SSL_SET_HOSTNAME_FAILED;
    }
    memcpy(out->host, host, size);
    out->client.host = out->host;
    return ESP_OK;
}

/* False: it does not fit, or would be read as two. */
static bool add_protocol(wh_request *out, const char *name)
{
    size_t used = strlen(out->alpn);
    size_t size = strlen(name);
    size_t comma = used > 0 ? 1 : 0;
    if (size == 0 || strchr(name, ',') != NULL || used + comma + size >= sizeof out->alpn) {
        return false;
    }
    if (comma > 0) {
        out->alpn[used] = ',';
    }
    memcpy(out->alpn + used + comma, name, size);
    return true;
}

static esp_err_t take_protocols(const esp_tls_cfg_t *cfg, wh_request *out)
{
    for (const char **name = cfg->alpn_protos; name != NULL && *name != NULL; name++) {
        if (!add_protocol(out, *name)) {
            ESP_LOGE(tag, "alpn-unusable: %s: all names and the commas between them have %d bytes at most",
                     *name, WH_ALPN_MAX);
            return ESP_ERR_MBEDTLS_SSL_CONF_ALPN_PROTOCOLS_FAILED;
        }
    }
    out->client.alpn = out->alpn[0] != '\0' ? out->alpn : NULL;
    return ESP_OK;
}

static esp_err_t take_version(const esp_tls_cfg_t *cfg, wh_request *out)
{
    switch (cfg->tls_version) {
    case ESP_TLS_VER_ANY:
        return ESP_OK;
    case ESP_TLS_VER_TLS_1_2:
        out->client.min_version = out->client.max_version = WH_TLS12;
        return ESP_OK;
    case ESP_TLS_VER_TLS_1_3:
        out->client.min_version = out->client.max_version = WH_TLS13;
        return ESP_OK;
    default:
        ESP_LOGE(tag, "no-such-version: tls_version %d", (int)cfg->tls_version);
        return ESP_ERR_INVALID_ARG;
    }
}

static void take_time(const esp_tls_cfg_t *cfg, wh_request *out)
{
    out->timeout_ms = cfg->timeout_ms > 0 ? (uint32_t)cfg->timeout_ms : TIMEOUT_MS;
    if (out->timeout_ms > TIMEOUT_MAX_MS) {
        out->timeout_ms = TIMEOUT_MAX_MS;
    }
}

esp_err_t wh_request_read(const warmhello_esp_tls_config *stack, const char *hostname, size_t hostlen,
                          const esp_tls_cfg_t *cfg, wh_request *out)
{
    memset(out, 0, sizeof *out);
    out->client.policy = stack->policy;
    /* esp_tls keeps the socket that it is given, and one more may follow. */
    out->client.policy.early_data = false;
    take_time(cfg, out);
    esp_err_t result = refuse_what_is_missing(cfg);
    if (result == ESP_OK) {
        result = take_host(hostname, hostlen, cfg, out);
    }
    if (result == ESP_OK) {
        result = take_protocols(cfg, out);
    }
    if (result == ESP_OK) {
        result = take_version(cfg, out);
    }
    if (result == ESP_OK) {
        result = take_identity(cfg, out);
    }
    if (result == ESP_OK) {
        result = take_psk(cfg, out);
    }
    return result == ESP_OK ? choose_trust(stack, cfg, out) : result;
}
