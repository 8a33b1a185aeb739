/* ESP-IDF's own HTTP client, as it is: wakes, posts one reading, and sleeps for ten minutes. Each wake but
 * the first resumes the TLS session of the one before, and says in a header how that one's connect went. */
#include <stdio.h>

#include "access_point.h"
#include "esp_attr.h"
#include "esp_err.h"
#include "esp_http_client.h"
#include "esp_sleep.h"
#include "sdkconfig.h"
#include "warmhello/outcome.h"

enum { SLEEP_S = 600, TIMEOUT_MS = 10000 };

/* The authority that signed the server's certificate: ca.pem of this folder. */
extern const char ca[] asm("_binary_ca_pem_start");

#if CONFIG_ESP_TLS_CUSTOM_STACK /* ESP-IDF 6.0 and newer */
#include "warmhello/esp_tls.h"

static void use_warmhello(esp_http_client_config_t *config)
{
    (void)config; /* as it is: all that stands on esp_tls resumes */
    ESP_ERROR_CHECK(warmhello_esp_tls_register(NULL));
}

static wh_outcome outcome_of_tls(void)
{
    wh_outcome outcome = {.result = WH_RESULT_FAILED};
    (void)warmhello_esp_tls_outcome(&outcome);
    return outcome;
}
#else /* ESP-IDF 5.3 to 5.5 */
#include "warmhello/esp_transport.h"

static esp_transport_handle_t transport;

static void use_warmhello(esp_http_client_config_t *config)
{
    const warmhello_esp_transport_config tls = {.ca_pem = ca};
    config->transport = transport = warmhello_esp_transport_init(&tls);
}

static wh_outcome outcome_of_tls(void)
{
    wh_outcome outcome = {.result = WH_RESULT_FAILED};
    (void)warmhello_esp_transport_outcome(transport, &outcome);
    return outcome;
}
#endif

/* How the last wake's connect went, through deep sleep; "" after a loss of power. */
static RTC_DATA_ATTR char last_outcome[WH_OUTCOME_TEXT_SIZE];

static int read_celsius(void)
{
    return 21; /* a sensor's driver goes here */
}

static void perform(esp_http_client_handle_t client)
{
    char body[32];
    const int size = snprintf(body, sizeof body, "{\"celsius\": %d}", read_celsius());
    ESP_ERROR_CHECK(esp_http_client_set_post_field(client, body, size));
    if (last_outcome[0] != '\0') {
        ESP_ERROR_CHECK(esp_http_client_set_header(client, "Warmhello-Outcome", last_outcome));
    }
    const esp_err_t error = esp_http_client_perform(client);
    const wh_outcome outcome = outcome_of_tls();
    wh_outcome_text(&outcome, NULL, last_outcome);
    if (error == ESP_OK) {
        printf("the server answers %d, TLS is %s\n", esp_http_client_get_status_code(client),
               wh_result_word(outcome.result));
    } else {
        printf("not sent: %s\n", esp_err_to_name(error));
    }
}

static void post_reading(void)
{
    esp_http_client_config_t config = {
        .url = CONFIG_EXAMPLE_URL,
        .method = HTTP_METHOD_POST,
        .timeout_ms = TIMEOUT_MS,
        .cert_pem = ca,
    };
    use_warmhello(&config);
    esp_http_client_handle_t client = esp_http_client_init(&config);
    if (client != NULL) {
        perform(client);
        (void)esp_http_client_cleanup(client); /* closes, which keeps the session for the next wake */
    }
}

void app_main(void)
{
    if (access_point_join()) {
        post_reading();
    } else {
        printf("no network\n");
    }
    (void)esp_sleep_enable_timer_wakeup(SLEEP_S * 1000000ULL);
    esp_deep_sleep_start();
}
