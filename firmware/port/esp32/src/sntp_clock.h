/* The time from a server: once a day, when the app's work is done. */
#ifndef WH_SNTP_CLOCK_H
#define WH_SNTP_CLOCK_H

#include <stdint.h>

/* Asks, if that is due, and waits for the answer at most so long. Wi-Fi must be up still. */
void wh_sntp_ask(uint32_t wait_ms);

#endif
