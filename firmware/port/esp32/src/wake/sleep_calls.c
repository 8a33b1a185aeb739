#include "wake/sleep_calls.h"

#include <stdatomic.h>
#include <stddef.h>

#include "esp_sleep.h"

static void (*_Atomic preparation)(void);

static uint64_t asked_us;

void wh_sleep_calls_prepare(void (*prepare)(void))
{
    atomic_store(&preparation, prepare);
}

uint64_t wh_sleep_calls_asked_us(void)
{
    return asked_us;
}

/* Upstream's standby and reset end here, and so does any program that is linked with
 * --wrap=esp_deep_sleep_start. Not target_standby: the runtime has a weak one beside its caller, where the
 * linker wraps nothing. Nor esp_deep_sleep(), which calls it from its own file. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
void __real_esp_deep_sleep_start(void) __attribute__((noreturn));
void __wrap_esp_deep_sleep_start(void) __attribute__((noreturn));

void __wrap_esp_deep_sleep_start(void)
{
    void (*prepare)(void) = atomic_load(&preparation);
    if (prepare != NULL) {
        prepare();
    }
    __real_esp_deep_sleep_start();
}

/* Whoever sets the timer, but for esp_deep_sleep(). */
esp_err_t __real_esp_sleep_enable_timer_wakeup(uint64_t time_in_us);
esp_err_t __wrap_esp_sleep_enable_timer_wakeup(uint64_t time_in_us);

esp_err_t __wrap_esp_sleep_enable_timer_wakeup(uint64_t time_in_us)
{
    asked_us = time_in_us;
    return __real_esp_sleep_enable_timer_wakeup(time_in_us);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
