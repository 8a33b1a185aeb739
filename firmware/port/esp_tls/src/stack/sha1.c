#include "sha1.h"

#include <string.h>

enum { BLOCK = 64, LENGTH_AT = 56, WORDS = 16, ROUNDS = 80, STATE = 5 };

static uint32_t turn(uint32_t word, unsigned bits)
{
    return word << bits | word >> (32 - bits);
}

/* f and K of a round. */
static uint32_t mix(unsigned round, const uint32_t s[STATE])
{
    static const uint32_t constants[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
    uint32_t choice = (s[1] & s[2]) | (~s[1] & s[3]);
    uint32_t parity = s[1] ^ s[2] ^ s[3];
    uint32_t majority = (s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3]);
    const uint32_t functions[] = {choice, parity, majority, parity};
    return functions[round / 20] + constants[round / 20];
}

static void take_block(uint32_t state[STATE], const uint8_t block[BLOCK])
{
    uint32_t w[ROUNDS];
    for (unsigned i = 0; i < WORDS; i++) {
        const uint8_t *at = block + (size_t)i * 4;
        w[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    }
    for (unsigned i = WORDS; i < ROUNDS; i++) {
        w[i] = turn(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    }
    uint32_t s[STATE];
    memcpy(s, state, sizeof s);
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t next = turn(s[0], 5) + mix(i, s) + s[4] + w[i];
        memmove(s + 1, s, 4 * sizeof s[0]);
        s[0] = next;
        s[2] = turn(s[2], 30);
    }
    for (unsigned i = 0; i < STATE; i++) {
        state[i] += s[i];
    }
}

void wh_sha1(const uint8_t *bytes, size_t size, uint8_t out[WH_SHA1_SIZE])
{
    uint32_t state[STATE] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    size_t at = 0;
    for (; size - at >= BLOCK; at += BLOCK) {
        take_block(state, bytes + at);
    }
    uint8_t last[BLOCK] = {0};
    size_t left = size - at;
    if (left > 0) {
        memcpy(last, bytes + at, left);
    }
    last[left] = 0x80;
    if (left >= LENGTH_AT) {
        take_block(state, last);
        memset(last, 0, sizeof last);
    }
    for (unsigned i = 0; i < 8; i++) {
        last[LENGTH_AT + i] = (uint8_t)((uint64_t)size * 8 >> (56 - 8 * i));
    }
    take_block(state, last);
    for (unsigned i = 0; i < WH_SHA1_SIZE; i++) {
        out[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
    }
}
