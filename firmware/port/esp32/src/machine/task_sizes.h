/* Stacks and priority of the port's tasks. */
#ifndef WH_TASK_SIZES_H
#define WH_TASK_SIZES_H

#include "sdkconfig.h"

/* wolfSSL with WOLFSSL_SMALL_STACK takes 2.4 KB at most on rv32imc (boards/emulated-handshakes.json), the
 * bytes that it is fed 1 KB, flash and log come on top, and interrupts have a stack of their own. The rest is
 * margin, told in the log of each wake. In bytes. */
#define WH_TLS_STACK CONFIG_WARMHELLO_TLS_STACK

#define WH_DNS_STACK 3072
#define WH_TIME_STACK 3072

/* It prints the wake's line. */
#define WH_DEADLINE_STACK 4096

/* As DeviceScript's worker. Its main loop runs on ESP-IDF's event task, at 20; lwIP is at 18. */
#define WH_TASK_PRIORITY 2

/* Above the event task, below ESP-IDF's timers at 22 and Wi-Fi at 23. */
#define WH_DEADLINE_PRIORITY 21

/* Below all that works. */
#define WH_LEAST_PRIORITY 1

#endif
