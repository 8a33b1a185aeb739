#include "log/console.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "hal/uart_ll.h"
#include "sdkconfig.h"
#include "soc/uart_pins.h"
#if CONFIG_IDF_TARGET_ESP32C3
#include "soc/usb_serial_jtag_struct.h"
#endif

/* USB: how often, and how far apart. */
enum { TURNS = 10, TURN_MS = 10 };

/* DeviceScript's, where it is: its log is a ring in memory, to which standard output goes, too. */
__attribute__((weak)) unsigned jd_dmesg_read(void *bytes, unsigned room, uint32_t *place);
__attribute__((weak)) uint8_t dcfg_get_pin(const char *key);
__attribute__((weak)) void jd_usb_pull_ready(void);

static uint32_t log_place;
static atomic_bool has_ended;

/* ---- UART --------------------------------------------------------------------------------------------- */

/* Upstream takes the log's pin only where it is UART0's own, which is the console's. */
static bool has_uart(void)
{
    static enum { UNKNOWN, NO, YES } known;
    if (known == UNKNOWN) {
        known = dcfg_get_pin != NULL && dcfg_get_pin("log.pinTX") == U0TXD_GPIO_NUM ? YES : NO;
    }
    return known == YES;
}

static unsigned uart_room(void)
{
    return uart_ll_get_txfifo_len(&UART0);
}

static void write_uart(const char *bytes, size_t size)
{
    while (size > 0) {
        size_t room = uart_room();
        size_t now = size < room ? size : room;
        uart_ll_write_txfifo(&UART0, (const uint8_t *)bytes, (uint32_t)now);
        bytes += now;
        size -= now;
        if (size > 0) {
            vTaskDelay(1);
        }
    }
}

void wh_console_drain(void)
{
#if CONFIG_WARMHELLO_CONSOLE_LOG
    uint8_t bytes[64];
    if (atomic_load(&has_ended) || !has_uart()) {
        return;
    }
    /* The deadline's task must not print the last line between a look at the room and its use. */
    vTaskSuspendAll();
    unsigned got = 1;
    for (unsigned room = uart_room(); room > 0 && got > 0 && !atomic_load(&has_ended); room = uart_room()) {
        got = jd_dmesg_read(bytes, room < sizeof bytes ? room : sizeof bytes, &log_place);
        uart_ll_write_txfifo(&UART0, bytes, got);
    }
    (void)xTaskResumeAll();
#endif
}

/* ---- USB ---------------------------------------------------------------------------------------------- */

#if CONFIG_IDF_TARGET_ESP32C3
/* A computer sends a frame each millisecond. */
static bool has_listener(void)
{
    uint32_t before = USB_SERIAL_JTAG.fram_num.sof_frame_index;
    vTaskDelay(pdMS_TO_TICKS(1) + 1);
    return USB_SERIAL_JTAG.fram_num.sof_frame_index != before;
}
#elif CONFIG_IDF_TARGET_ESP32S2 || CONFIG_IDF_TARGET_ESP32S3
__attribute__((weak)) bool tud_mounted(void); /* TinyUSB's */

static bool has_listener(void)
{
    return tud_mounted != NULL && tud_mounted();
}
#else
/* A UART at 1.5 Mbaud: nobody knows who listens. */
static bool has_listener(void)
{
    return true;
}
#endif

static void send_by_usb(const char *line)
{
    if (jd_usb_pull_ready == NULL || !has_listener()) {
        return;
    }
    (void)puts(line);
    (void)fflush(stdout);
    for (int turn = 0; turn < TURNS; turn++) {
        jd_usb_pull_ready();
        vTaskDelay(pdMS_TO_TICKS(TURN_MS));
    }
}

void wh_console_last_line(const char *line)
{
    atomic_store(&has_ended, true);
    (void)fflush(stdout);
    if (jd_dmesg_read == NULL) {
        /* Standard output is the UART itself, which ESP-IDF empties before it sleeps. */
        (void)puts(line);
        (void)fflush(stdout);
        return;
    }
    if (has_uart()) {
        write_uart(line, strlen(line));
        write_uart("\r\n", 2);
    }
    send_by_usb(line);
}
