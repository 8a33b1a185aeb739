#include "wake/sleep.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "esp_log.h"
#include "esp_private/system_internal.h"
#include "esp_sleep.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "log/wake_log.h"
#include "machine/core_lock.h"
#include "machine/platform_esp32.h"
#include "machine/settings.h"
#include "network/sntp_clock.h"
#include "network/wifi.h"
#include "tls/tls_task.h"
#include "wake/sleep_calls.h"

/* A ticket takes a quarter of a second at most, the goodbye half a one, an erase of flash a tenth. */
enum { SETTLE_MS = 1500, SETTLE_NOW_MS = 1000, TIME_MS = 1000, SLEEPER_MS = 10000 };

static const char tag[] = "warmhello";

/* Who sees to sleep; NULL for nobody yet. */
static _Atomic(TaskHandle_t) owner;

/* True for the first task. */
static bool claim(void)
{
    TaskHandle_t nobody = NULL;
    return atomic_compare_exchange_strong(&owner, &nobody, xTaskGetCurrentTaskHandle());
}

/* For a task that is not the owner: there is nothing left to do. */
static void wait_for_sleep(void)
{
    for (;;) {
        vTaskDelay(pdMS_TO_TICKS(1000));
    }
}

/* What the next wakes are told. Under the core lock. */
static void note_end(bool is_orderly)
{
    uint64_t now_us = wh_port_elapsed_us();
    wh_port_memory.last_us = now_us;
    wh_port_memory.slept_us = now_us;
    wh_port_memory.awake_us = (uint32_t)esp_timer_get_time();
    if (is_orderly) {
        wh_pace_ended(&wh_port_memory.pace);
    }
}

static void prepare(bool is_orderly)
{
    if (!wh_tls_settle(false, SETTLE_MS) && !wh_tls_settle(true, SETTLE_NOW_MS)) {
        ESP_LOGW(tag, "sleep did not wait for the connection to close: its session may be lost");
    }
    wh_sntp_end(wh_wifi_has_network() ? TIME_MS : 0);
    wh_wifi_stop();
    wh_wake_log_end(wh_tls_stack_left());
    /* What the ROM prints when it wakes is 200 B at 115,200 baud, and the boot loader waits for the last of
     * it: 19 ms. */
    esp_deep_sleep_disable_rom_logging();
    wh_core_lock();
    note_end(is_orderly);
    wh_core_unlock();
}

void wh_sleep_prepare(void)
{
    if (!wh_wake_log_begin() || !wh_core_lock_make()) {
        return;
    }
    if (claim()) {
        prepare(true);
        wh_pace_asked(&wh_port_memory.pace, wh_sleep_calls_asked_us());
    } else if (atomic_load(&owner) != xTaskGetCurrentTaskHandle()) {
        wait_for_sleep();
    }
}

/* A panic ends in deep sleep too: upstream's panic_restart() sleeps for 20 ms, to take a board off USB.
 * There, other tasks stand still with the locks that they have, and a sleep would be taken for an ordered
 * one. So the chip is reset, as a whole, which takes it off USB as well; RTC memory stays, and its checks say
 * what of it is sound. The panic handler notes its reason before it restarts, and nobody else does. */
static bool is_panic(void)
{
    return esp_reset_reason_get_hint() != ESP_RST_UNKNOWN;
}

static void before_sleep(void)
{
    if (is_panic()) {
        esp_restart_noos_dig();
    }
    wh_sleep_prepare();
}

/* Before main(), in each program that links this file, since a panic may come at any time. */
__attribute__((constructor)) static void catch_sleep(void)
{
    wh_sleep_calls_prepare(before_sleep);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
void __real_esp_deep_sleep_start(void) __attribute__((noreturn));
esp_err_t __real_esp_sleep_enable_timer_wakeup(uint64_t time_in_us);

void wh_sleep_overdue(void)
{
    if (claim()) {
        wh_wake_log_ended_by(WH_WAKE_END_DEADLINE);
        wh_tls_end_all();
        if (wh_core_lock_make()) {
            prepare(true);
        }
    } else {
        vTaskDelay(pdMS_TO_TICKS(SLEEPER_MS)); /* whoever is at it takes half of that at most, or hangs */
    }
    (void)__real_esp_sleep_enable_timer_wakeup(wh_pace_sleep_us(&wh_port_memory.pace));
    __real_esp_deep_sleep_start();
}

void wh_sleep_if_crashing(void)
{
    if (wh_settings_deadline_ms() == 0 || wh_port_boot()->crashes < WH_PACE_CRASHES || !claim()) {
        return;
    }
    uint64_t sleep_us = wh_pace_crash_sleep_us(&wh_port_memory.pace);
    ESP_LOGE(tag, "%u crashes in a row: no app in this wake, and another try in %u s",
             (unsigned)wh_port_boot()->crashes, (unsigned)(sleep_us / 1000000));
    wh_wake_log_ended_by(WH_WAKE_END_CRASHES);
    if (wh_core_lock_make()) {
        prepare(false);
    }
    (void)__real_esp_sleep_enable_timer_wakeup(sleep_us);
    __real_esp_deep_sleep_start();
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
