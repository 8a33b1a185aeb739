#include "warmhello/ffi_service.h"

#include <stdlib.h>
#include <string.h>

#include "warmhello/ffi.h"

enum { NOISE = 0xa5 };

typedef struct service_with_memory {
    wh_service service; /* first, so that a wh_service * is this block's address */
    wh_service_memory memory;
} service_with_memory;

void wh_ffi_service_wake(wh_service *service, bool power_lost)
{
    service_with_memory *block = (service_with_memory *)service;
    if (power_lost) {
        memset(&block->memory, NOISE, sizeof block->memory);
    }
    wh_service_init(&block->service, &block->memory, &wh_service_core_hooks);
}

wh_service *wh_ffi_service_new(void)
{
    service_with_memory *block = malloc(sizeof *block);
    if (block == NULL) {
        return NULL;
    }
    wh_ffi_service_wake(&block->service, true);
    return &block->service;
}

void wh_ffi_service_free(wh_service *service)
{
    free(service);
}

wh_client *wh_ffi_service_client_new(wh_service *service, const wh_client_config *config, int *error)
{
    wh_client_config configured = *config;
    wh_service_configure(service, &configured);
    return wh_ffi_client_new(&configured, error);
}
