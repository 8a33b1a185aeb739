/* Whether an allocation has failed since the last call. wolfSSL turns some failed
 * allocations into other errors, such as one about parsing, so its word is not enough. */
#ifndef WARMHELLO_MEMORY_RAN_OUT_H
#define WARMHELLO_MEMORY_RAN_OUT_H

#include <stdbool.h>

bool wh_memory_ran_out(void);

#endif
