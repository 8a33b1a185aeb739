#include "log/wake_log.h"

#include "esp_log.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "log/console.h"
#include "log/markers.h"
#include "machine/platform_esp32.h"
#include "machine/settings.h"

static SemaphoreHandle_t lock;
static wh_wake wake;
static wh_outcome first_outcome;
static uint32_t first_connect;
static bool is_full_turn;
static bool has_ended;

static uint32_t now_us(void)
{
    return (uint32_t)esp_timer_get_time();
}

/* Under the lock. */
static void show_levels(void)
{
    wh_markers_set(wh_wake_levels(&wake, first_outcome.result == WH_RESULT_RESUMED));
}

bool wh_wake_log_begin(void)
{
    if (lock != NULL) {
        return true;
    }
    lock = xSemaphoreCreateMutex();
    if (lock == NULL) {
        return false;
    }
    esp_log_level_set("warmhello", ESP_LOG_INFO); /* whatever the level of the others is */
    const wh_boot *boot = wh_port_boot();
    wh_markers_begin();
    wh_wake_begin(&wake, boot->number, boot->cause, boot->slept_ms);
    wh_wake_previous(&wake, boot->previous_awake_us);
    bool wants_turns = wh_settings()->every_second_wake_full || wh_markers_wants_full_turns();
    is_full_turn = wants_turns && wh_boot_is_full_turn(boot);
    if (is_full_turn) {
        wh_wake_forced_full(&wake);
    }
    wh_wake_log_mark(WH_PHASE_BOOT);
    return true;
}

void wh_wake_log_mark(wh_phase phase)
{
    (void)xSemaphoreTake(lock, portMAX_DELAY);
    if (!has_ended) {
        wh_wake_mark(&wake, phase, now_us());
        show_levels();
    }
    (void)xSemaphoreGive(lock);
}

void wh_wake_log_connect(uint32_t id, const wh_outcome *outcome)
{
    (void)xSemaphoreTake(lock, portMAX_DELAY);
    first_connect = first_connect == 0 ? id : first_connect;
    if (id == first_connect && !has_ended) {
        first_outcome = *outcome;
        show_levels();
    }
    (void)xSemaphoreGive(lock);
}

bool wh_wake_log_is_full_turn(void)
{
    return is_full_turn;
}

void wh_wake_log_ended_by(wh_wake_end end)
{
    (void)xSemaphoreTake(lock, portMAX_DELAY);
    wh_wake_ended_by(&wake, end);
    (void)xSemaphoreGive(lock);
}

void wh_wake_log_end(uint32_t stack_left)
{
    static char line[WH_WAKE_LINE_SIZE];
    (void)xSemaphoreTake(lock, portMAX_DELAY);
    if (!has_ended) {
        has_ended = true;
        wh_wake_mark(&wake, WH_PHASE_CLOSING, now_us());
        wh_wake_stack(&wake, stack_left);
        /* First: a current meter is not to see the line as part of the wake. */
        show_levels();
        if (wh_wake_line(&wake, first_connect != 0 ? &first_outcome : NULL, line, sizeof line) > 0) {
            wh_console_last_line(line);
        }
    }
    (void)xSemaphoreGive(lock);
}
