#include "console.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"
#if CONFIG_IDF_TARGET_ESP32C3
#include "soc/usb_serial_jtag_struct.h"
#endif

/* Ticks of 10 ms. */
enum { TURNS = 10 };

/* DeviceScript's, where it is: what its log holds goes out by UART; some of it goes out by USB. */
__attribute__((weak)) void uart_log_dmesg(void);
__attribute__((weak)) void jd_usb_pull_ready(void);

#if CONFIG_IDF_TARGET_ESP32C3
/* A computer sends a frame each millisecond. */
static bool has_listener(void)
{
    uint32_t before = USB_SERIAL_JTAG.fram_num.sof_frame_index;
    vTaskDelay(1);
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

void wh_console_flush(void)
{
    (void)fflush(stdout);
    if (uart_log_dmesg != NULL) {
        uart_log_dmesg();
    }
    if (jd_usb_pull_ready == NULL || !has_listener()) {
        return;
    }
    for (int turn = 0; turn < TURNS; turn++) {
        jd_usb_pull_ready();
        vTaskDelay(1);
    }
}
