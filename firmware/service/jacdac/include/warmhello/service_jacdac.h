/** @file
 * The service on a board that runs the Jacdac C runtime, as DeviceScript's ESP32 firmware does.
 */
#ifndef WARMHELLO_SERVICE_JACDAC_H
#define WARMHELLO_SERVICE_JACDAC_H

#include "warmhello/service.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Adds the service to this device; call it from app_init_services(), once. The returned service
 * is the runtime's and lives as long as it: tell it of connects (wh_service_connecting() and
 * the others) from the task that runs jd_process_everything(). `memory` is the caller's, in RTC
 * RAM, so that it survives deep sleep; `hooks` reach the core, by the lock that the port needs. */
wh_service *wh_service_jacdac_init(wh_service_memory *memory, const wh_service_hooks *hooks);

#ifdef __cplusplus
}
#endif

#endif
