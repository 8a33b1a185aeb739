/* ESP-IDF's certificate bundle, as the app has it. */
#ifndef WH_CRT_BUNDLE_H
#define WH_CRT_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

typedef struct wh_crt_bundle {
    const uint8_t *bytes; /* NULL: there is none */
    size_t size;
} wh_crt_bundle;

/* The one for `attach`, esp_tls_cfg_t's crt_bundle_attach: what esp_crt_bundle_set() was given, or the
 * embedded one. NULL for a function that is not ESP-IDF's. */
wh_crt_bundle wh_crt_bundle_of(esp_err_t (*attach)(void *conf));

#endif
