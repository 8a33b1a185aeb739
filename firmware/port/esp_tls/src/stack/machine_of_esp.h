/* The machine that the connections of an ESP-IDF app work on: the chip, or what the app gives. */
#ifndef WH_MACHINE_OF_ESP_H
#define WH_MACHINE_OF_ESP_H

#include "warmhello/esp_tls.h"

/* Once, before all else. WH_USAGE_ARGUMENT: target linux has no chip, and no machine is given.
 * WH_PLATFORM_MEMORY. */
WH_MUST_CHECK int wh_machine_begin(const warmhello_esp_tls_config *config);

/* Puts the machine to use; not under the core's lock. Errors of wh_platform_use(), or WH_PLATFORM_ENTROPY. */
WH_MUST_CHECK int wh_machine_use(const warmhello_esp_tls_config *config);

/* What a connection has found out about the time; not under the core's lock. */
void wh_machine_learn(const warmhello_esp_tls_config *config, const wh_outcome *outcome);

#endif
