/* Lines that must be out before deep sleep. */
#ifndef WH_CONSOLE_H
#define WH_CONSOLE_H

/* Waits until what was printed has left. DeviceScript's firmware keeps standard output in memory and sends it
 * over USB in the background, which deep sleep would cut off: a tenth of a second for that, if a computer
 * listens. Everywhere else ESP-IDF empties its UARTs before it sleeps. */
void wh_console_flush(void);

#endif
