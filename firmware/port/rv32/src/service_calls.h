/* The TLS session service on the device: its place in RTC RAM, and its calls over the wire. */
#ifndef WH_RV32_SERVICE_CALLS_H
#define WH_RV32_SERVICE_CALLS_H

#include "warmhello/service.h"

/* The one service of this device. */
wh_service *wh_rv32_service(void);

/* After each wake, before anything else is asked of it. */
void wh_rv32_service_wake(void);

/* Writes a packet as it goes over the wire: whether it is an event (1), its command (2), its
 * payload. Returns the size. */
size_t wh_rv32_service_put(const wh_service_packet *packet, uint8_t *out);

#endif
