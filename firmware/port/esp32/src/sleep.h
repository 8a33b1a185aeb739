/* What happens before deep sleep, whoever asks for it. */
#ifndef WH_SLEEP_H
#define WH_SLEEP_H

/* Settles the session, takes the time if it was asked for, switches Wi-Fi off, prints the wake's line, notes the time.
 * Once per wake; takes 3.5 s at the most, less than upstream's watchdog of 5 s allows. */
void wh_sleep_prepare(void);

#endif
