#include "heap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static wh_rv32_heap heap;

typedef union header {
    size_t size;
    uint64_t align;
} header;

void *wh_rv32_allocate(void *ctx, size_t size)
{
    (void)ctx;
    header *block = malloc(sizeof *block + size);
    if (block == NULL) {
        return NULL;
    }
    block->size = size;
    heap.live += size;
    heap.peak = heap.live > heap.peak ? heap.live : heap.peak;
    return block + 1;
}

void wh_rv32_release(void *ctx, void *memory)
{
    (void)ctx;
    if (memory != NULL) {
        header *block = (header *)memory - 1;
        heap.live -= block->size;
        free(block);
    }
}

void *wh_rv32_reallocate(void *ctx, void *memory, size_t size)
{
    void *grown = wh_rv32_allocate(ctx, size);
    if (grown != NULL && memory != NULL) {
        size_t old = ((header *)memory - 1)->size;
        memcpy(grown, memory, old < size ? old : size);
        wh_rv32_release(ctx, memory);
    }
    return grown;
}

wh_rv32_heap wh_rv32_heap_take(void)
{
    wh_rv32_heap taken = heap;
    heap.peak = heap.live;
    return taken;
}
