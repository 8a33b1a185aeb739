/* hal/<chip>/include/hal/uart_ll.h; functions of the header itself there. */
#ifndef HAL_UART_LL_H
#define HAL_UART_LL_H

#include <stdint.h>

typedef volatile struct uart_dev_s {
    uint32_t registers[32];
} uart_dev_t;

extern uart_dev_t UART0;

/* How many bytes there is room for. */
uint32_t uart_ll_get_txfifo_len(uart_dev_t *hw);
void uart_ll_write_txfifo(uart_dev_t *hw, const uint8_t *buf, uint32_t wr_len);

#endif
