/* What happens before deep sleep, whoever asks for it. */
#ifndef WH_SLEEP_H
#define WH_SLEEP_H

/* Settles the session, takes the time if it was asked for, switches Wi-Fi off, prints the wake's line, notes
 * the time. Once per wake, for the task that calls first; another one stays in here until the device sleeps.
 * Takes 3.5 s at the most, less than upstream's watchdog of 5 s allows. */
void wh_sleep_prepare(void);

/* The wake has lasted too long: all that, without the app, and then deep sleep for as long as the app slept
 * last. Does nothing but wait if the app has just begun to sleep by itself. */
_Noreturn void wh_sleep_overdue(void);

/* First of all in a wake, once its log has begun: if the last WH_PACE_CRASHES wakes or more have crashed, one
 * after another, this one sleeps at once instead of the next crash, and does not return. The next boot is no
 * crash's, and so tries the app again. Without effect where wakes have no deadline: such a device is on a
 * desk, or is to be there at all times. */
void wh_sleep_if_crashing(void);

#endif
