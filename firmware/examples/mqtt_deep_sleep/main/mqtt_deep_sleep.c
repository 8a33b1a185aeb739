/* ESP-IDF's own MQTT client, as it is: wakes, publishes one reading, and sleeps for ten minutes. Each wake
 * but the first resumes the TLS session of the one before. How its connect went is published beside it. */
#include <stdio.h>

#include "access_point.h"
#include "esp_err.h"
#include "esp_sleep.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "mqtt_client.h"
#include "sdkconfig.h"
#include "warmhello/outcome.h"

/* A handshake runs on the client's own task, and takes about 4 KB of its stack. */
enum { SLEEP_S = 600, WAIT_MS = 15000, STACK = 8192, AT_MOST_ONCE = 0, AT_LEAST_ONCE = 1 };

/* Of this app: 1.4.2. */
enum { FIRMWARE = 10402 };

/* The authority that signed the broker's certificate: ca.pem of this folder. */
extern const char ca[] asm("_binary_ca_pem_start");

#if CONFIG_ESP_TLS_CUSTOM_STACK /* ESP-IDF 6.0 and newer */
#include "warmhello/esp_tls.h"

static void use_warmhello(esp_mqtt_client_config_t *config)
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
#else /* ESP-IDF 5.1 to 5.5 */
#include "warmhello/esp_transport.h"

static esp_transport_handle_t transport;

static void use_warmhello(esp_mqtt_client_config_t *config)
{
    const warmhello_esp_transport_config tls = {.ca_pem = ca};
    config->network.transport = transport = warmhello_esp_transport_init(&tls);
}

static wh_outcome outcome_of_tls(void)
{
    wh_outcome outcome = {.result = WH_RESULT_FAILED};
    (void)warmhello_esp_transport_outcome(transport, &outcome);
    return outcome;
}
#endif

/* Given when the broker has the reading, or will not have it. */
static SemaphoreHandle_t done;

static int read_celsius(void)
{
    return 21; /* a sensor's driver goes here */
}

/* In front of the reading, so that it has left once that is acknowledged. */
static void publish_outcome(esp_mqtt_client_handle_t client)
{
    const wh_outcome outcome = outcome_of_tls();
    uint8_t bytes[WH_OUTCOME_COMPACT_SIZE];
    const size_t size = wh_outcome_compact(&outcome, &(wh_outcome_app){.firmware = FIRMWARE}, bytes);
    (void)esp_mqtt_client_publish(client, CONFIG_EXAMPLE_OUTCOMES, (const char *)bytes, (int)size,
                                  AT_MOST_ONCE, 0);
}

static void on_event(void *client, esp_event_base_t base, int32_t id, void *data)
{
    (void)base;
    (void)data;
    char text[32];
    switch ((esp_mqtt_event_id_t)id) {
    case MQTT_EVENT_CONNECTED:
        publish_outcome(client);
        (void)snprintf(text, sizeof text, "{\"celsius\": %d}", read_celsius());
        (void)esp_mqtt_client_publish(client, CONFIG_EXAMPLE_TOPIC, text, 0, AT_LEAST_ONCE, 0);
        break;
    case MQTT_EVENT_PUBLISHED:
        printf("published, TLS is %s\n", wh_result_word(outcome_of_tls().result));
        (void)xSemaphoreGive(done);
        break;
    case MQTT_EVENT_DISCONNECTED: /* also when it could not connect */
        (void)xSemaphoreGive(done);
        break;
    default:
        break;
    }
}

static void publish_reading(void)
{
    esp_mqtt_client_config_t config = {
        .broker.address.uri = CONFIG_EXAMPLE_BROKER,
        .broker.verification.certificate = ca,
        .network.disable_auto_reconnect = true,
        .task.stack_size = STACK,
    };
    use_warmhello(&config);
    done = xSemaphoreCreateBinary();
    esp_mqtt_client_handle_t client = esp_mqtt_client_init(&config);
    if (client == NULL) {
        return;
    }
    ESP_ERROR_CHECK(esp_mqtt_client_register_event(client, MQTT_EVENT_ANY, on_event, client));
    if (esp_mqtt_client_start(client) == ESP_OK) {
        (void)xSemaphoreTake(done, pdMS_TO_TICKS(WAIT_MS));
    }
    (void)esp_mqtt_client_destroy(client); /* closes, which keeps the session for the next wake */
}

void app_main(void)
{
    if (access_point_join()) {
        publish_reading();
    } else {
        printf("no network\n");
    }
    (void)esp_sleep_enable_timer_wakeup(SLEEP_S * 1000000ULL);
    esp_deep_sleep_start();
}
