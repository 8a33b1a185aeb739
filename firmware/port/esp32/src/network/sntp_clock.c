#include "network/sntp_clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "esp_log.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "lwip/netdb.h"
#include "lwip/sockets.h"
#include "machine/core_lock.h"
#include "machine/platform_esp32.h"
#include "machine/settings.h"
#include "machine/task_sizes.h"
#include "network/ntp.h"

/* Datagrams get lost. Two questions, and a second for each answer. */
enum { QUESTIONS = 2, ANSWER_MS = 1000, STEP_MS = 20 };

static const char tag[] = "warmhello";

typedef enum stage { IDLE, ASKING, ANSWERED, REFUSED, SILENT } stage;

/* The two below it are the asking task's until it is ANSWERED, and then the others'. */
static atomic_int reached;
static uint32_t answer_since_base_s;
static uint64_t answered_us;

/* ---- The question, on a task of its own, since look-ups block ----------------------------------------- */

static int open_socket(const char *server)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(server, WH_NTP_PORT, &hints, &found) != 0 || found == NULL) {
        return -1;
    }
    int fd = socket(found->ai_family, SOCK_DGRAM, 0);
    /* Then only that address is listened to. */
    if (fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
        (void)close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    return fd;
}

static bool has_packet(int fd, int64_t until_us)
{
    int64_t left_us = until_us - esp_timer_get_time();
    if (left_us <= 0) {
        return false;
    }
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(fd, &readable);
    struct timeval timeout = {.tv_sec = (time_t)(left_us / 1000000),
                              .tv_usec = (suseconds_t)(left_us % 1000000)};
    return select(fd + 1, &readable, NULL, NULL, &timeout) > 0;
}

static stage ask_once(int fd)
{
    uint8_t nonce[WH_NTP_NONCE_SIZE];
    uint8_t packet[WH_NTP_SIZE];
    esp_fill_random(nonce, sizeof nonce); /* the radio is on, which makes it random */
    wh_ntp_ask(packet, nonce);
    int64_t until_us = esp_timer_get_time() + (int64_t)ANSWER_MS * 1000;
    if (send(fd, packet, sizeof packet, 0) != (ssize_t)sizeof packet) {
        return SILENT;
    }
    while (has_packet(fd, until_us)) {
        ssize_t got = recv(fd, packet, sizeof packet, 0);
        if (got < 0) {
            return SILENT;
        }
        switch (wh_ntp_read(packet, (size_t)got, nonce, &answer_since_base_s)) {
        case WH_NTP_TIME:
            answered_us = wh_port_elapsed_us();
            return ANSWERED;
        case WH_NTP_REFUSED:
            return REFUSED;
        default:
            break;
        }
    }
    return SILENT;
}

static void run(void *parameters)
{
    int fd = open_socket(parameters);
    stage result = SILENT;
    for (int i = 0; i < QUESTIONS && fd >= 0 && result == SILENT; i++) {
        result = ask_once(fd);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    atomic_store(&reached, result);
    vTaskDelete(NULL);
}

/* ---- What the others see of it --------------------------------------------------------------------------
 */

void wh_sntp_begin(void)
{
    const char *server = wh_settings()->time_server;
    if (server == NULL || atomic_load(&reached) != IDLE ||
        !wh_wall_is_due(&wh_port_memory.wall, wh_port_elapsed_us())) {
        return;
    }
    atomic_store(&reached, ASKING);
    if (xTaskCreatePinnedToCore(run, "wh_time", WH_TIME_STACK, (void *)server, WH_TASK_PRIORITY, NULL,
                                tskNO_AFFINITY) != pdPASS) {
        atomic_store(&reached, SILENT);
    }
}

static void take_answer(void)
{
    wh_wall *wall = &wh_port_memory.wall;
    uint64_t elapsed_us = wh_port_elapsed_us();
    int64_t got_s =
        WH_NTP_BASE_S + (int64_t)answer_since_base_s + (int64_t)((elapsed_us - answered_us) / 1000000);
    int64_t floor_s = wh_wall_floor(wall, wh_port_built_s());
    if (got_s < floor_s) {
        ESP_LOGW(tag, "its time is before a moment that has certainly passed, and is not taken");
    }
    wh_core_lock();
    wh_wall_sync(wall, got_s, floor_s, elapsed_us);
    wh_core_unlock();
}

static const char *word_of(int result)
{
    switch (result) {
    case ANSWERED:
        return "answered";
    case REFUSED:
        return "refuses";
    default:
        return "silent";
    }
}

void wh_sntp_end(uint32_t wait_ms)
{
    if (wait_ms > 0) {
        wh_core_lock();
        wh_sntp_begin();
        wh_core_unlock();
    }
    for (uint32_t waited_ms = 0; waited_ms < wait_ms && atomic_load(&reached) == ASKING;
         waited_ms += STEP_MS) {
        vTaskDelay(pdMS_TO_TICKS(STEP_MS));
    }
    int result = atomic_load(&reached);
    if (result == IDLE) {
        return;
    }
    ESP_LOGI(tag, "time server %s: %s", wh_settings()->time_server, word_of(result));
    if (result == ANSWERED) {
        take_answer();
    } else if (wait_ms > 0) { /* not if it is the network that has gone */
        wh_core_lock();
        wh_wall_unanswered(&wh_port_memory.wall, wh_port_elapsed_us());
        wh_core_unlock();
    }
}
