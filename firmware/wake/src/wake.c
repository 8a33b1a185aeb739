#include "warmhello/wake.h"

#include <inttypes.h>
#include <stdio.h>

/* The version of the line; a reader refuses another. */
enum { LINE_VERSION = 1 };

typedef struct phase_row {
    const char *word;
    int channel;
} phase_row;

static const phase_row phases[WH_PHASES] = {
#define WH_PHASE(name, word, channel, meaning) {word, channel},
#include "warmhello/phases.def"
#undef WH_PHASE
};

static const char *cause_word(wh_wake_cause cause)
{
    static const char *const words[] = {
#define WH_CAUSE(name, word, meaning) word,
#include "warmhello/causes.def"
#undef WH_CAUSE
    };
    return words[cause];
}

void wh_wake_begin(wh_wake *wake, uint32_t number, wh_wake_cause cause, uint64_t slept_ms)
{
    *wake = (wh_wake){.number = number, .cause = cause, .slept_ms = slept_ms};
}

void wh_wake_previous(wh_wake *wake, uint32_t awake_us)
{
    wake->previous_us = awake_us;
}

void wh_wake_stack(wh_wake *wake, uint32_t bytes_left)
{
    wake->stack_left = bytes_left;
}

static bool is_reached(const wh_wake *wake, wh_phase phase)
{
    return (wake->reached >> phase & 1) != 0;
}

void wh_wake_mark(wh_wake *wake, wh_phase phase, uint32_t now_us)
{
    if (is_reached(wake, phase)) {
        return;
    }
    wake->reached |= (uint16_t)(1U << phase);
    wake->marks_us[phase] = now_us;
}

void wh_wake_forced_full(wh_wake *wake)
{
    wake->forced_full = true;
}

void wh_wake_ended_by(wh_wake *wake, wh_wake_end end)
{
    wake->end = end;
}

uint8_t wh_wake_levels(const wh_wake *wake, bool resumed)
{
    if (is_reached(wake, WH_PHASE_CLOSING)) {
        return 0;
    }
    uint8_t levels = 0;
    for (int phase = 0; phase < WH_PHASES; phase++) {
        if (phases[phase].channel != WH_CHANNEL_NONE && is_reached(wake, (wh_phase)phase)) {
            levels |= (uint8_t)(1U << phases[phase].channel);
        }
    }
    if (resumed && is_reached(wake, WH_PHASE_TLS)) {
        levels |= (uint8_t)(1U << WH_CHANNEL_RESUMED);
    }
    return levels;
}

/* "boot":1200,"wifi":310000: only what was reached. */
static void write_marks(const wh_wake *wake, char *out, size_t size)
{
    size_t length = 0;
    out[0] = '\0';
    for (int phase = 0; phase < WH_PHASES; phase++) {
        if (!is_reached(wake, (wh_phase)phase)) {
            continue;
        }
        int added = snprintf(&out[length], size - length, "%s\"%s\":%" PRIu32, length > 0 ? "," : "",
                             phases[phase].word, wake->marks_us[phase]);
        length += (size_t)added;
    }
}

int wh_wake_line(const wh_wake *wake, const wh_outcome *outcome, char *out, size_t size)
{
    /* Each phase: quotes, colon, comma, a word of at most 11 letters and a number of at most 10 digits. */
    char marks[WH_PHASES * 25 + 1];
    char connect[WH_OUTCOME_JSON_SIZE] = "null";
    char previous[11] = "null";
    char stack[24] = "";
    static const char *const ends[] = {"", ",\"endedBy\":\"deadline\"", ",\"endedBy\":\"crashes\""};
    write_marks(wake, marks, sizeof marks);
    if (outcome != NULL && wh_outcome_json(outcome, connect, sizeof connect) < 0) {
        return WH_USAGE_ARGUMENT;
    }
    if (wake->previous_us != 0) {
        (void)snprintf(previous, sizeof previous, "%" PRIu32, wake->previous_us);
    }
    if (wake->stack_left != 0) {
        (void)snprintf(stack, sizeof stack, ",\"stackLeft\":%" PRIu32, wake->stack_left);
    }
    int length = snprintf(out, size,
                          WH_WAKE_PREFIX
                          "{\"v\":%d,\"wake\":%" PRIu32 ",\"cause\":\"%s\",\"sleptMs\":%" PRIu64
                          ",\"previousAwakeUs\":%s,\"forcedFull\":%s%s%s,\"marksUs\":{%s},\"connect\":%s}",
                          LINE_VERSION, wake->number, cause_word(wake->cause), wake->slept_ms, previous,
                          wake->forced_full ? "true" : "false", ends[wake->end], stack, marks, connect);
    return length > 0 && (size_t)length < size ? length : WH_USAGE_ARGUMENT;
}
