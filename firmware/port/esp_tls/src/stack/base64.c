#include "base64.h"

void wh_base64_write(const uint8_t *bytes, size_t size, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < size; at += 3, out += 4) {
        size_t left = size - at;
        uint32_t group = (uint32_t)bytes[at] << 16;
        group |= left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0;
        group |= left > 2 ? bytes[at + 2] : 0;
        out[0] = digits[group >> 18];
        out[1] = digits[(group >> 12) & 63];
        out[2] = '=';
        out[3] = '=';
        if (left > 1) {
            out[2] = digits[(group >> 6) & 63];
        }
        if (left > 2) {
            out[3] = digits[group & 63];
        }
    }
}
