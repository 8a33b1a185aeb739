/* Wakes, posts one reading by HTTPClient, and sleeps for ten minutes. Each wake but the first resumes the TLS
 * session of the one before: that is WarmClient in the place of NetworkClientSecure, and nothing else. A
 * header says how the connect of the last wake went. */
#include <Arduino.h>
#include <HTTPClient.h>
#include <WarmClient.h>
#include <WiFi.h>
#include <esp_sleep.h>

static const char ssid[] = "access point";
static const char password[] = "password";
static const char url[] = "https://example.com/readings";

/* The authority that signed the server's certificate. */
static const char ca[] = R"(
-----BEGIN CERTIFICATE-----
...
-----END CERTIFICATE-----
)";

static constexpr uint64_t SLEEP_US = 600ULL * 1000 * 1000;
static constexpr unsigned long JOIN_MS = 10000;

// How the last wake's connect went, through deep sleep; "" after a loss of power.
static RTC_DATA_ATTR char last_outcome[WH_OUTCOME_TEXT_SIZE];

static bool join()
{
    WiFi.mode(WIFI_STA);
    WiFi.begin(ssid, password);
    while (WiFi.status() != WL_CONNECTED && millis() < JOIN_MS) {
        delay(10);
    }
    return WiFi.status() == WL_CONNECTED;
}

static void post_reading()
{
    WarmClient client; // was: NetworkClientSecure client;
    client.setCACert(ca);
    HTTPClient http;
    http.begin(client, url);
    http.addHeader("Content-Type", "application/json");
    if (last_outcome[0] != '\0') {
        http.addHeader("Warmhello-Outcome", last_outcome);
    }
    int status = http.POST("{\"celsius\": 21}");
    http.end();
    client.stop(); // which keeps the session for the next wake
    wh_outcome_text(&client.outcome(), nullptr, last_outcome);
    Serial.printf("the server answers %d, TLS is %s\n", status, wh_result_word(client.outcome().result));
}

void setup()
{
    Serial.begin(115200);
    if (join()) {
        post_reading();
    }
    esp_sleep_enable_timer_wakeup(SLEEP_US);
    esp_deep_sleep_start();
}

void loop()
{
}
