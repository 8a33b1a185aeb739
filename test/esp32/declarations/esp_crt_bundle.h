/* mbedtls/esp_crt_bundle/include/esp_crt_bundle.h */
#ifndef ESP_CRT_BUNDLE_H
#define ESP_CRT_BUNDLE_H

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"

esp_err_t esp_crt_bundle_attach(void *conf);
esp_err_t esp_crt_bundle_set(const uint8_t *x509_bundle, size_t bundle_size);

#endif
