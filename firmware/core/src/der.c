#include "der.h"

#include <string.h>

enum { LONG_LENGTH = 0x80, LENGTH_BYTES_MAX = 3, CONSTRUCTED = 0x20, DEPTH_MAX = 24 };

bool wh_der_take(wh_der *from, uint8_t *tag, wh_der *value)
{
    if (from->size < 2) {
        return false;
    }
    size_t header = 2;
    size_t length = from->at[1];
    if (length >= LONG_LENGTH) {
        size_t bytes = length - LONG_LENGTH;
        if (bytes == 0 || bytes > LENGTH_BYTES_MAX || from->size < header + bytes) {
            return false;
        }
        length = 0;
        while (header < 2 + bytes) {
            length = length << 8 | from->at[header++];
        }
    }
    if (length > from->size - header) {
        return false;
    }
    *tag = from->at[0];
    *value = (wh_der){from->at + header, length};
    from->at += header + length;
    from->size -= header + length;
    return true;
}

bool wh_der_expect(wh_der *from, uint8_t tag, wh_der *value)
{
    wh_der after = *from;
    uint8_t found = 0;
    if (!wh_der_take(&after, &found, value) || found != tag) {
        return false;
    }
    *from = after;
    return true;
}

bool wh_der_is(wh_der value, const uint8_t *bytes, size_t size)
{
    return value.size == size && memcmp(value.at, bytes, size) == 0;
}

/* Without recursion, for the stack's sake. */
bool wh_der_is_sound(wh_der from)
{
    const uint8_t *ends[DEPTH_MAX];
    unsigned depth = 0;
    while (from.size > 0 || depth > 0) {
        if (from.size == 0) {
            /* Out of an element, to what stands behind it in the one around. */
            depth--;
            from.size = (size_t)(ends[depth] - from.at);
            continue;
        }
        uint8_t tag = 0;
        wh_der value;
        wh_der rest = from;
        if (!wh_der_take(&rest, &tag, &value)) {
            return false;
        }
        if ((tag & CONSTRUCTED) == 0) {
            from = rest;
            continue;
        }
        if (depth == DEPTH_MAX) {
            return false;
        }
        ends[depth++] = from.at + from.size;
        from = value;
    }
    return true;
}
