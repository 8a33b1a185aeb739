/* lwip/lwip/src/include/lwip/netdb.h */
#ifndef LWIP_NETDB_H
#define LWIP_NETDB_H

#ifdef __linux__
#include <netdb.h>
#else
#include "lwip/sockets.h"

struct addrinfo {
    int ai_flags;
    int ai_family;
    int ai_socktype;
    int ai_protocol;
    socklen_t ai_addrlen;
    struct sockaddr *ai_addr;
    char *ai_canonname;
    struct addrinfo *ai_next;
};

int getaddrinfo(const char *nodename, const char *servname, const struct addrinfo *hints,
                struct addrinfo **res);
void freeaddrinfo(struct addrinfo *ai);

#endif
#endif
