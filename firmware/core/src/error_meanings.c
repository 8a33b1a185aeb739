/* A file of its own, so that a firmware that says only words leaves the meanings out. */
#include <stddef.h>

#include "warmhello/errors.h"

static const struct {
    int value;
    const char *meaning;
} meanings[] = {
    {WH_OK, "done"},
#define WH_ERROR(name, value, class_, word, meaning) {name, meaning},
#include "warmhello/errors.def"
#undef WH_ERROR
};

const char *wh_error_meaning(int error)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (meanings[i].value == error) {
            return meanings[i].meaning;
        }
    }
    return "an error without a name";
}
