/* devicescript: runtime/devicescript/network/jd_network.h */
#ifndef JD_NETWORK_H
#define JD_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#define JD_CONN_EV_OPEN 0x01
#define JD_CONN_EV_CLOSE 0x02
#define JD_CONN_EV_ERROR 0x03
#define JD_CONN_EV_MESSAGE 0x04

void jd_tcpsock_on_event(unsigned event, const void *data, unsigned size);

#endif
