/* The chip that a sketch runs on, by what the port asks of it. */
#include "machine.h"

#include "warmhello/machine_esp32.h"

bool machine_has_wifi = true;
int64_t machine_proven_s;

int wh_esp32_machine_use(bool has_entropy)
{
    return machine_has_wifi || has_entropy ? WH_OK : WH_PLATFORM_ENTROPY;
}

void wh_esp32_machine_learn(const wh_outcome *outcome)
{
    machine_proven_s = outcome->proven_s;
}
