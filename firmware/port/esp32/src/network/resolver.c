#include "network/resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "lwip/netdb.h"
#include "machine/task_sizes.h"
#include "warmhello/client.h"

typedef struct question {
    char host[WH_HOST_MAX + 1];
    char port[6];
    uint32_t id;
    wh_resolved resolved;
} question;

static bool look_up(const question *q, wh_address *out)
{
    /* Whatever lwIP is built for: without CONFIG_LWIP_IPV6 that is IPv4 alone, and an IPv6 address an unknown
     * name. */
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(q->host, q->port, &hints, &found) != 0 || found == NULL) {
        return false;
    }
    bool fits = found->ai_addrlen <= sizeof out->address;
    if (fits) {
        out->family = found->ai_family;
        out->size = found->ai_addrlen;
        memcpy(&out->address, found->ai_addr, found->ai_addrlen);
    }
    freeaddrinfo(found);
    return fits;
}

static void run(void *parameters)
{
    question *q = parameters;
    wh_address address;
    memset(&address, 0, sizeof address);
    bool known = look_up(q, &address);
    q->resolved(q->id, known ? &address : NULL);
    free(q);
    vTaskDelete(NULL);
}

bool wh_resolver_start(const char *host, uint16_t port, uint32_t id, wh_resolved resolved)
{
    question *q = calloc(1, sizeof *q);
    if (q == NULL) {
        return false;
    }
    strncpy(q->host, host, WH_HOST_MAX);
    (void)snprintf(q->port, sizeof q->port, "%u", (unsigned)port);
    q->id = id;
    q->resolved = resolved;
    if (xTaskCreatePinnedToCore(run, "wh_dns", WH_DNS_STACK, q, WH_TASK_PRIORITY, NULL, tskNO_AFFINITY) !=
        pdPASS) {
        free(q);
        return false;
    }
    return true;
}
