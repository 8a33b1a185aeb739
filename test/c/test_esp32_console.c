/* What leaves by the UART in a wake, and what is waited for. */
#include "visit.h"
#include "log/console.h"

#include <string.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "hal/uart_ll.h"
#include "soc/usb_serial_jtag_struct.h"

enum { FIFO = 128, BYTES_A_TICK = 92, LOG_PIN = 21 };

uart_dev_t UART0;
usb_serial_jtag_dev_t USB_SERIAL_JTAG;

static char log_text[4096];
static char sent[8192];
static size_t sent_size;
static size_t fifo_used;
static unsigned ticks;

uint8_t dcfg_get_pin(const char *key)
{
    assert_string_equal(key, "log.pinTX");
    return LOG_PIN;
}

unsigned jd_dmesg_read(void *bytes, unsigned room, uint32_t *place)
{
    size_t left = strlen(log_text) - *place;
    unsigned got = left < room ? (unsigned)left : room;
    memcpy(bytes, log_text + *place, got);
    *place += got;
    return got;
}

uint32_t uart_ll_get_txfifo_len(uart_dev_t *hw)
{
    assert_ptr_equal(hw, &UART0);
    return (uint32_t)(FIFO - fifo_used);
}

void uart_ll_write_txfifo(uart_dev_t *hw, const uint8_t *buf, uint32_t wr_len)
{
    assert_ptr_equal(hw, &UART0);
    assert_true(fifo_used + wr_len <= FIFO); /* the chip drops what does not fit */
    memcpy(sent + sent_size, buf, wr_len);
    sent_size += wr_len;
    fifo_used += wr_len;
}

static void time_passes(void)
{
    fifo_used = fifo_used > BYTES_A_TICK ? fifo_used - BYTES_A_TICK : 0;
}

void vTaskSuspendAll(void)
{
}

BaseType_t xTaskResumeAll(void)
{
    return pdFALSE;
}

void vTaskDelay(TickType_t xTicksToDelay)
{
    for (TickType_t tick = 0; tick < xTicksToDelay; tick++) {
        ticks++;
        time_passes();
    }
}

/* One wake, since the line ends it. */
TEST_CASE(the_log_is_never_waited_for_and_the_line_is_whole)
{
    memset(log_text, 'l', sizeof log_text - 1);
    char line[600];
    memset(line, 'w', sizeof line - 1);
    line[sizeof line - 1] = '\0';

    wh_console_drain();
    assert_int_equal(sent_size, FIFO);
    wh_console_drain();
    assert_int_equal(sent_size, FIFO); /* full: that is for the next turn */
    assert_int_equal(ticks, 0);
    time_passes();
    wh_console_drain();
    assert_int_equal(sent_size, FIFO + BYTES_A_TICK);
    assert_int_equal(ticks, 0);

    size_t before = sent_size;
    wh_console_last_line(line);
    assert_int_equal(sent_size - before, strlen(line) + 2);
    assert_memory_equal(sent + before, line, strlen(line));
    assert_memory_equal(sent + sent_size - 2, "\r\n", 2);
    /* All but what the UART's own memory holds at the end: ESP-IDF waits for that. */
    assert_int_equal(ticks, (strlen(line) + 2 + BYTES_A_TICK - 1) / BYTES_A_TICK);

    fifo_used = 0;
    wh_console_drain();
    assert_int_equal(sent_size - before, strlen(line) + 2); /* what the log still holds stays there */
}
