/* The chip's own temperature as DeviceScript's firmware reads it: that asks for a range from 20 degrees on,
 * and crashes when the driver says that a reading is outside of the range. A device outdoors would restart in
 * each wake of a cold night. */
#include <math.h>
#include <stddef.h>

#include "driver/temperature_sensor.h"
#include "esp_err.h"

/* The range that the driver knows as its most exact, to 1 degree. Beyond it a reading errs by more, and is
 * still one. */
enum { LEAST_C = -10, MOST_C = 80 };

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
esp_err_t __real_temperature_sensor_install(const temperature_sensor_config_t *config,
                                            temperature_sensor_handle_t *out);
esp_err_t __wrap_temperature_sensor_install(const temperature_sensor_config_t *config,
                                            temperature_sensor_handle_t *out);
esp_err_t __real_temperature_sensor_get_celsius(temperature_sensor_handle_t sensor, float *out_celsius);
esp_err_t __wrap_temperature_sensor_get_celsius(temperature_sensor_handle_t sensor, float *out_celsius);

esp_err_t __wrap_temperature_sensor_install(const temperature_sensor_config_t *config,
                                            temperature_sensor_handle_t *out)
{
    if (config == NULL) {
        return __real_temperature_sensor_install(config, out);
    }
    temperature_sensor_config_t wider = *config;
    wider.range_min = LEAST_C;
    wider.range_max = MOST_C;
    return __real_temperature_sensor_install(&wider, out);
}

/* The driver writes the reading first and judges it then. */
esp_err_t __wrap_temperature_sensor_get_celsius(temperature_sensor_handle_t sensor, float *out_celsius)
{
    if (out_celsius == NULL) {
        return __real_temperature_sensor_get_celsius(sensor, out_celsius);
    }
    *out_celsius = NAN;
    esp_err_t result = __real_temperature_sensor_get_celsius(sensor, out_celsius);
    return result == ESP_FAIL && !isnan(*out_celsius) ? ESP_OK : result;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
