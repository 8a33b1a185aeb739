/* A stand-in for ESP-IDF's esp_crt_bundle.c, with a bundle embedded as `idf.py build` does it. Its one
 * certificate belongs to nobody. */
#include <stdlib.h>

#include "esp_crt_bundle.h"

__asm__(".section .rodata\n"
        ".global _binary_x509_crt_bundle_start\n"
        ".global _binary_x509_crt_bundle_end\n"
        "_binary_x509_crt_bundle_start:\n"
        ".incbin \"" WH_EMBEDDED "\"\n"
        "_binary_x509_crt_bundle_end:\n"
        ".text\n");

esp_err_t esp_crt_bundle_attach(void *conf)
{
    (void)conf;
    abort(); /* it writes into mbedTLS's structures, of which there are none */
}

esp_err_t esp_crt_bundle_set(const uint8_t *x509_bundle, size_t bundle_size)
{
    return x509_bundle != NULL && bundle_size > 8 ? ESP_OK : ESP_ERR_INVALID_ARG;
}
