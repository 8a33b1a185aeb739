#include "heap.h"

#include <malloc.h>

static size_t held;
static size_t held_at_begin;
static size_t held_at_most;

size_t heap_begin(void)
{
    held_at_begin = held;
    held_at_most = held;
    return held;
}

size_t heap_peak(void)
{
    return held_at_most - held_at_begin;
}

/* Blocks count by the size that the C library gives, a few bytes above the size
 * asked for. That needs no header of our own, so a block that the C library itself
 * has allocated may be freed here. */
static void add(void *block)
{
    held += malloc_usable_size(block);
    if (held > held_at_most) {
        held_at_most = held;
    }
}

static void subtract(size_t size)
{
    held -= size < held ? size : held;
}

/* The linker's --wrap fixes these names. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

void *__wrap_malloc(size_t size)
{
    void *block = __real_malloc(size);
    add(block);
    return block;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *block = __real_calloc(count, size);
    add(block);
    return block;
}

void *__wrap_realloc(void *block, size_t size)
{
    size_t old = malloc_usable_size(block);
    void *moved = __real_realloc(block, size);
    if (moved != NULL || size == 0) {
        subtract(old);
        add(moved);
    }
    return moved;
}

void __wrap_free(void *block)
{
    subtract(malloc_usable_size(block));
    __real_free(block);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
