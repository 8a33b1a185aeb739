/* Errors as mbedTLS's stack of esp_tls would give them, so that an app and its logs know them. */
#ifndef WH_ERRORS_OF_ESP_H
#define WH_ERRORS_OF_ESP_H

#include "esp_err.h"
#include "esp_tls_errors.h"

/* Of one error. */
typedef struct wh_esp_errors {
    esp_err_t last;  /* what the function that failed is called in esp_tls_errors.h */
    int mbedtls;     /* mbedTLS's number for it, positive as esp_tls keeps it; 0 for none */
    int certificate; /* mbedTLS's flags of a certificate */
} wh_esp_errors;

/* `error`: of errors.h. `otherwise`: for errors that esp_tls names by the function alone. */
wh_esp_errors wh_errors_of_esp(int error, esp_err_t otherwise);

/* Makes it the last error that `handle` tells, if there is one, and says it in the log. */
wh_esp_errors wh_errors_note(esp_tls_error_handle_t handle, int error, esp_err_t otherwise);

#endif
