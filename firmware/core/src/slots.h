/* The stores of a device, one for each of its peers: a slot in RTC RAM and a part of the flash region. One of
 * them is in use at a time, and all that rtc.h and flash_copy.h do is about that one. Which one it is has no
 * meaning beyond a call into the store: each begins with choosing it (peers.h). Private.
 */
#ifndef WH_SLOTS_H
#define WH_SLOTS_H

#include <stdint.h>

#include "warmhello/flash.h"
#include "warmhello/platform.h"

/* How many there are, and which is in use from now on. With constants here the compiler leaves out what
 * several need. */
#if WH_PEERS_MAX > 1
unsigned wh_slots_count(void);
void wh_slots_use(unsigned slot);
#else
static inline unsigned wh_slots_count(void)
{
    return 1;
}

static inline void wh_slots_use(unsigned slot)
{
    (void)slot;
}
#endif

/* WH_RTC_SIZE bytes. */
uint8_t *wh_slots_rtc(void);

/* The part of flash, as a region by itself, until another slot is used; the region where there is one slot.
 * NULL: the device has none, or none for this slot. */
const wh_flash *wh_slots_flash(void);

#endif
