#include "fuzz_platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "warmhello/port_host.h"

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

enum { SECTORS = 2 };

/* A moment at which the certificate is valid. */
static const int64_t now_s = 1800000000;
static const uint64_t now_us = 3600000000;

nor fuzz_flash;
wh_platform fuzz_machine;
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

static uint64_t elapsed_us(void *ctx)
{
    (void)ctx;
    return now_us;
}

static int64_t wall_s(void *ctx)
{
    (void)ctx;
    return now_s;
}

static int device_key(void *ctx, uint8_t out[32])
{
    (void)ctx;
    memset(out, 0x5a, 32);
    return WH_OK;
}

static void start(void)
{
    static wh_host_device device;
    fuzz_require(wh_host_start(&device, NULL) == WH_OK, "the platform starts");
    fuzz_machine = device.platform;
    fuzz_machine.random = repeatable_random;
    fuzz_machine.elapsed_us = elapsed_us;
    fuzz_machine.wall_s = wall_s;
    fuzz_machine.device_key = device_key;
    fuzz_machine.flash = &fuzz_flash.flash;
    wh_platform_remove(); /* wolfSSL starts with numbers that come again */
    nor_init(&fuzz_flash, SECTORS, 1);
    fuzz_require(wh_platform_use(&fuzz_machine) == WH_OK, "the platform is complete");
}

void fuzz_platform_reset(void)
{
    if (wh_platform_get() == NULL) {
        start();
    }
    random_state = 1;
    nor_init(&fuzz_flash, SECTORS, 1);
    memset(wh_platform_get()->rtc, 0, WH_RTC_SIZE);
}

void fuzz_lose_power(void)
{
    (void)repeatable_random(NULL, wh_platform_get()->rtc, WH_RTC_SIZE);
    nor_power_on(&fuzz_flash);
}

void fuzz_require(bool condition, const char *what)
{
    if (!condition) {
        (void)fprintf(stderr, "violated: %s\n", what);
        abort();
    }
}

uint8_t fuzz_take_byte(fuzz_input *in)
{
    uint8_t byte = 0;
    fuzz_take(in, &byte, 1);
    return byte;
}

void fuzz_take(fuzz_input *in, void *out, size_t size)
{
    size_t there = in->size < size ? in->size : size;
    memset(out, 0, size);
    memcpy(out, in->bytes, there);
    in->bytes += there;
    in->size -= there;
}

/* By a session ID, of a connection that was made for this purpose. */
const uint8_t fuzz_session[FUZZ_SESSION_SIZE] = {
    0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x51, 0x80, 0x20, 0x9a, 0xee, 0x0c, 0x20, 0xca, 0x82, 0xcc,
    0x8c, 0x05, 0x1f, 0xc0, 0x88, 0x66, 0x9b, 0x83, 0x22, 0x3f, 0xef, 0x32, 0x29, 0xb3, 0xd4, 0x00, 0xb6,
    0x9e, 0x4d, 0x66, 0x01, 0x45, 0x38, 0x75, 0xd1, 0x93, 0x1c, 0xbf, 0x03, 0x68, 0x22, 0xbf, 0x6d, 0xe5,
    0x15, 0x50, 0x82, 0x01, 0x09, 0x52, 0x71, 0x7c, 0x7d, 0x23, 0xdb, 0x9d, 0xbf, 0x14, 0x48, 0x6f, 0x54,
    0xe0, 0xbf, 0xf1, 0x2a, 0x52, 0x0f, 0xd4, 0xeb, 0x89, 0x23, 0x21, 0xbd, 0x84, 0x46, 0x7e, 0xcc, 0x26,
    0xfc, 0xac, 0x78, 0x7b, 0x2a, 0x01, 0x00, 0x03, 0x03, 0xc0, 0x2b, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
};

wh_record_info fuzz_info(void)
{
    const wh_instant now = {.epoch = 1, .elapsed_us = 1, .wall_s = now_s - 60};
    return (wh_record_info){
        .protocol = WH_TLS12,
        .kind = WH_KIND_ID,
        .generation = 1,
        .lifetime_s = 7200,
        .captured = now,
        .lineage = {.authenticated = now},
        .binding = fuzz_client()->binding,
        .build = wh_wolfssl_build(),
    };
}

wh_client *fuzz_client(void)
{
    static wh_client client;
    if (client.ctx == NULL) {
        wh_client_config config = fuzz_config();
        fuzz_require(wh_client_init(&client, &config) == WH_OK, "the client is made");
    }
    return &client;
}

wh_client_config fuzz_config(void)
{
    return (wh_client_config){
        .host = "device.test",
        .port = 443,
        .ca = (const uint8_t *)ca,
        .ca_size = sizeof ca - 1,
    };
}
