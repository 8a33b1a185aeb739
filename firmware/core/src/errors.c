#include "warmhello/errors.h"

#include <stddef.h>

static const struct {
    int value;
    const char *word;
} words[] = {
    {WH_OK, "ok"},
#define WH_ERROR(name, value, class_, word, meaning) {name, word},
#include "warmhello/errors.def"
#undef WH_ERROR
};

enum { COUNT = sizeof words / sizeof words[0] };

/* COUNT for an error without a name. */
static size_t find(int error)
{
    size_t i = 0;
    while (i < COUNT && words[i].value != error) {
        i++;
    }
    return i;
}

const char *wh_error_word(int error)
{
    size_t i = find(error);
    return i < COUNT ? words[i].word : "unknown";
}
