/* The machine that the connections of an ESP-IDF app work on: the chip, or what the app gives. */
#ifndef WH_MACHINE_OF_ESP_H
#define WH_MACHINE_OF_ESP_H

#include <stdbool.h>

#include "warmhello/errors.h"
#include "warmhello/outcome.h"
#include "warmhello/platform.h"

/* Once, before all else. `platform`: NULL for the chip. WH_USAGE_ARGUMENT: target linux has no chip, and no
 * machine is given. WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_machine_begin(const wh_platform *platform);

/* Puts the machine to use; not under the core's lock. `has_entropy`: as wh_esp32_machine_use() has it. Errors
 * of wh_platform_use(), or WH_PLATFORM_ENTROPY. */
WH_MUST_CHECK int wh_machine_use(const wh_platform *platform, bool has_entropy);

/* What a connection has found out about the time; not under the core's lock. */
void wh_machine_learn(const wh_platform *platform, const wh_outcome *outcome);

#endif
