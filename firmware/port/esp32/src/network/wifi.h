/* The way to the access point, fast where the last wake has shown it. */
#ifndef WH_WIFI_H
#define WH_WIFI_H

#include <stdbool.h>

/* Makes the driver and the interface, for a program that has none. False: it cannot be made. */
bool wh_wifi_make(void);

/* The driver is started: follows its events from now on. False: no memory. */
bool wh_wifi_watch(void);

/* `hear` is called when one of the two below changes, on whichever task has changed it, and must not wait.
 * Before wh_wifi_watch(). */
void wh_wifi_on_change(void (*hear)(void));

/* An access point has let the device in. */
bool wh_wifi_has_access_point(void);

/* It has an address there. */
bool wh_wifi_has_network(void);

/* Goes to this access point, and to it again when it is lost. The strings are copied. */
void wh_wifi_join(const char *new_ssid, const char *new_password);

/* It is under way there. */
bool wh_wifi_is_joining(void);

/* The address is taken over from the last wake. */
bool wh_wifi_uses_lease(void);

/* The network does not work. If the address was taken over, it is forgotten and DHCP asked: true. */
bool wh_wifi_doubt_lease(void);

/* Switches the radio off. */
void wh_wifi_stop(void);

#endif
