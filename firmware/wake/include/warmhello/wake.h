/** What one wake took, from the reset to deep sleep: its marks and its line in the log.
 *
 * The port marks the end of each phase as it comes; before it sleeps, it prints one line that a
 * program can read. The same marks are levels on GPIO pins, for a current meter with logic
 * channels. Nothing here allocates, and nothing touches a pin: the port does.
 *
 *     wh_wake_begin(&wake, number, WH_WAKE_DEEP_SLEEP, slept_ms);
 *     wh_wake_mark(&wake, WH_PHASE_WIFI, now_us);
 *     wh_wake_line(&wake, wh_connect_outcome(&connect), line, sizeof line);
 */
#ifndef WARMHELLO_WAKE_H
#define WARMHELLO_WAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "warmhello/outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/** No pin for this phase. */
#define WH_CHANNEL_NONE (-1)

/** Up from the end of TLS until sleep in a wake that resumed its session. */
#define WH_CHANNEL_RESUMED 6

typedef enum wh_phase {
#define WH_PHASE(name, word, channel, meaning) name,
#include "warmhello/phases.def"
#undef WH_PHASE
    WH_PHASES
} wh_phase;

/** What ended the sleep before this wake. */
typedef enum wh_wake_cause {
#define WH_CAUSE(name, word, meaning) name,
#include "warmhello/causes.def"
#undef WH_CAUSE
} wh_wake_cause;

/** What ends a wake. */
typedef enum wh_wake_end {
    WH_WAKE_END_APP,
    /** The wake's deadline: the app did not end it in time. */
    WH_WAKE_END_DEADLINE,
    /** Several wakes in a row have crashed. This one starts neither the app nor the radio, so that the
     * battery lasts. */
    WH_WAKE_END_CRASHES,
} wh_wake_end;

/** The fields are private. */
typedef struct wh_wake {
    uint32_t number;
    wh_wake_cause cause;
    uint64_t slept_ms;
    uint32_t previous_us;
    uint32_t stack_left;
    bool forced_full;
    wh_wake_end end;
    uint16_t reached;
    uint32_t marks_us[WH_PHASES];
} wh_wake;

/** Begins with no phase reached. `number` counts wakes since the power came; `slept_ms` is how long
 * the sleep before was, in milliseconds, 0 if there was none. */
void wh_wake_begin(wh_wake *wake, uint32_t number, wh_wake_cause cause, uint64_t slept_ms);

/** How long the wake before this one took, until deep sleep: what came after its last mark is in it,
 * its own line above all. In microseconds since the processor began to count; 0 if that is not known. */
void wh_wake_previous(wh_wake *wake, uint32_t awake_us);

/** How many bytes of the TLS task's stack this wake has left unused; 0 if it has none of its own. */
void wh_wake_stack(wh_wake *wake, uint32_t bytes_left);

/** The phase ends at `now_us`, in microseconds since the processor began to count: esp_timer on the
 * ESP32, which begins after ROM and boot loader. The first connect of a wake counts, so a phase that
 * was reached stays as it is; a phase that did not take place is not marked. */
void wh_wake_mark(wh_wake *wake, wh_phase phase, uint32_t now_us);

/** This wake was told to make a full handshake, to be compared with those that resume. */
void wh_wake_forced_full(wh_wake *wake);

/** What ends this wake. Without a call it is the app. */
void wh_wake_ended_by(wh_wake *wake, wh_wake_end end);

/** The levels that the pins have now: bit n for channel Dn. `resumed` once the handshake is over. */
uint8_t wh_wake_levels(const wh_wake *wake, bool resumed);

/** What the line begins with; the rest of it is JSON. */
#define WH_WAKE_PREFIX "warmhello-wake "

/** Enough for any line, with its closing zero. */
#define WH_WAKE_LINE_SIZE (WH_OUTCOME_JSON_SIZE + 512)

/** Writes the line, without an end of line. `outcome` is that of the wake's first connect that came
 * as far as TLS, or NULL if none did. Printed once, last thing before sleep. A wake that the deadline ended
 * says "endedBy":"deadline", one that did not begin after several crashes says "endedBy":"crashes", and one
 * that the app ended says nothing of the sort.
 *
 * Returns the length without the closing zero, or WH_USAGE_ARGUMENT when `size` is too small. */
WH_MUST_CHECK int wh_wake_line(const wh_wake *wake, const wh_outcome *outcome, char *out, size_t size);

#ifdef __cplusplus
}
#endif

#endif
