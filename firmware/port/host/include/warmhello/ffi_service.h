/** The service in a form that a foreign-function interface can call, on the host's platform.
 * Everything else of it is called as it is (service.h).
 */
#ifndef WARMHELLO_FFI_SERVICE_H
#define WARMHELLO_FFI_SERVICE_H

#include "warmhello/service.h"

/** Makes a service whose memory holds noise, as after a loss of power. NULL when memory is out. */
wh_service *wh_ffi_service_new(void);
void wh_ffi_service_free(wh_service *service);

/** Deep sleep, or with `power_lost` a loss of power. Its connections must be closed before. */
void wh_ffi_service_wake(wh_service *service, bool power_lost);

/** Makes a client as wh_ffi_client_new() does, with the service's settings in its configuration. */
wh_client *wh_ffi_service_client_new(wh_service *service, const wh_client_config *config, int *error);

#endif
