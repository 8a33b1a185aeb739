/* lwip/lwip/src/include/lwip/dhcp.h; netif_dhcp_data is a macro there, and the struct has more fields. */
#ifndef LWIP_DHCP_H
#define LWIP_DHCP_H

#include <stdint.h>

struct netif;

struct dhcp {
    uint32_t offered_t0_lease;
};

struct dhcp *netif_dhcp_data(struct netif *netif);

#endif
