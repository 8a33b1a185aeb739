#ifndef WIFI_H
#define WIFI_H

#include <stdbool.h>

/* Joins the access point of menuconfig. True: this device has an address; false: it has none after 10 s. */
bool wifi_join(void);

#endif
