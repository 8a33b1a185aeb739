/* The clock that wolfSSL stamps sessions with: the elapsed one, moved ahead by a constant so
 * that a session older than this run of the clock still has a stamp above zero. Private. */
#ifndef WH_WOLFSSL_CLOCK_H
#define WH_WOLFSSL_CLOCK_H

#include <stdint.h>

/* About 8.5 years, so seconds fit 32 bits for 127 years more. */
#define WH_WOLFSSL_CLOCK_BASE_S 0x10000000u

uint32_t wh_wolfssl_now_s(void);
uint64_t wh_wolfssl_now_ms(void);

#endif
