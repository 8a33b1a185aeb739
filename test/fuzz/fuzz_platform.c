#include "fuzz_platform.h"

#include <stdlib.h>
#include <string.h>

#include "warmhello/port_host.h"
#include "warmhello/store.h"

/* Self-signed, made for this purpose; its key was never kept. */
static const char ca[] = "-----BEGIN CERTIFICATE-----\n"
                         "MIIBdTCCARugAwIBAgIUUHueS5dm6k2JCu28zDyjFqOQmvEwCgYIKoZIzj0EAwIw\n"
                         "DzENMAsGA1UEAwwEZnV6ejAgFw0yNjExMjQwMzAwMzlaGA8yMTI2MTAzMTAzMDAz\n"
                         "OVowDzENMAsGA1UEAwwEZnV6ejBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIZ3\n"
                         "jDcOM7WBPYSTSr4octzksV7PLYs3xhZGiRrFMSbYuT+5jqirOAvmVno8B4qFen1P\n"
                         "Q5QycuUKNlJsXtvE/3+jUzBRMB0GA1UdDgQWBBS0SchJmaVp6SWiYmwpLBoDxA/U\n"
                         "7TAfBgNVHSMEGDAWgBS0SchJmaVp6SWiYmwpLBoDxA/U7TAPBgNVHRMBAf8EBTAD\n"
                         "AQH/MAoGCCqGSM49BAMCA0gAMEUCIQC2J4KjsXzxgPU5Mik85BfdBJ6JKBNhn5YH\n"
                         "bNmn7xtQygIgLNERJ8UmwpRT80uRrWisZbZ1WzNqOiEk3Y+feunWb18=\n"
                         "-----END CERTIFICATE-----\n";

static uint32_t random_state;

static int repeatable_random(void *ctx, uint8_t *out, size_t size)
{
    (void)ctx;
    for (size_t i = 0; i < size; i++) {
        random_state = random_state * 1664525u + 1013904223u;
        out[i] = (uint8_t)(random_state >> 24);
    }
    return WH_OK;
}

static void install(void)
{
    static wh_platform platform;
    if (wh_host_start() != WH_OK) {
        abort();
    }
    platform = *wh_platform_get();
    platform.random = repeatable_random;
    wh_platform_remove();
    if (wh_platform_install(&platform) != WH_OK) {
        abort();
    }
}

void fuzz_platform_reset(void)
{
    if (wh_platform_get() == NULL) {
        install();
    }
    random_state = 1;
    wh_store_forget();
}

wh_client_config fuzz_config(void)
{
    return (wh_client_config){
        .host = "device.test",
        .port = 443,
        .ca = (const uint8_t *)ca,
        .ca_size = sizeof ca - 1,
        .min_version = WH_TLS12,
        .max_version = WH_TLS13,
        .tickets = true,
    };
}
