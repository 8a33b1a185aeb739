/* ESP-IDF, without DeviceScript: wakes, sends one reading by https, and sleeps for ten minutes. Each wake
 * but the first resumes the TLS session of the one before.
 *
 * A project of ESP-IDF, 5.0.2 to 6.0: `npm run setup` fetches wolfSSL, then `idf.py set-target esp32c3 build`
 * in the folder above.
 * ../sdkconfig.defaults says what a wake gains by which option. CONFIG_WARMHELLO_DEVICESCRIPT stays off.
 */
#include <stdio.h>
#include <string.h>

#include "warmhello/port_esp32.h"

enum { SLEEP_S = 600, ANSWER_WAIT_MS = 5000, ANSWER_SIZE = 512 };

static const char host[] = "readings.example.com";

/* The authority that signed the server's certificate. */
static const char ca[] = "-----BEGIN CERTIFICATE-----\n"
                         "...\n"
                         "-----END CERTIFICATE-----\n";

static const wh_device_config config = {
    .ssid = "the access point",
    .password = "its password",
    .security = WH_WIFI_WPA2, /* nothing weaker that has its name */
    .client = {.ca = (const uint8_t *)ca, .ca_size = sizeof ca - 1},
    .time_server = "pool.ntp.org",
};

static int read_celsius(void)
{
    return 21; /* a sensor's driver goes here */
}

static void send_reading(void)
{
    char body[32];
    char request[256];
    const int body_size = snprintf(body, sizeof body, "{\"celsius\": %d}", read_celsius());
    const int size =
        snprintf(request, sizeof request,
                 "POST /readings HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
                 host, body_size, body);
    char answer[ANSWER_SIZE];
    if (wh_esp32_send(request, (size_t)size) != WH_OK) {
        printf("not sent: %s\n", wh_esp32_error());
        return;
    }
    const int got = wh_esp32_recv(answer, sizeof answer - 1, ANSWER_WAIT_MS);
    answer[got > 0 ? got : 0] = '\0';
    printf("%.*s\n", (int)strcspn(answer, "\r"), answer);
}

void app_main(void)
{
    if (wh_esp32_start(&config) == WH_OK && wh_esp32_connect(host, 443) == WH_OK) {
        send_reading();
    } else {
        printf("no connection: %s\n", wh_esp32_error());
    }
    wh_esp32_close(); /* keeps the session for the next wake */
    wh_esp32_sleep(SLEEP_S);
}
