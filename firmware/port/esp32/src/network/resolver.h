/* Looks a name up without keeping anybody waiting: lwIP's getaddrinfo() blocks for as long as the name server
 * is silent, so each look-up has a task of its own, which ends with it. */
#ifndef WH_RESOLVER_H
#define WH_RESOLVER_H

#include <stdbool.h>
#include <stdint.h>

#include "lwip/sockets.h"

/* An address as getaddrinfo gives it. */
typedef struct wh_address {
    int family;
    socklen_t size;
    union {
        struct sockaddr any;
        uint8_t room[28]; /* IPv6's */
    } address;
} wh_address;

/* Called on the resolver's task; `address` is NULL when the name has none. */
typedef void (*wh_resolved)(uint32_t id, const wh_address *address);

/* Starts to look up a name, or takes an address as it is. `id` comes back with the answer, which nobody need
 * be waiting for any more. False: no memory. */
bool wh_resolver_start(const char *host, uint16_t port, uint32_t id, wh_resolved resolved);

#endif
