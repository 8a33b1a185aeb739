/* Overwrites secrets in a way that the compiler keeps. */
#ifndef WH_WIPE_H
#define WH_WIPE_H

#include <stddef.h>
#include <stdint.h>

static inline void wh_wipe(void *memory, size_t size)
{
    volatile uint8_t *p = memory;
    while (size-- > 0) {
        *p++ = 0;
    }
}

#endif
