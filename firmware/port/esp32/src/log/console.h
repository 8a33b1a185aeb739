/* What this firmware prints: DeviceScript's log while the processor has nothing else to do, and the line of
 * the wake last of all. Nothing waits for a line but the second, since deep sleep would cut it off. */
#ifndef WH_CONSOLE_H
#define WH_CONSOLE_H

/* Gives the UART what DeviceScript's log holds and fits into the UART's own memory now; the rest follows when
 * called again. Never waits. Does nothing unless the board's configuration names a pin for the log, and
 * without CONFIG_WARMHELLO_CONSOLE_LOG. From DeviceScript's main loop, each 10 ms: up to 128 B a turn. */
void wh_console_drain(void);

/* Prints the line that ends a wake, and waits until it has left. What the log still holds is not sent any
 * more: the UART's own memory, 128 B, is all that the line waits for. Over USB it goes out after the log, if
 * a computer listens, within a tenth of a second. Once in a wake: wh_console_drain() does nothing from then
 * on.
 */
void wh_console_last_line(const char *line);

#endif
