/* Clocks, reset, sleep, RTC memory, memory, entropy, keys, pins. */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "driver/gpio.h"
#include "esp_efuse.h"
#include "esp_heap_caps.h"
#include "esp_hmac.h"
#include "esp_memory_utils.h"
#include "esp_private/system_internal.h"
#include "esp_random.h"
#include "esp_log.h"
#include "esp_sleep.h"
#include "esp_timer.h"
#include "esp_vfs_eventfd.h"
#include "nvs.h"
#include "nvs_flash.h"
#include "machine/platform_esp32.h"
#include "machine/rtc_time.h"
#include "hal/uart_ll.h"
#include "soc/usb_serial_jtag_struct.h"
#include "world.h"

world the_world;

/* No computer. */
usb_serial_jtag_dev_t USB_SERIAL_JTAG;
uart_dev_t UART0;

/* Nothing goes by the UART here: the board's standard output is the desk's. */
uint32_t uart_ll_get_txfifo_len(uart_dev_t *hw)
{
    (void)hw;
    return 0;
}

void uart_ll_write_txfifo(uart_dev_t *hw, const uint8_t *buf, uint32_t wr_len)
{
    (void)hw;
    (void)buf;
    (void)wr_len;
}

static struct {
    uint64_t clock_us;
    /* The note of a panic, in a register that a reset leaves alone. */
    esp_reset_reason_t hint;
    wh_boot_memory memory;
} kept;

static uint64_t began_us;
static uint64_t wakeup_us;

/* ---- Lines ---- */

void world_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    flockfile(stdout);
    (void)vprintf(format, arguments);
    (void)putchar('\n');
    (void)fflush(stdout);
    funlockfile(stdout);
    va_end(arguments);
}

/* ---- Clocks ---- */

static uint64_t monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int64_t esp_timer_get_time(void)
{
    return (int64_t)(monotonic_us() - began_us);
}

uint64_t esp_rtc_get_time_us(void)
{
    return kept.clock_us + (uint64_t)esp_timer_get_time();
}

/* ---- Reset and sleep ---- */

static FILE *open_kept(const char *mode)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/rtc.bin", the_world.folder);
    return fopen(path, mode);
}

void world_begin(void)
{
    began_us = monotonic_us();
    FILE *file = open_kept("rb");
    bool loaded = file != NULL && fread(&kept, sizeof kept, 1, file) == 1;
    if (file != NULL) {
        (void)fclose(file);
    }
    if (!loaded || the_world.reason == ESP_RST_POWERON) {
        kept.clock_us = 0;
        kept.hint = ESP_RST_UNKNOWN;
        memset(&kept.memory, 0xa5, sizeof kept.memory); /* noise */
    }
    if (the_world.reason == ESP_RST_BROWNOUT) {
        kept.clock_us = 0; /* the memory may be as it was: that is the trap */
    }
    memcpy(&wh_port_memory, &kept.memory, sizeof kept.memory);
    if (the_world.reason == ESP_RST_SW && kept.hint != ESP_RST_UNKNOWN) {
        the_world.reason = kept.hint;
    }
    kept.hint = ESP_RST_UNKNOWN;
}

_Noreturn void world_end(uint64_t slept_us, int code)
{
    kept.clock_us = esp_rtc_get_time_us() + slept_us;
    memcpy(&kept.memory, &wh_port_memory, sizeof kept.memory);
    FILE *file = open_kept("wb");
    if (file == NULL || fwrite(&kept, sizeof kept, 1, file) != 1 || fclose(file) != 0) {
        abort();
    }
    exit(code); /* NOLINT(concurrency-mt-unsafe): the wake ends, whatever the other threads do */
}

esp_reset_reason_t esp_reset_reason(void)
{
    return the_world.reason;
}

void esp_log_level_set(const char *tag, esp_log_level_t level)
{
    (void)tag;
    (void)level;
}

void esp_deep_sleep_disable_rom_logging(void)
{
    world_say("rom keeps silent");
}

esp_err_t esp_sleep_enable_timer_wakeup(uint64_t time_in_us)
{
    wakeup_us = time_in_us;
    return ESP_OK;
}

void esp_deep_sleep_start(void)
{
    world_say("sleep %llu", (unsigned long long)(wakeup_us / 1000));
    world_end(wakeup_us, 0);
}

esp_reset_reason_t esp_reset_reason_get_hint(void)
{
    return kept.hint;
}

void world_note_panic(void)
{
    kept.hint = ESP_RST_PANIC;
}

void esp_restart_noos_dig(void)
{
    world_say("restart");
    world_end(0, 43);
}

bool esp_ptr_in_rtc_dram_fast(const void *p)
{
    return p == (const void *)&wh_port_memory;
}

