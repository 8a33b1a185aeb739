/** One state of the power-cut test: where the cuts are, and what must hold behind them. */
#ifndef TEST_SWEEP_H
#define TEST_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "life.h"

typedef struct scenario {
    const char *name;
    /* Without a cut, then with one. */
    step before[STEPS_MAX];
    step during[STEPS_MAX];
} scenario;

typedef enum reboot { POWER_LOST, RESET, BROWN_OUT, REBOOTS } reboot;

/* When weak bits settle, and how. */
typedef enum drift {
    STAY_WEAK,
    ALL_0_AT_ONCE,
    ALL_1_AT_ONCE,
    MIXED_AT_ONCE,
    ALL_0_LATER,
    ALL_1_LATER,
    MIXED_LATER,
    FIRST_0_THEN_1,
    FIRST_1_THEN_0,
    DRIFTS
} drift;

typedef struct cut {
    uint64_t op;
    nor_shape shape;
    size_t extent;
    reboot reboot;
} cut;

typedef struct sweep {
    uint64_t seed;
    /* One of so many states is tried, and of those with a second cut one of `sample *
     * second_sample`. */
    uint64_t sample, second_sample;
    const char *only;
    const scenario *scenario;
    /* Of the part of the device's flash that the scenario is about. */
    uint32_t sectors;
    /* 2: the device has another peer, too, whose session is in both tiers and is to stay there, unless all is
     * forgotten. It has the first slot then if `is_second`. */
    unsigned peers;
    bool is_second;
    uint64_t states, failures, turn;
    board start;
    life life;
    cut first, second;
    /* Instead of a cut in flash: the reset comes at this look at the clock, before or in a
     * write to RTC RAM of which so many bytes are done. */
    uint64_t look;
    size_t torn_size;
    uint64_t operations_before_reset;
    drift drift;
} sweep;

/** Weak bits settle if it is their time: that of ALL_0_AT_ONCE, or of ALL_0_LATER. */
void settle_weak_bits(const sweep *s, drift when);

/** After the last reboot: compares what the store offers with the model, and goes on living.
 * Returns NULL, or what is wrong. */
const char *check(const sweep *s, life *l);

#endif
