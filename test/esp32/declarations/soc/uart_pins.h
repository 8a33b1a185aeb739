/* soc/<chip>/include/soc/uart_pins.h */
#ifndef SOC_UART_PINS_H
#define SOC_UART_PINS_H

#define U0TXD_GPIO_NUM (21)

#endif
