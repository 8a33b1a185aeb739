/* The end of a wake whose app does not end it. */
#ifndef WH_DEADLINE_H
#define WH_DEADLINE_H

#include <stdbool.h>

/* From now on, once: when the wake has lasted as long as it may (wh_settings_deadline_ms()), the device
 * sleeps, whatever the app does. The caller is the app's task, which then gives way to all others. False: no
 * memory. True without effect if there is no deadline. */
bool wh_deadline_start(void);

#endif
