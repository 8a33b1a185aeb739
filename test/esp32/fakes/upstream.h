/* DeviceScript's firmware, as an app's doings reach it. */
#ifndef UPSTREAM_H
#define UPSTREAM_H

#include <stdbool.h>
#include <stdint.h>

/* Of the firmware; the port wraps it. */
void app_init_services(void);

void upstream_start(void);
void upstream_wifi_init(void);
void upstream_turn(void);
void upstream_scan(void);
void upstream_standby(unsigned ms) __attribute__((noreturn));
/* The panic handler and what upstream makes of its end. */
void upstream_panic(void) __attribute__((noreturn));
bool upstream_socket_open(const char *host, int port);
int upstream_socket_write(const void *bytes, unsigned size);
void upstream_socket_close(void);

/* A turn of Jacdac's loop. */
void upstream_process_services(void);

/* A packet without payload, from an app to the TLS session service. */
void upstream_send_to_service(uint16_t command);

#endif
