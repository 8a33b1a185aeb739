/* What wolfSSL prints, without printf: the addresses in certificates. */
#include <stdarg.h>
#include <stddef.h>

#include <wolfssl/wolfcrypt/settings.h>

typedef struct text {
    char *out;
    size_t size;
    size_t length; /* also of what no longer fits */
} text;

static void put(text *t, char c)
{
    if (t->length + 1 < t->size) {
        t->out[t->length] = c;
    }
    t->length++;
}

static void put_decimal(text *t, unsigned number)
{
    unsigned divisor = 1;
    while (number / divisor >= 10) {
        divisor *= 10;
    }
    for (; divisor > 0; divisor /= 10) {
        put(t, (char)('0' + number / divisor % 10));
    }
}

static void put_byte(text *t, unsigned number)
{
    put(t, "0123456789ABCDEF"[number >> 4 & 0xf]);
    put(t, "0123456789ABCDEF"[number & 0xf]);
}

static void put_string(text *t, const char *string)
{
    while (*string != '\0') {
        put(t, *string++);
    }
}

int wh_wolfssl_print(char *out, size_t size, const char *format, ...)
{
    text t = {.out = out, .size = size};
    va_list arguments;
    va_start(arguments, format);
    while (*format != '\0') {
        if (*format != '%') {
            put(&t, *format++);
        } else if (format[1] == 'u') {
            put_decimal(&t, va_arg(arguments, unsigned));
            format += sizeof "%u" - 1;
        } else if (format[1] == 's') {
            put_string(&t, va_arg(arguments, const char *));
            format += sizeof "%s" - 1;
        } else {
            put_byte(&t, va_arg(arguments, unsigned));
            format += sizeof "%02X" - 1;
        }
    }
    va_end(arguments);
    if (size > 0) {
        out[t.length < size ? t.length : size - 1] = '\0';
    }
    return (int)t.length;
}
