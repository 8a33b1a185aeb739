#include "sleep.h"

#include <stdbool.h>

#include "core_lock.h"
#include "esp_log.h"
#include "esp_private/system_internal.h"
#include "esp_sleep.h"
#include "platform_esp32.h"
#include "sntp_clock.h"
#include "tls_task.h"
#include "wake_log.h"
#include "wifi.h"

/* A ticket takes a quarter of a second at most, the goodbye half a one, an erase of flash a tenth. */
enum { SETTLE_MS = 1500, SETTLE_NOW_MS = 1000, TIME_MS = 1000 };

static const char tag[] = "warmhello";
static bool is_prepared;

void wh_sleep_prepare(void)
{
    if (is_prepared || !wh_wake_log_begin() || !wh_core_lock_make()) {
        return;
    }
    is_prepared = true;
    if (!wh_tls_settle(false, SETTLE_MS) && !wh_tls_settle(true, SETTLE_NOW_MS)) {
        ESP_LOGW(tag, "sleep did not wait for the connection to close: its session may be lost");
    }
    wh_sntp_end(wh_tls_has_network() ? TIME_MS : 0);
    wh_wifi_stop();
    ESP_LOGI(tag, "TLS task: %u bytes of stack never used", (unsigned)wh_tls_stack_left());
    wh_wake_log_end();
    wh_core_lock();
    uint64_t now_us = wh_port_elapsed_us();
    wh_port_memory.last_us = now_us;
    wh_port_memory.slept_us = now_us;
    wh_core_unlock();
}

/* Upstream's standby and reset end here, and so does any program that is linked with
 * --wrap=esp_deep_sleep_start. Not target_standby: the runtime has a weak one beside its caller, where the
 * linker wraps nothing. Nor esp_deep_sleep(), which calls it from its own file. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
void __real_esp_deep_sleep_start(void) __attribute__((noreturn));
void __wrap_esp_deep_sleep_start(void) __attribute__((noreturn));

/* A panic ends here too: upstream's panic_restart() sleeps for 20 ms, to take a board off USB. There, other
 * tasks stand still with the locks that they have, and a sleep would be taken for an ordered one. So the chip
 * is reset, as a whole, which takes it off USB as well; RTC memory stays, and its checks say what of it is
 * sound. The panic handler notes its reason before it restarts, and nobody else does. */
static bool is_panic(void)
{
    return esp_reset_reason_get_hint() != ESP_RST_UNKNOWN;
}

void __wrap_esp_deep_sleep_start(void)
{
    if (is_panic()) {
        esp_restart_noos_dig();
    }
    wh_sleep_prepare();
    __real_esp_deep_sleep_start();
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
