/* memset, memcpy and memmove a word at a time, as those in an ESP32's ROM are. picolibc, built
 * for size, moves bytes, which would count for half of a resumed handshake. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { WORD = sizeof(uint32_t) };

typedef uint32_t word __attribute__((may_alias));

void *memset(void *to, int value, size_t size)
{
    uint8_t *at = to;
    uint8_t *end = at + size;
    while (at < end && (uintptr_t)at % WORD != 0) {
        *at++ = (uint8_t)value;
    }
    uint32_t four = (uint8_t)value * 0x01010101u;
    for (; end - at >= 4 * WORD; at += 4 * WORD) {
        word *words = (word *)(void *)at;
        words[0] = four;
        words[1] = four;
        words[2] = four;
        words[3] = four;
    }
    while (at < end) {
        *at++ = (uint8_t)value;
    }
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    uint8_t *at = to;
    const uint8_t *in = from;
    uint8_t *end = at + size;
    if (((uintptr_t)at ^ (uintptr_t)in) % WORD == 0) {
        while (at < end && (uintptr_t)at % WORD != 0) {
            *at++ = *in++;
        }
        for (; end - at >= 4 * WORD; at += 4 * WORD, in += 4 * WORD) {
            word *words = (word *)(void *)at;
            const word *source = (const word *)(const void *)in;
            words[0] = source[0];
            words[1] = source[1];
            words[2] = source[2];
            words[3] = source[3];
        }
    }
    while (at < end) {
        *at++ = *in++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *at = to;
    const uint8_t *in = from;
    if (at <= in || at >= in + size) {
        return memcpy(to, from, size); /* ours goes upwards, so this overlap does no harm */
    }
    while (size-- > 0) {
        at[size] = in[size];
    }
    return to;
}
