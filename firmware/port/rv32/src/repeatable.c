#include "repeatable.h"

void wh_rv32_repeatable_random(uint32_t *state, uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        *state ^= *state << 13;
        *state ^= *state >> 17;
        *state ^= *state << 5;
        out[i] = (uint8_t)*state;
    }
}
