#include "machine/platform_esp32.h"

#include <stdatomic.h>

#include "esp_attr.h"
#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_random.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "machine/device_key.h"
#include "machine/journal_flash.h"
#include "machine/rtc_time.h"
#include "sdkconfig.h"
#if __has_include("esp_memory_utils.h")
#include "esp_memory_utils.h"
#else /* ESP-IDF 4.4, which arduino-esp32 2.x is built on */
#include "soc/soc_memory_types.h"
#endif

/* Seconds since 1970-01-01 UTC when this was built, if the build tells. */
#ifndef WH_BUILT_S
#define WH_BUILT_S 0
#endif

/* Arduino projects have no Kconfig of ours; a build flag may say it. */
#ifndef CONFIG_WARMHELLO_PEERS
#define CONFIG_WARMHELLO_PEERS 1
#endif

static const char tag[] = "warmhello";

/* NOINIT and not DATA: the boot loader sets RTC_DATA_ATTR anew at each reset but that of deep sleep, so that
 * a crash or a watchdog would cost the session. What may lie here after a loss of power is wh_boot_begin()'s
 * business. */
RTC_NOINIT_ATTR wh_boot_memory wh_port_memory;

static wh_boot boot;
static bool has_booted;
static atomic_bool radio_on;

/* ---- Clocks --------------------------------------------------------------------------------------- */

/* The RC oscillator is calibrated at each boot, and drifts with temperature until the next: Espressif gives
 * no bound for that, so this is a wide one. */
#if CONFIG_RTC_CLK_SRC_EXT_CRYS || CONFIG_RTC_CLK_SRC_EXT_OSC || CONFIG_ESP32_RTC_CLK_SRC_EXT_CRYS
static const uint32_t elapsed_error_ppm = 100;
#elif CONFIG_RTC_CLK_SRC_INT_8MD256 || CONFIG_ESP32_RTC_CLK_SRC_INT_8MD256
static const uint32_t elapsed_error_ppm = 20000;
#else
static const uint32_t elapsed_error_ppm = 50000;
#endif

uint32_t wh_port_elapsed_error_ppm(void)
{
    return elapsed_error_ppm;
}

uint64_t wh_port_elapsed_us(void)
{
    /* Not esp_clk_rtc_time(), which is always 0 without CONFIG_ESP_TIME_FUNCS_USE_RTC_TIMER. */
    return esp_rtc_get_time_us();
}

static uint64_t elapsed_us(void *ctx)
{
    (void)ctx;
    uint64_t now_us = wh_port_elapsed_us();
    wh_port_memory.last_us = now_us;
    return now_us;
}

int64_t wh_port_built_s(void)
{
    return WH_BUILT_S;
}

static int64_t wall_s(void *ctx)
{
    return wh_wall_now(&wh_port_memory.wall, elapsed_us(ctx));
}

/* ---- Boot ------------------------------------------------------------------------------------------ */

static wh_wake_cause cause_of(esp_reset_reason_t reason)
{
    switch (reason) {
    case ESP_RST_DEEPSLEEP:
        return WH_WAKE_DEEP_SLEEP;
    case ESP_RST_SW:
    case ESP_RST_EXT:
    case ESP_RST_SDIO:
        return WH_WAKE_RESET;
    case ESP_RST_PANIC:
    case ESP_RST_INT_WDT:
    case ESP_RST_TASK_WDT:
    case ESP_RST_WDT:
        return WH_WAKE_CRASH;
    case ESP_RST_BROWNOUT:
        return WH_WAKE_BROWN_OUT;
    default: /* power-on, and what is not known to have left the RTC's clock and memory alone */
        return WH_WAKE_POWER_ON;
    }
}

const wh_boot *wh_port_boot(void)
{
    if (!has_booted) {
        has_booted = true;
        uint64_t since_reset_us = (uint64_t)esp_timer_get_time();
        uint64_t now_us = wh_port_elapsed_us();
        uint64_t reset_us = now_us > since_reset_us ? now_us - since_reset_us : 0;
        boot = wh_boot_begin(&wh_port_memory, cause_of(esp_reset_reason()), reset_us);
    }
    return &boot;
}

/* Without CONFIG_SOC_RTC_*_MEM_SUPPORTED the attribute is empty and the memory common RAM, which deep sleep
 * loses. */
static bool is_in_rtc(const void *p)
{
    return esp_ptr_in_rtc_slow(p) || esp_ptr_in_rtc_dram_fast(p);
}

/* ---- Entropy and memory ----------------------------------------------------------------------------- */

void wh_port_radio(bool is_on)
{
    atomic_store(&radio_on, is_on);
}

/* The generator is a true one only as long as the radio feeds it noise. bootloader_random_enable() would do
 * so too, but not beside the radio, nor beside an app that uses the ADC; so there is no random number before
 * the radio is on. */
static int fill_random(void *ctx, uint8_t *out, size_t size)
{
    (void)ctx;
    if (!atomic_load(&radio_on)) {
        return WH_PLATFORM_ENTROPY;
    }
    esp_fill_random(out, size);
    return WH_OK;
}

static void *allocate(void *ctx, size_t size)
{
    (void)ctx;
    return heap_caps_malloc(size, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
}

static void *reallocate(void *ctx, void *memory, size_t size)
{
    (void)ctx;
    return heap_caps_realloc(memory, size, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
}

static void release(void *ctx, void *memory)
{
    (void)ctx;
    heap_caps_free(memory);
}

static int device_key(void *ctx, uint8_t out[32])
{
    return wh_device_key_get(fill_random, ctx, out);
}

/* ---- The platform ------------------------------------------------------------------------------------- */

static wh_platform platform = {
    .elapsed_us = elapsed_us,
    .elapsed_error_ppm = elapsed_error_ppm,
    .wall_s = wall_s,
    .random = fill_random,
    .allocate = allocate,
    .reallocate = reallocate,
    .release = release,
    .device_key = device_key,
    .rtc = wh_port_memory.slots,
    .rtc_size = sizeof wh_port_memory.slots,
    .peers = CONFIG_WARMHELLO_PEERS,
};

int wh_port_platform_ready(void)
{
    if (wh_platform_get() == &platform) {
        return WH_OK;
    }
    (void)wh_port_boot();
    if (!is_in_rtc(&wh_port_memory)) {
        ESP_LOGE(tag, "there is no RTC memory for sessions: is CONFIG_SOC_RTC_FAST_MEM_SUPPORTED set?");
        return WH_PLATFORM_RTC;
    }
    if (!atomic_load(&radio_on)) {
        return WH_PLATFORM_ENTROPY;
    }
    platform.wall_floor_s = wh_wall_floor(&wh_port_memory.wall, WH_BUILT_S);
    platform.flash = wh_journal_flash();
    int result = wh_platform_use(&platform);
    ESP_LOGI(tag, "session key: %s; session survives a loss of power: %s",
             wh_key_strength_word(wh_device_key_strength()), platform.flash != NULL ? "yes" : "no");
    if (platform.flash != NULL && platform.flash->sector_count / 2 < platform.peers) {
        ESP_LOGW(tag, "of %u servers only %u have 2 sectors of the partition " WH_JOURNAL_LABEL,
                 platform.peers, (unsigned)(platform.flash->sector_count / 2));
    }
    return result;
}

/* Upstream's way to wake its main loop, if it is there; else the loop's own tick, every 10 ms, has to do. */
__attribute__((weak)) void jdesp_wake_main(void);

void wh_port_events_pending(void)
{
    if (jdesp_wake_main != NULL) {
        jdesp_wake_main();
    }
}
