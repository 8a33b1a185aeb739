/* A heap of fixed size, counted. */
#ifndef WH_RV32_HEAP_H
#define WH_RV32_HEAP_H

#include <stddef.h>

/* As wh_platform wants them; the context is not used. */
void *wh_rv32_allocate(void *ctx, size_t size);
void *wh_rv32_reallocate(void *ctx, void *memory, size_t size);
void wh_rv32_release(void *ctx, void *memory);

/* Bytes of heap in use, and the most since the last call. */
typedef struct wh_rv32_heap {
    size_t live;
    size_t peak;
} wh_rv32_heap;
wh_rv32_heap wh_rv32_heap_take(void);

#endif
