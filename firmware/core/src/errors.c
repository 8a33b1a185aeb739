#include "warmhello/errors.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Numbers and words by themselves: pairs of a number and a pointer take 0.3 KB of flash more. */
static const int8_t numbers[] = {
    WH_OK,
#define WH_ERROR(name, value, class_, word, meaning) name,
#include "warmhello/errors.def"
#undef WH_ERROR
};

static const char words[] = "ok"
#define WH_ERROR(name, value, class_, word, meaning) "\0" word
#include "warmhello/errors.def"
#undef WH_ERROR
    ;

const char *wh_error_word(int error)
{
    const char *word = words;
    for (size_t i = 0; i < sizeof numbers; i++) {
        if (numbers[i] == error) {
            return word;
        }
        word += strlen(word) + 1;
    }
    return "unknown";
}
