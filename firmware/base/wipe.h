/* Overwrites secrets in a way that the compiler keeps. */
#ifndef WH_WIPE_H
#define WH_WIPE_H

#include <stddef.h>
#include <string.h>

static inline void wh_wipe(void *memory, size_t size)
{
    memset(memory, 0, size);
    /* As far as the compiler knows, this reads the zeros. */
    __asm__ volatile("" : : "r"(memory) : "memory");
}

#endif
