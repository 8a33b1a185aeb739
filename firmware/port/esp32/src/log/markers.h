/* Levels for a current meter's logic channels, and the strap that asks for wakes in full. */
#ifndef WH_MARKERS_H
#define WH_MARKERS_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the pins outputs, and the strap an input. */
void wh_markers_begin(void);

/* Bit n is channel Dn, on pin CONFIG_WARMHELLO_MARKER_PIN_Dn; those that are -1 are nowhere. */
void wh_markers_set(uint8_t levels);

/* The strap is tied to ground: every second wake is to make a full handshake. */
bool wh_markers_wants_full_turns(void);

#endif
