/** @file
 * warmhello as a transport of ESP-IDF's clients, 5.3 to 6.x, in place of mbedTLS's:
 *
 *     warmhello_esp_transport_config tls = {.ca_pem = root_ca};
 *     esp_http_client_config_t config = {
 *         .url = "https://api.example/readings",
 *         .transport = warmhello_esp_transport_init(&tls), // CONFIG_ESP_HTTP_CLIENT_ENABLE_CUSTOM_TRANSPORT
 *     };
 *
 * Likewise `network.transport` of esp-mqtt, and `ext_transport` of esp_websocket_client by
 * esp_transport_ws_init(), with `propagate_control_frames` set by esp_transport_ws_set_config() as that
 * client sets it for its own, or it may answer a server that has closed, and connect again. What those
 * clients' own fields say of certificates is for mbedTLS, and is not looked at.
 *
 * What a connection does: it offers the session that is stored for this server, and makes a full handshake if
 * there is none or the server does not want it, on a second TCP connection where the first one breaks off or
 * stays silent because of the session; the timeout of the client's is for all of it. Closing waits up to a
 * quarter of a second for a ticket that is worth it, and keeps the session: close before sleep.
 *
 * It may be connected again after it was closed, also to another host, as after a redirect. Only one
 * connection is open at a time. A thread may read or poll it while another one writes or closes.
 *
 * Returned values are those of esp_transport_ssl_init()'s transport; so are the last error, the number and
 * the flags that esp_transport_get_error_handle() tells. The log has warmhello's word and sentence. Unlike
 * there, TCP that ends without close_notify is an error when it is read.
 *
 * esp_http_client uses a transport of the app's for http:// as well, and does not say so. By default each
 * connection is TLS, so that a redirect cannot make it a plain one; see `plain_port`.
 */
#ifndef WARMHELLO_ESP_TRANSPORT_H
#define WARMHELLO_ESP_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"
#include "warmhello/client.h"
#include "warmhello/outcome.h"
#include "warmhello/platform.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Of ESP-IDF's esp_transport.h. */
typedef struct esp_transport_item_t *esp_transport_handle_t;

/** Zeros are the defaults. What it points to must stay in place until the transport is destroyed. */
typedef struct warmhello_esp_transport_config {
    /** CA, client certificate and key as PEM text with a zero at its end, in place of those of `client`. */
    const char *ca_pem;
    const char *certificate_pem;
    const char *key_pem;
    /** The name in the server's certificate, if that is not the host's; NULL for the host's. */
    const char *common_name;
    /** All else: files as bytes and size, ALPN, versions, policy. Host and port are each connection's own.
     * With the policy's `early_data` a connect may be done before the network was asked for anything, and
     * what it meets is told by the first read or write. */
    wh_client_config client;
    /** Connections to this port are plain TCP, for http:// URLs on port 80; 0: none are. */
    uint16_t plain_port;
    /** As in socket.h. */
    uint16_t keep_alive_idle_s;
    uint16_t keep_alive_interval_s;
    uint16_t keep_alive_count;
    /** The machine; NULL for the chip itself. ESP-IDF's target linux needs one. */
    const wh_platform *platform;
    /** The chip's random generator is a true one though Wi-Fi is off, as after bootloader_random_enable(). */
    bool has_entropy;
} warmhello_esp_transport_config;

/** Makes a transport; its default port is 443. `config` is copied. For esp_transport_destroy(), which
 * esp-mqtt calls with its own end, and esp_http_client leaves to the app. NULL, with a line in the log: no
 * memory, or no platform on target linux. */
esp_transport_handle_t warmhello_esp_transport_init(const warmhello_esp_transport_config *config);

/** What the last connection of this transport did, final once it is closed. Copied into `out`, from any task.
 * ESP_ERR_INVALID_STATE: there was none yet. */
esp_err_t warmhello_esp_transport_outcome(esp_transport_handle_t transport, wh_outcome *out);

#ifdef __cplusplus
}
#endif

#endif
