/* The CAs that the app has given to all connections: esp_tls_set_global_ca_store(). */
#ifndef WH_CA_STORE_H
#define WH_CA_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

/* Its bytes, held by whoever reads them: the store may change meanwhile. */
typedef struct wh_ca_bytes {
    unsigned holders;
    size_t size;
    uint8_t bytes[];
} wh_ca_bytes;

/* An empty one, if there is none. */
esp_err_t wh_ca_store_begin(void);

/* Adds copies, of PEM or of one certificate in DER. ESP_ERR_INVALID_ARG: no bytes. ESP_FAIL: they do not look
 * like certificates, and the store is gone, as mbedTLS's would be; what is wrong inside of them the first
 * full handshake finds. ESP_ERR_NO_MEM.
 */
esp_err_t wh_ca_store_add(const uint8_t *bytes, size_t size);

/* NULL: there is no store. wh_ca_bytes_release() must follow. */
wh_ca_bytes *wh_ca_store_hold(void);

void wh_ca_bytes_release(wh_ca_bytes *held);

void wh_ca_store_end(void);

#endif
