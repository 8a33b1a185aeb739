/* The time from a server, once a day: asked for beside the app's work, and taken when that is done, so that
 * nothing waits for it and no handshake sees the clock jump. */
#ifndef WH_SNTP_CLOCK_H
#define WH_SNTP_CLOCK_H

#include <stdint.h>

/* The network is there: asks, if that is due and was not done in this wake. Does not wait. Under the core
 * lock. */
void wh_sntp_begin(void);

/* Before sleep: takes the answer, and waits for one at most so long, in milliseconds. If an answer is due and
 * none was asked for, since the clock has come into doubt meanwhile, asks first; not with 0, without a
 * network. */
void wh_sntp_end(uint32_t wait_ms);

#endif
