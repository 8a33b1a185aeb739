#include "flash_io.h"

#include <string.h>

/* Bytes compared or overwritten at a time, on the stack. */
#define CHUNK 64u

static size_t part_of(size_t size)
{
    return size < CHUNK ? size : CHUNK;
}

bool wh_flash_read(const wh_flash *flash, uint32_t at, void *out, size_t size)
{
    return flash->read(flash->ctx, at, out, size) == 0;
}

bool wh_flash_program(const wh_flash *flash, uint32_t at, const void *bytes, size_t size)
{
    return flash->program(flash->ctx, at, bytes, size) == 0;
}

bool wh_flash_write(const wh_flash *flash, uint32_t at, const void *bytes, size_t size)
{
    return wh_flash_program(flash, at, bytes, size) && wh_flash_is(flash, at, bytes, size);
}

bool wh_flash_zero(const wh_flash *flash, uint32_t at, size_t size)
{
    const uint8_t zeros[CHUNK] = {0};
    bool done = true;
    for (size_t i = 0; done && i < size; i += CHUNK) {
        done = wh_flash_program(flash, at + (uint32_t)i, zeros, part_of(size - i));
    }
    return done;
}

/* The pattern is one chunk that comes again and again, or as long as what is compared. */
static bool matches(const wh_flash *flash, uint32_t at, size_t size, const uint8_t *pattern, bool repeats)
{
    uint8_t bytes[CHUNK];
    bool same = true;
    for (size_t i = 0; same && i < size; i += CHUNK) {
        size_t part = part_of(size - i);
        same = wh_flash_read(flash, at + (uint32_t)i, bytes, part) &&
               memcmp(bytes, repeats ? pattern : pattern + i, part) == 0;
    }
    return same;
}

bool wh_flash_is(const wh_flash *flash, uint32_t at, const void *bytes, size_t size)
{
    return matches(flash, at, size, bytes, false);
}

bool wh_flash_is_all(const wh_flash *flash, uint32_t at, size_t size, uint8_t value)
{
    uint8_t pattern[CHUNK];
    memset(pattern, value, sizeof pattern);
    return matches(flash, at, size, pattern, true);
}
