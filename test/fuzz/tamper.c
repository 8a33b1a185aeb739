#include "tamper.h"

#include <string.h>

enum { FLIP, INSERT, DROP, REPEAT, REPLACE, CUT, STEPS };

static size_t take_two(fuzz_input *in)
{
    size_t low = fuzz_take_byte(in);
    return low | (size_t)fuzz_take_byte(in) << 8;
}

static void next_step(tamper *t)
{
    t->has_step = t->script.size > 0;
    t->step = fuzz_take_byte(&t->script) % STEPS;
    t->pass_first = take_two(&t->script);
}

/* A script that gives more than there is room for ends here. */
static void give(tamper *t, const uint8_t *bytes, size_t size)
{
    if (size > sizeof t->out - t->size) {
        t->ended = true;
        return;
    }
    memmove(t->out + t->size, bytes, size);
    t->size += size;
}

static void give_of_script(tamper *t, size_t wanted)
{
    size_t size = wanted < t->script.size ? wanted : t->script.size;
    give(t, t->script.bytes, size);
    t->script.bytes += size;
    t->script.size -= size;
}

/* What was given last comes again: records of this very connection. */
static void repeat(tamper *t, size_t wanted)
{
    size_t size = wanted < t->size ? wanted : t->size;
    give(t, t->out + t->size - size, size);
}

/* One step, at the byte that the server has just sent. */
static void perform(tamper *t, uint8_t *byte)
{
    switch (t->step) {
    case FLIP:
        *byte ^= fuzz_take_byte(&t->script);
        break;
    case INSERT:
        give_of_script(t, fuzz_take_byte(&t->script));
        break;
    case DROP:
        t->to_drop = take_two(&t->script);
        break;
    case REPEAT:
        repeat(t, take_two(&t->script));
        break;
    case REPLACE:
        give_of_script(t, t->script.size);
        t->ended = true;
        break;
    default:
        t->ended = true;
        break;
    }
    next_step(t);
}

void tamper_begin(tamper *t, fuzz_input script)
{
    *t = (tamper){.script = script};
    next_step(t);
}

void tamper_pass(tamper *t, uint8_t byte)
{
    while (t->has_step && t->pass_first == 0 && t->to_drop == 0 && !t->ended) {
        perform(t, &byte);
    }
    if (t->ended) {
        return;
    }
    t->pass_first -= t->pass_first > 0;
    if (t->to_drop > 0) {
        t->to_drop--;
        return;
    }
    give(t, &byte, 1);
}
