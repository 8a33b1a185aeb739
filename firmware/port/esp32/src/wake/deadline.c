#include "wake/deadline.h"

#include <stdint.h>

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "machine/settings.h"
#include "machine/task_sizes.h"
#include "wake/sleep.h"

/* The app's task, which may be in an endless loop. */
static TaskHandle_t app;

enum { STEP_MS = 600000 };

/* In milliseconds. */
static int64_t left(void)
{
    return (int64_t)wh_settings_deadline_ms() - esp_timer_get_time() / 1000;
}

static void run(void *parameters)
{
    (void)parameters;
    /* In steps: pdMS_TO_TICKS() counts in 32 bits, which at 1000 Hz is an hour and eleven minutes. */
    for (int64_t left_ms = left(); left_ms > 0; left_ms = left()) {
        vTaskDelay(pdMS_TO_TICKS(left_ms < STEP_MS ? (uint32_t)left_ms : STEP_MS) + 1);
    }
    /* On DeviceScript it is the event task, above lwIP and TLS. They are needed to close the connection. */
    vTaskPrioritySet(app, WH_LEAST_PRIORITY);
    wh_sleep_overdue();
}

bool wh_deadline_start(void)
{
    if (wh_settings_deadline_ms() == 0 || app != NULL) {
        return true;
    }
    app = xTaskGetCurrentTaskHandle();
    return xTaskCreatePinnedToCore(run, "wh_deadline", WH_DEADLINE_STACK, NULL, WH_DEADLINE_PRIORITY, NULL,
                                   tskNO_AFFINITY) == pdPASS;
}
