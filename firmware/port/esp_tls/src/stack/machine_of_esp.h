/* The machine that the connections of an ESP-IDF app work on: the chip, or what the app gives. The app has a
 * network, a clock and a sleep of its own. */
#ifndef WH_MACHINE_OF_ESP_H
#define WH_MACHINE_OF_ESP_H

#include "warmhello/esp_tls.h"

/* Once, before all else. */
esp_err_t wh_machine_begin(const warmhello_esp_tls_config *config);

/* Puts the machine to use; under the core's lock. Errors of wh_platform_use(), or WH_PLATFORM_ENTROPY. */
WH_MUST_CHECK int wh_machine_ready(const warmhello_esp_tls_config *config);

/* What the connection of this number, from 1 on, has come to so far: the chip learns of the time from it, and
 * tells it in the wake's line. Under the core's lock. */
void wh_machine_learn(const warmhello_esp_tls_config *config, uint32_t number, const wh_outcome *outcome);

#endif
