/** Counts the heap that the program and the libraries linked into it hold. The
 * linker leads their malloc, calloc, realloc and free here (--wrap). */
#ifndef BENCH_HEAP_H
#define BENCH_HEAP_H

#include <stddef.h>

/** Starts a new peak. Returns the bytes held now. */
size_t heap_begin(void);

/** The most bytes held since heap_begin() beyond what was held then. */
size_t heap_peak(void);

#endif
