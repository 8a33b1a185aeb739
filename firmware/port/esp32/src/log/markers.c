#include "log/markers.h"

#include "driver/gpio.h"
#include "sdkconfig.h"

enum { CHANNELS = 8 };

/* By Kconfig, -1 for none. */
static const int8_t pins[CHANNELS] = {
    CONFIG_WARMHELLO_MARKER_PIN_D0, CONFIG_WARMHELLO_MARKER_PIN_D1, CONFIG_WARMHELLO_MARKER_PIN_D2,
    CONFIG_WARMHELLO_MARKER_PIN_D3, CONFIG_WARMHELLO_MARKER_PIN_D4, CONFIG_WARMHELLO_MARKER_PIN_D5,
    CONFIG_WARMHELLO_MARKER_PIN_D6, CONFIG_WARMHELLO_MARKER_PIN_D7,
};

static const int strap = CONFIG_WARMHELLO_FULL_STRAP_PIN;

void wh_markers_begin(void)
{
    for (int i = 0; i < CHANNELS; i++) {
        if (pins[i] >= 0) {
            (void)gpio_reset_pin((gpio_num_t)pins[i]);
            (void)gpio_set_level((gpio_num_t)pins[i], 0);
            (void)gpio_set_direction((gpio_num_t)pins[i], GPIO_MODE_OUTPUT);
        }
    }
    if (strap >= 0) {
        (void)gpio_reset_pin((gpio_num_t)strap);
        (void)gpio_set_direction((gpio_num_t)strap, GPIO_MODE_INPUT);
        (void)gpio_set_pull_mode((gpio_num_t)strap, GPIO_PULLUP_ONLY);
    }
}

void wh_markers_set(uint8_t levels)
{
    for (int i = 0; i < CHANNELS; i++) {
        if (pins[i] >= 0) {
            (void)gpio_set_level((gpio_num_t)pins[i], levels >> i & 1);
        }
    }
}

bool wh_markers_wants_full_turns(void)
{
    return strap >= 0 && gpio_get_level((gpio_num_t)strap) == 0;
}
