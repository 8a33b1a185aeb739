/* Random bytes by xorshift32: for runs that can be repeated, never for a device. */
#ifndef WH_RV32_REPEATABLE_H
#define WH_RV32_REPEATABLE_H

#include <stddef.h>
#include <stdint.h>

/* The state is not 0. */
void wh_rv32_repeatable_random(uint32_t *state, uint8_t *out, size_t size);

#endif
