/** @file
 * warmhello as the TLS stack of ESP-IDF 6: everything that stands on esp_tls resumes, unchanged.
 *
 *     void app_main(void)
 *     {
 *         ESP_ERROR_CHECK(warmhello_esp_tls_register(NULL));
 *         ... Wi-Fi, esp_http_client, esp-mqtt, esp_https_ota, deep sleep, as ever
 *     }
 *
 * Needs CONFIG_ESP_TLS_CUSTOM_STACK.
 *
 * What a connection does: it offers the session that is stored for this server, and makes a full handshake if
 * there is none or the server does not want it. Where the server breaks off because of the session, or leaves
 * it unanswered, the stack opens a second TCP connection to the same address, with the same options, and
 * makes a full handshake on it; esp_tls goes on with that one and never hears of the first. After the app
 * has deleted the connection (esp_tls_conn_destroy()), which waits up to a quarter of a second for a ticket
 * that is worth it, the session is in RTC memory, and in flash if there is a partition for it.
 *
 * What esp_tls_cfg_t may ask for: a CA in PEM or DER, the global CA store, the certificate bundle (see
 * below); client certificate and key in PEM or DER; ALPN, at most 63 bytes with commas between the names;
 * psk_hint_key, whose hint is the identity (1 to 64 bytes, the key 16 to 64), alone or, other than with
 * mbedTLS's stack, beside a CA, which then serves where the server does not know the key; it must stay in
 * place until the connection is open. common_name, which takes the place of the host in SNI and in the check
 * of the certificate; skip_common_name (then no name is sent, and any is taken that the CA vouches for);
 * TLS 1.2 or 1.3 alone; timeout_ms, 10 s if it is not positive, for TLS with its second attempt; non_block.
 * Keep-alive, the interface and the address family are esp_tls's own business.
 *
 * What it may not ask for, and is refused when the connection is made, with ESP_ERR_NOT_SUPPORTED as the last
 * error and a word in the log: the DS peripheral, an ECDSA key in the fuses, a secure element, a client key
 * with a password, a list of cipher suites, a strategy for mbedTLS's buffers, and to be a server. A
 * connection with neither CA nor pre-shared key is refused as mbedTLS's stack refuses it, also with
 * CONFIG_ESP_TLS_SKIP_SERVER_CERT_VERIFY.
 *
 * Files that cannot be read are found by the first full handshake and not before, since a resumption needs
 * none; they must stay in place until the connection is open. Errors are those of mbedTLS's stack:
 * esp_tls_get_and_clear_last_error() gives ESP_ERR_MBEDTLS_SSL_HANDSHAKE_FAILED, mbedTLS's number for what
 * happened, and its flags of a certificate; the log has warmhello's word and sentence.
 *
 * A blocking connect waits in the stack, so that timeout_ms is kept and nothing loops. A non-blocking one
 * returns 0 until it is done; the socket of esp_tls_get_conn_sockfd() may be another one after that, as a
 * second TCP connection may have taken its place.
 */
#ifndef WARMHELLO_ESP_TLS_H
#define WARMHELLO_ESP_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "warmhello/client.h"
#include "warmhello/outcome.h"
#include "warmhello/platform.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Zeros are the defaults. */
typedef struct warmhello_esp_tls_config {
    /** When to offer the stored session. `early_data` has no effect here: esp_transport.h is for that. */
    wh_policy policy;
    /** Certificates for connections that have `crt_bundle_attach` set: a bundle in ESP-IDF's format, or PEM
     * or DER; must stay in place. NULL: the bundle that esp_crt_bundle_set() was given last, or else the one
     * that ESP-IDF has embedded. The function that `crt_bundle_attach` points to is never called, as it needs
     * mbedTLS's structures. */
    const uint8_t *bundle;
    size_t bundle_size;
    /** The machine, which must stay in place; NULL for the chip itself. ESP-IDF's target linux needs one. */
    const wh_platform *platform;
    /** The chip's random generator is a true one though Wi-Fi is off, as after bootloader_random_enable().
     * Without it a connection while Wi-Fi is off, as over Ethernet, fails with WH_PLATFORM_ENTROPY. */
    bool has_entropy;
} warmhello_esp_tls_config;

/** Makes warmhello the stack of esp_tls, for as long as the program runs: once, before the first connection.
 * `config` is copied but for what it points to; NULL for the defaults.
 *
 * ESP_ERR_INVALID_STATE: there is a stack already. ESP_ERR_INVALID_ARG: no platform on target linux.
 * ESP_ERR_NO_MEM. ESP_ERR_INVALID_VERSION: this ESP-IDF's table is another one. */
esp_err_t warmhello_esp_tls_register(const warmhello_esp_tls_config *config);

/** What the last connection did: the one whose handshake ended last, or that was deleted since, after which
 * it is settled; WH_RESULT_PENDING for one that was deleted before its handshake had ended. Copied into
 * `out`; an open connection's own is wh_socket_outcome(esp_tls_get_ssl_context(tls)). What was refused before
 * its handshake began is not told of. ESP_ERR_INVALID_STATE: there was none yet. */
esp_err_t warmhello_esp_tls_outcome(wh_outcome *out);

#ifdef __cplusplus
}
#endif

#endif
