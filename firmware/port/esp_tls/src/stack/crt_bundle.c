#include "crt_bundle.h"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */

/* ESP-IDF's, weak, so that an app that has no bundle gets none for our sake. */
__attribute__((weak)) esp_err_t esp_crt_bundle_attach(void *conf);
extern const uint8_t embedded_begin[] __asm__("_binary_x509_crt_bundle_start") __attribute__((weak));
extern const uint8_t embedded_end[] __asm__("_binary_x509_crt_bundle_end") __attribute__((weak));

static wh_crt_bundle chosen;

/* ESP-IDF keeps what it was given to itself, so the linker's --wrap has us hear of it. */
__attribute__((weak)) esp_err_t __real_esp_crt_bundle_set(const uint8_t *x509_bundle, size_t bundle_size);
esp_err_t __wrap_esp_crt_bundle_set(const uint8_t *x509_bundle, size_t bundle_size);

esp_err_t __wrap_esp_crt_bundle_set(const uint8_t *x509_bundle, size_t bundle_size)
{
    esp_err_t result = __real_esp_crt_bundle_set(x509_bundle, bundle_size);
    if (result == ESP_OK) {
        chosen = (wh_crt_bundle){x509_bundle, bundle_size};
    }
    return result;
}

wh_crt_bundle wh_crt_bundle_of(esp_err_t (*attach)(void *conf))
{
    if (attach != esp_crt_bundle_attach) {
        return (wh_crt_bundle){0};
    }
    if (chosen.bytes == NULL && embedded_begin != NULL) {
        return (wh_crt_bundle){embedded_begin, (size_t)(embedded_end - embedded_begin)};
    }
    return chosen;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
