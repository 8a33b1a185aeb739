/* freertos/FreeRTOS-Kernel/include/freertos/task.h, and freertos_tasks_c_additions.h's idf_additions */
#ifndef FREERTOS_TASK_H
#define FREERTOS_TASK_H

#include "freertos/FreeRTOS.h"

typedef struct tskTaskControlBlock *TaskHandle_t;
typedef void (*TaskFunction_t)(void *);

#define tskNO_AFFINITY ((BaseType_t)0x7fffffff)

/** The stack's size is in bytes, as everywhere in ESP-IDF. */
BaseType_t xTaskCreatePinnedToCore(TaskFunction_t pvTaskCode, const char *pcName, uint32_t usStackDepth,
                                   void *pvParameters, UBaseType_t uxPriority, TaskHandle_t *pvCreatedTask,
                                   BaseType_t xCoreID);
void vTaskDelete(TaskHandle_t xTaskToDelete);
void vTaskSuspendAll(void);
BaseType_t xTaskResumeAll(void);
void vTaskDelay(TickType_t xTicksToDelay);
void vTaskPrioritySet(TaskHandle_t xTask, UBaseType_t uxNewPriority);
TaskHandle_t xTaskGetCurrentTaskHandle(void);
TickType_t xTaskGetTickCount(void);
/** The least stack that was ever left, in bytes. */
UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t xTask);

#endif
