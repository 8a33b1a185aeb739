#include "machine/core_lock.h"

#include <stdatomic.h>

#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "machine/platform_esp32.h"

static _Atomic(SemaphoreHandle_t) lock;

bool wh_core_lock_make(void)
{
    SemaphoreHandle_t none = NULL;
    if (atomic_load(&lock) != NULL) {
        return true;
    }
    SemaphoreHandle_t made = xSemaphoreCreateMutex();
    if (made != NULL && !atomic_compare_exchange_strong(&lock, &none, made)) {
        vSemaphoreDelete(made); /* another task was first */
    }
    return atomic_load(&lock) != NULL;
}

/* Made by whoever is first: an app with a machine of its own, or one that asks before it connects. Without
 * memory for it FreeRTOS ends the program. */
void wh_core_lock(void)
{
    (void)wh_core_lock_make();
    (void)xSemaphoreTake(lock, portMAX_DELAY);
}

void wh_core_unlock(void)
{
    (void)xSemaphoreGive(lock);
}

/* Each needs the platform, and so the radio: an app that asks before there is Wi-Fi gets the error. */

static int forget(void *ctx)
{
    (void)ctx;
    wh_core_lock();
    int result = wh_port_platform_ready();
    if (result == WH_OK) {
        result = wh_service_core_hooks.forget(wh_service_core_hooks.ctx);
    }
    wh_core_unlock();
    return result;
}

static int look(void *ctx, wh_store_report *out)
{
    (void)ctx;
    wh_core_lock();
    int result = wh_port_platform_ready();
    if (result == WH_OK) {
        result = wh_service_core_hooks.look(wh_service_core_hooks.ctx, out);
    }
    wh_core_unlock();
    return result;
}

static void unpin(void *ctx)
{
    (void)ctx;
    wh_core_lock();
    if (wh_port_platform_ready() == WH_OK) {
        wh_service_core_hooks.unpin(wh_service_core_hooks.ctx);
    }
    wh_core_unlock();
}

const wh_service_hooks wh_locked_hooks = {.forget = forget, .look = look, .unpin = unpin};
