#ifndef ACCESS_POINT_H
#define ACCESS_POINT_H

#include <stdbool.h>

/* Joins the access point of menuconfig. True: this device has an address; false: it has none after 10 s. */
bool access_point_join(void);

#endif
