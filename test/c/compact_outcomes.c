/* Outcomes with values drawn by a seed, each as JSON, as compact bytes in hexadecimal, and with what the app
 * gave: for the decoder in TypeScript.
 *
 *     compact_outcomes SEED COUNT
 */
#include "warmhello/outcome.h"

#include <stdio.h>
#include <stdlib.h>

static uint32_t state;

/* Marsaglia's xorshift. */
static uint32_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static uint32_t below(uint32_t limit)
{
    return draw() % limit;
}

/* Of any size, and often at an edge between two. */
static uint32_t number(void)
{
    static const uint32_t edges[] = {0, 23, 24, 255, 256, 65535, 65536, UINT32_MAX - 1, UINT32_MAX};
    if (below(4) == 0) {
        return edges[below(sizeof edges / sizeof edges[0])];
    }
    return draw() >> below(32);
}

static int any_error(void)
{
    static const int errors[] = {
        WH_OK,
#define WH_ERROR(name, value, class, word, meaning) name,
#include "warmhello/errors.def"
#undef WH_ERROR
    };
    return errors[below(sizeof errors / sizeof errors[0])];
}

static wh_outcome any_outcome(void)
{
    enum {
#define WH_REASON(name, word, meaning) NTH_##name,
#include "warmhello/reasons.def"
#undef WH_REASON
        REASONS
    };
    wh_outcome outcome = {
        .result = (wh_result)below(WH_RESULT_FAILED + 1),
        .reason = (wh_reason)below(REASONS),
        .error = any_error(),
        .protocol = (wh_protocol)below(WH_TLS13 + 1),
        .kind = (wh_kind)below(WH_KIND_EXTERNAL_PSK + 1),
        .handshake_us = number(),
        .handshake_tx = number(),
        .handshake_rx = number(),
        .attempts = (uint8_t)below(5),
        .session_age_s = number(),
        .early_data = (wh_early_data)below(WH_EARLY_DATA_REFUSED + 1),
        .clock = (wh_clock_state)below(WH_CLOCK_SUSPECT + 1),
    };
    outcome.cas = (uint16_t)below(4);
    outcome.cas_usable = (uint16_t)below(outcome.cas + 1U);
    outcome.cas_ending = (uint16_t)below(outcome.cas_usable + 1U);
    return outcome;
}

static void print_one(void)
{
    char json[WH_OUTCOME_JSON_SIZE];
    uint8_t bytes[WH_OUTCOME_COMPACT_SIZE];
    const wh_outcome outcome = any_outcome();
    const wh_outcome_app app = {
        .firmware = (uint16_t)(below(2) * number()),
        .energy_mj = (uint16_t)(below(2) * number()),
    };
    if (wh_outcome_json(&outcome, json, sizeof json) < 0) {
        abort();
    }
    size_t size = wh_outcome_compact(&outcome, &app, bytes);
    for (size_t i = 0; i < size; i++) {
        printf("%02x", bytes[i]);
    }
    printf(" %u %u %s\n", app.firmware, app.energy_mj, json);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return EXIT_FAILURE;
    }
    state = (uint32_t)strtoul(argv[1], NULL, 10) | 1;
    for (unsigned long count = strtoul(argv[2], NULL, 10); count > 0; count--) {
        print_one();
    }
    return EXIT_SUCCESS;
}
