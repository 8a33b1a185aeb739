/* What this device is given, by whoever started the port: a C program, or the provisioning partition. */
#ifndef WH_SETTINGS_H
#define WH_SETTINGS_H

#include "warmhello/client.h"
#include "warmhello/port_esp32.h"

/* Never NULL; zeros before anybody has set it. */
const wh_device_config *wh_settings(void);

/* Once, before the tasks start. `config` is copied, what it points to is not. */
void wh_settings_set(const wh_device_config *config);

/* From the provisioning partition, unless they are set already. */
void wh_settings_load(void);

/* A client's configuration for this server by these settings. */
wh_client_config wh_settings_client(const char *host, uint16_t port);

uint32_t wh_settings_timeout_ms(void);

/* How long a wake may last, in milliseconds since boot; 0 for as long as the app likes. */
uint32_t wh_settings_deadline_ms(void);

/* How long an app's server may be silent, in milliseconds; 0 for ever, where wakes have no deadline. */
uint32_t wh_settings_silence_ms(void);

#endif
