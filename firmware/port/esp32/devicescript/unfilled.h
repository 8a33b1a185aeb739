/* Included before gc_alloc.c alone. DeviceScript's allocator fills free memory with a pattern, the whole rest
 * of its heap at each allocation; what looks at the pattern is a stress mode that nothing here switches on.
 * Without that a wake of the sample app is 50 ms shorter. Memory that is given out is set to zero all the
 * same. */
#ifndef WH_UNFILLED_H
#define WH_UNFILLED_H

#include <stddef.h>
#include <string.h>

enum { WH_FREE_FILL = 0x37 };

static inline void *wh_set_memory(void *memory, int value, size_t size)
{
    return value == WH_FREE_FILL ? memory : memset(memory, value, size);
}

#define memset wh_set_memory

#endif
