#include "warmhello/errors.h"

#include <stddef.h>

typedef struct entry {
    int value;
    const char *word;
    const char *meaning;
} entry;

static const entry entries[] = {
    {WH_OK, "ok", "done"},
#define WH_ERROR(name, value, class_, word, meaning) {name, word, meaning},
#include "warmhello/errors.def"
#undef WH_ERROR
};

static const entry *find(int error)
{
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        if (entries[i].value == error) {
            return &entries[i];
        }
    }
    return NULL;
}

const char *wh_error_word(int error)
{
    const entry *found = find(error);
    return found != NULL ? found->word : "unknown";
}

const char *wh_error_meaning(int error)
{
    const entry *found = find(error);
    return found != NULL ? found->meaning : "an error without a name";
}
