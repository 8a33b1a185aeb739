/* The core's lock, made of FreeRTOS. On this target a task of higher priority that waited for a lock of the C
 * library would keep the one that holds it from running. */
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "warmhello/lock.h"

static SemaphoreHandle_t lock;
static StaticSemaphore_t memory;

__attribute__((constructor)) static void make(void)
{
    lock = xSemaphoreCreateMutexStatic(&memory);
}

void wh_core_lock(void)
{
    (void)xSemaphoreTake(lock, portMAX_DELAY);
}

void wh_core_unlock(void)
{
    (void)xSemaphoreGive(lock);
}
