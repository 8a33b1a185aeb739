#include "service_calls.h"

#include <string.h>

static wh_service service;
static wh_service_memory memory __attribute__((section(".rtc_ram"), used));

wh_service *wh_rv32_service(void)
{
    return &service;
}

void wh_rv32_service_wake(void)
{
    wh_service_init(&service, &memory, &wh_service_core_hooks);
}

size_t wh_rv32_service_put(const wh_service_packet *packet, uint8_t *out)
{
    out[0] = packet->is_event;
    out[1] = (uint8_t)packet->command;
    out[2] = (uint8_t)(packet->command >> 8);
    memcpy(out + 3, packet->payload, packet->size);
    return 3u + packet->size;
}
