/* The chip's temperature below the range that DeviceScript's firmware asks for. */
#include "visit.h"

#include <math.h>

#include "driver/temperature_sensor.h"

/* Others' names. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
esp_err_t __wrap_temperature_sensor_install(const temperature_sensor_config_t *config,
                                            temperature_sensor_handle_t *out);
esp_err_t __wrap_temperature_sensor_get_celsius(temperature_sensor_handle_t sensor, float *out_celsius);
esp_err_t __real_temperature_sensor_install(const temperature_sensor_config_t *config,
                                            temperature_sensor_handle_t *out);
esp_err_t __real_temperature_sensor_get_celsius(temperature_sensor_handle_t sensor, float *out_celsius);

/* The driver as it is in ESP-IDF 5.0.2. */
static struct {
    temperature_sensor_config_t range;
    float celsius;
    bool is_enabled;
} driver;

esp_err_t __real_temperature_sensor_install(const temperature_sensor_config_t *config,
                                            temperature_sensor_handle_t *out)
{
    driver.range = *config;
    *out = (temperature_sensor_handle_t)&driver;
    return ESP_OK;
}

esp_err_t __real_temperature_sensor_get_celsius(temperature_sensor_handle_t sensor, float *out_celsius)
{
    assert_ptr_equal(sensor, &driver);
    if (!driver.is_enabled) {
        return ESP_ERR_INVALID_STATE;
    }
    *out_celsius = driver.celsius;
    bool is_inside =
        driver.celsius >= (float)driver.range.range_min && driver.celsius <= (float)driver.range.range_max;
    return is_inside ? ESP_OK : ESP_FAIL;
}

static temperature_sensor_handle_t installed(void)
{
    temperature_sensor_handle_t sensor = NULL;
    const temperature_sensor_config_t upstreams = {.range_min = 20, .range_max = 100};
    assert_int_equal(__wrap_temperature_sensor_install(&upstreams, &sensor), ESP_OK);
    driver.is_enabled = true;
    return sensor;
}

TEST_CASE(cold_is_a_reading_and_no_error)
{
    static const float readings[] = {-39.0F, -10.5F, -9.0F, 0.0F, 19.5F, 20.0F, 52.0F, 101.0F};
    temperature_sensor_handle_t sensor = installed();
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        float celsius = NAN;
        driver.celsius = readings[i];
        assert_int_equal(__wrap_temperature_sensor_get_celsius(sensor, &celsius), ESP_OK);
        assert_true(celsius == readings[i]);
    }
}

TEST_CASE(the_range_is_the_most_exact_one)
{
    (void)installed();
    assert_int_equal(driver.range.range_min, -10);
    assert_int_equal(driver.range.range_max, 80);
}

TEST_CASE(what_is_no_reading_stays_an_error)
{
    float celsius = 1.0F;
    temperature_sensor_handle_t sensor = installed();
    driver.is_enabled = false;
    assert_int_equal(__wrap_temperature_sensor_get_celsius(sensor, &celsius), ESP_ERR_INVALID_STATE);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp,readability-identifier-naming) */
