/* DeviceScript's socket layer on the TLS task. All of it runs on DeviceScript's main task. */
#ifndef WH_SOCKET_ADAPTER_H
#define WH_SOCKET_ADAPTER_H

#include "warmhello/service.h"

/* Tells this service of the connects from now on, NULL for none. */
void wh_socket_adapter_tell(wh_service *told);

#endif
