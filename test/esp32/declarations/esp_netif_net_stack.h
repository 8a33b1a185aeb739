/* esp_netif/include/esp_netif_net_stack.h */
#ifndef ESP_NETIF_NET_STACK_H
#define ESP_NETIF_NET_STACK_H

#include "esp_netif.h"

/** The struct netif of lwIP. */
void *esp_netif_get_netif_impl(esp_netif_t *esp_netif);

#endif
