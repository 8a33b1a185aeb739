#include "warmhello/machine_esp32.h"

#include <time.h>

#include "esp_wifi.h"
#include "machine/core_lock.h"
#include "machine/platform_esp32.h"

/* Nobody tells of the app's Wi-Fi when it goes on and off. A driver that was only made and given a mode, as
 * for a way beside Ethernet, has its radio off: this is what it does not answer then. */
static bool is_wifi_on(void)
{
    int8_t power = 0;
    return esp_wifi_get_max_tx_power(&power) == ESP_OK;
}

/* The app's calendar, if it has one: the system's begins in 1970, which is before this was built. */
static void take_time_over(void)
{
    int64_t floor_s = wh_wall_floor(&wh_port_memory.wall, wh_port_built_s());
    wh_wall_sync(&wh_port_memory.wall, (int64_t)time(NULL), floor_s, wh_port_elapsed_us());
}

int wh_esp32_machine_begin(void)
{
    return wh_core_lock_make() ? WH_OK : WH_PLATFORM_MEMORY;
}

int wh_esp32_machine_use(bool has_entropy)
{
    int result = wh_esp32_machine_begin();
    if (result != WH_OK) {
        return result;
    }
    wh_core_lock();
    wh_port_radio(has_entropy || is_wifi_on());
    result = wh_port_platform_ready();
    if (result == WH_OK) {
        take_time_over();
    }
    wh_core_unlock();
    return result;
}

void wh_esp32_machine_learn(const wh_outcome *outcome)
{
    wh_core_lock();
    wh_wall_prove(&wh_port_memory.wall, outcome->proven_s);
    wh_core_unlock();
}
