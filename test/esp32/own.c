/* One wake of an app that has Wi-Fi and sleep of its own, and takes of the port no more than the chip as a
 * machine.
 *
 *     own --state DIR --reason power-on|deep-sleep|reset --port N --ca FILE
 *
 * Says what it sees and what the world does, one line each. test/esp32/own-network.test.ts runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_sleep.h"
#include "esp_wifi.h"
#include "warmhello/machine_esp32.h"
#include "warmhello/socket.h"
#include "world.h"

enum { FILE_MAX = 8192, ANSWER_MAX = 4096 };

static const char request[] = "GET / HTTP/1.0\r\n\r\n";

static wh_client_config client = {.host = "localhost"};

static void connect_once(void)
{
    static uint8_t answer[ANSWER_MAX];
    wh_socket *socket = NULL;
    int result = wh_socket_open(&client, NULL, &socket);
    if (result == WH_OK) {
        result = wh_socket_write(socket, request, sizeof request - 1, WH_SOCKET_WAIT);
    }
    size_t got = 0;
    while (result > 0) {
        result = wh_socket_read(socket, answer, sizeof answer, 5000);
        got += result > 0 ? (size_t)result : 0;
    }
    if (socket == NULL || result < 0) {
        world_say("c error %s", wh_error_word(result));
    }
    if (socket != NULL) {
        wh_socket_finish(socket);
        const wh_outcome *outcome = wh_socket_outcome(socket);
        world_say("c got %zu bytes, %s, clock %s", got, wh_result_word(outcome->result),
                  wh_clock_word(outcome->clock));
        wh_esp32_machine_learn(outcome);
    }
    wh_socket_close(socket);
}

static esp_reset_reason_t reason_of(const char *word)
{
    return strcmp(word, "deep-sleep") == 0 ? ESP_RST_DEEPSLEEP
           : strcmp(word, "reset") == 0    ? ESP_RST_SW
                                           : ESP_RST_POWERON;
}

static void take(const char *name, const char *value)
{
    static uint8_t ca[FILE_MAX];
    if (strcmp(name, "--state") == 0) {
        the_world.folder = value;
    } else if (strcmp(name, "--reason") == 0) {
        the_world.reason = reason_of(value);
    } else if (strcmp(name, "--port") == 0) {
        client.port = (uint16_t)strtoul(value, NULL, 10);
    } else if (strcmp(name, "--ca") == 0) {
        FILE *file = fopen(value, "rb");
        if (file != NULL) {
            client.ca_size = fread(ca, 1, sizeof ca, file);
            client.ca = ca;
            (void)fclose(file);
        }
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        take(argv[i], argv[i + 1]);
    }
    world_begin();
    world_run_beside();
    wh_socket *early = NULL;
    world_say("c before the machine: %s", wh_error_word(wh_socket_open(&client, NULL, &early)));
    world_say("c before Wi-Fi: %s", wh_error_word(wh_esp32_machine_use(false)));
    (void)esp_wifi_set_mode(WIFI_MODE_STA);
    world_say("c before Wi-Fi is on: %s", wh_error_word(wh_esp32_machine_use(false)));
    (void)esp_wifi_start();
    int result = wh_esp32_machine_use(false);
    if (result == WH_OK) {
        connect_once();
    } else {
        world_say("c error %s", wh_error_word(result));
    }
    (void)esp_sleep_enable_timer_wakeup(600000000);
    esp_deep_sleep_start();
}
