/* driver/include/driver/temperature_sensor.h; on the ESP32 there is no such sensor. */
#ifndef DRIVER_TEMPERATURE_SENSOR_H
#define DRIVER_TEMPERATURE_SENSOR_H

#include "esp_err.h"

typedef enum { TEMPERATURE_SENSOR_CLK_SRC_DEFAULT } temperature_sensor_clk_src_t;

typedef struct {
    int range_min;
    int range_max;
    temperature_sensor_clk_src_t clk_src;
} temperature_sensor_config_t;

typedef struct temperature_sensor_obj_t *temperature_sensor_handle_t;

esp_err_t temperature_sensor_install(const temperature_sensor_config_t *tsens_config,
                                     temperature_sensor_handle_t *ret_tsens);
/* ESP_FAIL: outside of the range, and *out_celsius is set all the same. */
esp_err_t temperature_sensor_get_celsius(temperature_sensor_handle_t tsens, float *out_celsius);

#endif
