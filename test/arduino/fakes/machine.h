#ifndef WH_ARDUINO_MACHINE_H
#define WH_ARDUINO_MACHINE_H

#include <cstdint>

extern bool machine_has_wifi;
/* What it was told last of the time. */
extern int64_t machine_proven_s;

#endif
