/* Tasks as threads, queues and semaphores as conditions. A tick is 10 ms. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "world.h"

struct tskTaskControlBlock {
    pthread_t thread;
    TaskFunction_t code;
    void *parameters;
};

struct QueueDefinition {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    UBaseType_t length;
    UBaseType_t item_size;
    UBaseType_t count;
    UBaseType_t first;
    uint8_t items[];
};

/* ---- Tasks ---- */

static void *run(void *arg)
{
    struct tskTaskControlBlock block = *(struct tskTaskControlBlock *)arg;
    free(arg);
    block.code(block.parameters);
    abort(); /* a task must not return */
}

BaseType_t xTaskCreatePinnedToCore(TaskFunction_t pvTaskCode, const char *pcName, uint32_t usStackDepth,
                                   void *pvParameters, UBaseType_t uxPriority, TaskHandle_t *pvCreatedTask,
                                   BaseType_t xCoreID)
{
    (void)pcName;
    (void)usStackDepth;
    (void)uxPriority;
    (void)xCoreID;
    struct tskTaskControlBlock *block = malloc(sizeof *block);
    pthread_t thread;
    *block = (struct tskTaskControlBlock){.code = pvTaskCode, .parameters = pvParameters};
    if (pvCreatedTask != NULL) {
        *pvCreatedTask = block; /* a name only */
    }
    if (pthread_create(&thread, NULL, run, block) != 0) {
        free(block);
        return pdFALSE;
    }
    (void)pthread_detach(thread);
    return pdPASS;
}

TaskHandle_t xTaskGetCurrentTaskHandle(void)
{
    static _Thread_local struct tskTaskControlBlock self; /* a name only */
    return &self;
}

void vTaskPrioritySet(TaskHandle_t xTask, UBaseType_t uxNewPriority)
{
    world_say("%s task gets priority %u", xTask == xTaskGetCurrentTaskHandle() ? "own" : "other",
              uxNewPriority);
}

void vTaskDelete(TaskHandle_t xTaskToDelete)
{
    if (xTaskToDelete != NULL) {
        abort(); /* the port ends only tasks of its own, from inside */
    }
    pthread_exit(NULL);
}

/* Nothing is drained here. */
void vTaskSuspendAll(void)
{
}

BaseType_t xTaskResumeAll(void)
{
    return pdFALSE;
}

void vTaskDelay(TickType_t xTicksToDelay)
{
    (void)usleep(xTicksToDelay * 10000);
}

UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t xTask)
{
    (void)xTask;
    return 1234;
}

/* ---- Queues ---- */

QueueHandle_t xQueueCreate(UBaseType_t uxQueueLength, UBaseType_t uxItemSize)
{
    QueueHandle_t queue = calloc(1, sizeof *queue + (size_t)uxQueueLength * uxItemSize);
    if (queue == NULL) {
        abort();
    }
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&queue->mutex, NULL);
    (void)pthread_cond_init(&queue->changed, &attributes);
    queue->length = uxQueueLength;
    queue->item_size = uxItemSize;
    return queue;
}

static struct timespec after(TickType_t ticks)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ticks / 100;
    until.tv_nsec += (long)(ticks % 100) * 10000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return until;
}

/* Waits until there are or are not `unwanted` items. Under the mutex. */
static bool wait_while(QueueHandle_t queue, UBaseType_t unwanted, TickType_t ticks)
{
    struct timespec until = after(ticks);
    while (queue->count == unwanted) {
        int result = ticks == portMAX_DELAY ? pthread_cond_wait(&queue->changed, &queue->mutex)
                                            : pthread_cond_timedwait(&queue->changed, &queue->mutex, &until);
        if (result == ETIMEDOUT) {
            return queue->count != unwanted;
        }
    }
    return true;
}

BaseType_t xQueueSend(QueueHandle_t xQueue, const void *pvItemToQueue, TickType_t xTicksToWait)
{
    (void)pthread_mutex_lock(&xQueue->mutex);
    bool room = wait_while(xQueue, xQueue->length, xTicksToWait);
    if (room) {
        UBaseType_t at = (xQueue->first + xQueue->count) % xQueue->length;
        if (pvItemToQueue != NULL) {
            memcpy(xQueue->items + (size_t)at * xQueue->item_size, pvItemToQueue, xQueue->item_size);
        }
        xQueue->count++;
        (void)pthread_cond_broadcast(&xQueue->changed);
    }
    (void)pthread_mutex_unlock(&xQueue->mutex);
    return room ? pdPASS : pdFALSE;
}

BaseType_t xQueueReceive(QueueHandle_t xQueue, void *pvBuffer, TickType_t xTicksToWait)
{
    (void)pthread_mutex_lock(&xQueue->mutex);
    bool some = wait_while(xQueue, 0, xTicksToWait);
    if (some) {
        if (pvBuffer != NULL) {
            memcpy(pvBuffer, xQueue->items + (size_t)xQueue->first * xQueue->item_size, xQueue->item_size);
        }
        xQueue->first = (xQueue->first + 1) % xQueue->length;
        xQueue->count--;
        (void)pthread_cond_broadcast(&xQueue->changed);
    }
    (void)pthread_mutex_unlock(&xQueue->mutex);
    return some ? pdPASS : pdFALSE;
}

UBaseType_t uxQueueSpacesAvailable(QueueHandle_t xQueue)
{
    (void)pthread_mutex_lock(&xQueue->mutex);
    UBaseType_t spaces = xQueue->length - xQueue->count;
    (void)pthread_mutex_unlock(&xQueue->mutex);
    return spaces;
}

/* ---- Semaphores: queues of nothing ---- */

SemaphoreHandle_t xSemaphoreCreateBinary(void)
{
    return xQueueCreate(1, 0);
}

void vSemaphoreDelete(SemaphoreHandle_t xSemaphore)
{
    free(xSemaphore);
}

SemaphoreHandle_t xSemaphoreCreateMutex(void)
{
    SemaphoreHandle_t mutex = xSemaphoreCreateBinary();
    (void)xSemaphoreGive(mutex);
    return mutex;
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t xSemaphore, TickType_t xBlockTime)
{
    return xQueueReceive(xSemaphore, NULL, xBlockTime);
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t xSemaphore)
{
    return xQueueSend(xSemaphore, NULL, 0);
}
