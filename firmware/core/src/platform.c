/* The platform in use, and wolfSSL's global hooks on top of it. */
#include "warmhello/platform.h"

#include <time.h>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

#include "memory_ran_out.h"
#include "clock.h"
#include "slots.h"
#include "wolfssl_clock.h"

static const wh_platform *in_use;
static bool ran_out;

bool wh_memory_ran_out(void)
{
    bool answer = ran_out;
    ran_out = false;
    return answer;
}

/* What was allocated, noted if it was not. */
static void *noted(void *memory)
{
    if (memory == NULL) {
        ran_out = true;
    }
    return memory;
}

static void *allocate(size_t size)
{
    return noted(in_use->allocate(in_use->ctx, size));
}

static void *reallocate(void *memory, size_t size)
{
    return noted(in_use->reallocate(in_use->ctx, memory, size));
}

static void release(void *memory)
{
    in_use->release(in_use->ctx, memory);
}

static bool is_flash_complete(const wh_flash *flash)
{
    return flash->sector_count >= 2 && flash->read != NULL && flash->program != NULL && flash->erase != NULL;
}

static bool has_slots(const wh_platform *p)
{
    return p->peers <= WH_PEERS_MAX && p->rtc_size >= (p->peers > 1 ? p->peers : 1) * (size_t)WH_RTC_SIZE;
}

static bool is_complete(const wh_platform *p)
{
    return p != NULL && p->elapsed_us != NULL && p->wall_s != NULL && p->random != NULL &&
           p->allocate != NULL && p->reallocate != NULL && p->release != NULL && p->device_key != NULL &&
           p->rtc != NULL && has_slots(p) && (p->flash == NULL || is_flash_complete(p->flash));
}

static bool start_wolfssl(const wh_platform *platform)
{
    in_use = platform;                                          /* for its memory and its random numbers */
    (void)wolfSSL_SetAllocators(allocate, release, reallocate); /* never fails */
    if (wolfSSL_Init() != WOLFSSL_SUCCESS) {
        in_use = NULL;
        return false;
    }
    return true;
}

int wh_platform_use(const wh_platform *platform)
{
    if (!is_complete(platform)) {
        return WH_USAGE_ARGUMENT;
    }
    if (in_use == NULL && !start_wolfssl(platform)) {
        return WH_PLATFORM_ENTROPY;
    }
    if (platform->release != in_use->release) {
        return WH_USAGE_STATE; /* wolfSSL holds memory that it could not release */
    }
    in_use = platform;
    wh_slots_use(0);
    ran_out = false; /* that was another device's */
    return WH_OK;
}

void wh_platform_remove(void)
{
    if (in_use != NULL) {
        (void)wolfSSL_Cleanup();
        in_use = NULL;
    }
}

const wh_platform *wh_platform_get(void)
{
    return in_use;
}

/* ---- wolfSSL's hooks, declared in user_settings.h or by wolfSSL itself ---- */

int wh_wolfssl_seed(unsigned char *out, unsigned int len)
{
    return in_use->random(in_use->ctx, out, len) == 0 ? 0 : RNG_FAILURE_E;
}

time_t wh_wolfssl_time(time_t *out)
{
    time_t now = (time_t)wh_clock_wall_s();
    if (out != NULL) {
        *out = now;
    }
    return now;
}

uint64_t wh_wolfssl_now_ms(void)
{
    return wh_clock_elapsed_us() / 1000u + WH_WOLFSSL_CLOCK_BASE_S * 1000ull;
}

uint32_t wh_wolfssl_now_s(void)
{
    return (uint32_t)(wh_wolfssl_now_ms() / 1000u);
}

/* wolfSSL stamps sessions with this and compares it with their lifetime. */
word32 LowResTimer(void) /* NOLINT(readability-identifier-naming) */
{
    return wh_wolfssl_now_s();
}

/* The age of a TLS 1.3 ticket is a difference of two of these. */
sword64 TimeNowInMilliseconds(void) /* NOLINT(readability-identifier-naming) */
{
    return (sword64)wh_wolfssl_now_ms();
}
