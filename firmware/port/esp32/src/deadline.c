#include "deadline.h"

#include <stdint.h>

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "settings.h"
#include "sleep.h"
#include "task_sizes.h"

/* The app's task, which may be in an endless loop. */
static TaskHandle_t app;

static void run(void *parameters)
{
    (void)parameters;
    int64_t left_ms = (int64_t)wh_settings_deadline_ms() - esp_timer_get_time() / 1000;
    vTaskDelay(pdMS_TO_TICKS(left_ms > 0 ? left_ms : 0));
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
