#include "errors_of_esp.h"

#include <stddef.h>
#include <stdint.h>

#include "esp_log.h"
#include "warmhello/errors.h"

static const char tag[] = "warmhello";

/* Of mbedTLS 3 and 4 (error.h, ssl.h, x509.h, pk.h, net_sockets.h), negated. */
enum {
    NET_CONN_RESET = 0x0050,
    OUT_OF_MEMORY = 141, /* PSA_ERROR_INSUFFICIENT_MEMORY */
    X509_INVALID_FORMAT = 0x2180,
    X509_VERIFY_FAILED = 0x2700,
    PK_PASSWORD_REQUIRED = 0x3c00,
    PK_INVALID_FORMAT = 0x3d00,
    PK_TYPE_MISMATCH = 0x3f00,
    SSL_TIMEOUT = 0x6800,
    SSL_UNEXPECTED_MESSAGE = 0x7700,
    SSL_BAD_PROTOCOL_VERSION = 0x6e80,
    SSL_INVALID_RECORD = 0x7200,
    SSL_CONN_EOF = 0x7280,
    SSL_FATAL_ALERT = 0x7780,
};

enum { EXPIRED = 0x01, OTHER_NAME = 0x04, NOT_TRUSTED = 0x08, OTHER = 0x0100, FUTURE = 0x0200 };

static const struct {
    int16_t error;
    /* 0: as the function that failed. */
    uint16_t last;
    uint16_t mbedtls;
    uint16_t certificate;
} table[] = {
    {WH_PEER_UNTRUSTED, 0, X509_VERIFY_FAILED, NOT_TRUSTED},
    {WH_PEER_NAME, 0, X509_VERIFY_FAILED, OTHER_NAME},
    {WH_PEER_EXPIRED, 0, X509_VERIFY_FAILED, EXPIRED},
    {WH_PEER_CA_EXPIRED, 0, X509_VERIFY_FAILED, EXPIRED},
    {WH_PEER_NOT_YET, 0, X509_VERIFY_FAILED, FUTURE},
    {WH_PEER_CA_NOT_YET, 0, X509_VERIFY_FAILED, FUTURE},
    {WH_PLATFORM_CLOCK, 0, X509_VERIFY_FAILED, EXPIRED | FUTURE},
    {WH_PEER_CERTIFICATE, 0, X509_VERIFY_FAILED, OTHER},
    {WH_PEER_NOT_TLS, 0, SSL_INVALID_RECORD, 0},
    {WH_PEER_VERSION, 0, SSL_BAD_PROTOCOL_VERSION, 0},
    {WH_PEER_ALERT, 0, SSL_FATAL_ALERT, 0},
    {WH_PEER_ALPN, 0, SSL_FATAL_ALERT, 0},
    {WH_PEER_WANTS_CERTIFICATE, 0, SSL_FATAL_ALERT, 0},
    {WH_PEER_REFUSES_CERTIFICATE, 0, SSL_FATAL_ALERT, 0},
    {WH_PEER_PSK, 0, SSL_FATAL_ALERT, 0},
    {WH_PEER_CLOSED, 0, SSL_CONN_EOF, 0},
    {WH_PEER_TRUNCATED, 0, SSL_CONN_EOF, 0},
    {WH_PEER_PROTOCOL, 0, SSL_UNEXPECTED_MESSAGE, 0},
    {WH_PEER_SILENT, ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT, SSL_TIMEOUT, 0},
    {WH_NETWORK_TIMEOUT, ESP_ERR_ESP_TLS_CONNECTION_TIMEOUT, SSL_TIMEOUT, 0},
    {WH_NETWORK_UNKNOWN_HOST, ESP_ERR_ESP_TLS_CANNOT_RESOLVE_HOSTNAME, 0, 0},
    {WH_NETWORK_UNREACHABLE, ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST, 0, 0},
    {WH_NETWORK_REFUSED, ESP_ERR_ESP_TLS_FAILED_CONNECT_TO_HOST, 0, 0},
    {WH_NETWORK_LOST, 0, NET_CONN_RESET, 0},
    {WH_PLATFORM_MEMORY, ESP_ERR_NO_MEM, OUT_OF_MEMORY, 0},
    {WH_PLATFORM_ENTROPY, ESP_ERR_MBEDTLS_CTR_DRBG_SEED_FAILED, 0, 0},
    {WH_USAGE_CA, ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED, X509_INVALID_FORMAT, 0},
    {WH_USAGE_CERTIFICATE, ESP_ERR_MBEDTLS_X509_CRT_PARSE_FAILED, X509_INVALID_FORMAT, 0},
    {WH_USAGE_KEY, ESP_ERR_MBEDTLS_PK_PARSE_KEY_FAILED, PK_INVALID_FORMAT, 0},
    {WH_USAGE_KEY_ENCRYPTED, ESP_ERR_MBEDTLS_PK_PARSE_KEY_FAILED, PK_PASSWORD_REQUIRED, 0},
    {WH_USAGE_KEY_MISMATCH, ESP_ERR_MBEDTLS_SSL_CONF_OWN_CERT_FAILED, PK_TYPE_MISMATCH, 0},
    {WH_USAGE_ALPN, ESP_ERR_MBEDTLS_SSL_CONF_ALPN_PROTOCOLS_FAILED, 0, 0},
    {WH_USAGE_HOST, ESP_ERR_MBEDTLS_SSL_SET_HOSTNAME_FAILED, 0, 0},
    {WH_USAGE_ARGUMENT, ESP_ERR_INVALID_ARG, 0, 0},
    {WH_USAGE_STATE, ESP_ERR_INVALID_STATE, 0, 0},
};

wh_esp_errors wh_errors_of_esp(int error, esp_err_t otherwise)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].error == error) {
            return (wh_esp_errors){table[i].last != 0 ? table[i].last : otherwise, table[i].mbedtls,
                                   table[i].certificate};
        }
    }
    return (wh_esp_errors){otherwise, 0, 0};
}

wh_esp_errors wh_errors_note(esp_tls_error_handle_t handle, int error, esp_err_t otherwise)
{
    wh_esp_errors errors = wh_errors_of_esp(error, otherwise);
    if (handle != NULL) {
        handle->last_error = errors.last;
        handle->esp_tls_error_code = errors.mbedtls;
        handle->esp_tls_flags = errors.certificate;
    }
    ESP_LOGE(tag, "%s: %s", wh_error_word(error), wh_error_meaning(error));
    return errors;
}