bool esp_ptr_in_rtc_slow(const void *p)
{
    (void)p;
    return false;
}

/* ---- Memory and entropy ---- */

void *heap_caps_malloc(size_t size, uint32_t caps)
{
    (void)caps;
    return malloc(size);
}

void *heap_caps_realloc(void *ptr, size_t size, uint32_t caps)
{
    (void)caps;
    return realloc(ptr, size);
}

void heap_caps_free(void *ptr)
{
    free(ptr);
}

void esp_fill_random(void *buf, size_t len)
{
    if (getrandom(buf, len, 0) != (ssize_t)len) {
        abort();
    }
}

/* ---- Keys ---- */

esp_efuse_purpose_t esp_efuse_get_key_purpose(esp_efuse_block_t block)
{
    bool holds = the_world.has_fused_key && block == EFUSE_BLK_KEY3;
    return holds ? ESP_EFUSE_KEY_PURPOSE_HMAC_UP : ESP_EFUSE_KEY_PURPOSE_USER;
}

/* Not an HMAC: the same for the same message, and another for another. */
esp_err_t esp_hmac_calculate(hmac_key_id_t key_id, const void *message, size_t message_len, uint8_t *hmac)
{
    if (key_id != HMAC_KEY3 || !the_world.has_fused_key) {
        return ESP_FAIL;
    }
    for (size_t i = 0; i < 32; i++) {
        hmac[i] = (uint8_t)(0x5c + i + ((const uint8_t *)message)[i % message_len]);
    }
    return ESP_OK;
}

static FILE *open_nvs(const char *mode)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/nvs.bin", the_world.folder);
    return fopen(path, mode);
}

esp_err_t nvs_flash_init(void)
{
    return the_world.nvs_of_other_firmware ? ESP_ERR_NVS_NEW_VERSION_FOUND : ESP_OK;
}

esp_err_t nvs_flash_erase(void)
{
    the_world.nvs_of_other_firmware = false;
    world_say("nvs erased");
    return ESP_OK;
}

esp_err_t nvs_open(const char *namespace_name, nvs_open_mode_t open_mode, nvs_handle_t *out_handle)
{
    *out_handle = 1;
    return strcmp(namespace_name, "warmhello") == 0 && open_mode == NVS_READWRITE ? ESP_OK : ESP_FAIL;
}

/* The one entry that there is. */
esp_err_t nvs_get_blob(nvs_handle_t handle, const char *key, void *out_value, size_t *length)
{
    (void)handle;
    FILE *file = open_nvs("rb");
    if (file == NULL || strcmp(key, "seal") != 0) {
        return ESP_ERR_NVS_NOT_FOUND;
    }
    *length = fread(out_value, 1, *length, file);
    (void)fclose(file);
    return ESP_OK;
}

esp_err_t nvs_set_blob(nvs_handle_t handle, const char *key, const void *value, size_t length)
{
    (void)handle;
    (void)key;
    FILE *file = open_nvs("wb");
    bool written = file != NULL && fwrite(value, 1, length, file) == length && fclose(file) == 0;
    return written ? ESP_OK : ESP_FAIL;
}

esp_err_t nvs_commit(nvs_handle_t handle)
{
    (void)handle;
    return ESP_OK;
}

void nvs_close(nvs_handle_t handle)
{
    (void)handle;
}

/* ---- Pins ---- */

esp_err_t gpio_reset_pin(gpio_num_t gpio_num)
{
    (void)gpio_num;
    return ESP_OK;
}

esp_err_t gpio_set_direction(gpio_num_t gpio_num, gpio_mode_t mode)
{
    (void)gpio_num;
    (void)mode;
    return ESP_OK;
}

esp_err_t gpio_set_pull_mode(gpio_num_t gpio_num, gpio_pull_mode_t pull)
{
    (void)gpio_num;
    (void)pull;
    return ESP_OK;
}

esp_err_t gpio_set_level(gpio_num_t gpio_num, uint32_t level)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    static uint32_t levels;
    (void)pthread_mutex_lock(&mutex);
    if ((levels >> gpio_num & 1) != level) {
        levels ^= 1U << gpio_num;
        world_say("pin %d %u", gpio_num, (unsigned)level);
    }
    (void)pthread_mutex_unlock(&mutex);
    return ESP_OK;
}

int gpio_get_level(gpio_num_t gpio_num)
{
    (void)gpio_num;
    return the_world.strapped ? 0 : 1;
}

/* ---- Event descriptors: Linux has its own ---- */

esp_err_t esp_vfs_eventfd_register(const esp_vfs_eventfd_config_t *config)
{
    (void)config;
    return ESP_OK;
}
