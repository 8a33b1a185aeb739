#include "vectors.h"

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *vector_read(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", WH_VECTORS, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    enum { FILE_MAX = 65536 };
    char *text = calloc(FILE_MAX, 1);
    assert_non_null(text);
    size_t size = fread(text, 1, FILE_MAX - 1, file);
    assert_in_range(size, 1, FILE_MAX - 2);
    (void)fclose(file);
    return text;
}

const char *vector_find(const char *text, const char *name)
{
    char start[64];
    (void)snprintf(start, sizeof start, "\n%s ", name);
    const char *found = strstr(text, start);
    if (found == NULL) {
        fail_msg("no %s in the file", name);
    }
    return found + strlen(start);
}

uint64_t vector_number(const char *text, const char *name)
{
    char *end = NULL;
    uint64_t value = strtoull(vector_find(text, name), &end, 0);
    assert_int_equal(*end, '\n');
    return value;
}

enum { NO_DIGIT = 16 };

static unsigned digit(char c)
{
    if (c >= '0' && c <= '9') {
        return (unsigned)(c - '0');
    }
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : NO_DIGIT;
}

static bool is_layout(const char *c)
{
    return *c == ' ' || (*c == '\n' && c[1] == ' ');
}

size_t vector_bytes(const char *text, const char *name, uint8_t *out, size_t room)
{
    size_t digits = 0;
    for (const char *c = vector_find(text, name); digit(*c) < NO_DIGIT || is_layout(c); c++) {
        if (digit(*c) == NO_DIGIT) {
            continue;
        }
        assert_true(digits / 2 < room);
        out[digits / 2] = (uint8_t)(digits % 2 == 0 ? digit(*c) << 4 : out[digits / 2] | digit(*c));
        digits++;
    }
    assert_int_equal(digits % 2, 0);
    return digits / 2;
}
