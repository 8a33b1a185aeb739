/* What an application's configuration gives the port: build/config/sdkconfig.h. One of WH_CHECK_* says for
 * which chip. */
#ifndef SDKCONFIG_H
#define SDKCONFIG_H

#define CONFIG_RTC_CLK_SRC_INT_RC 1
#define CONFIG_SOC_RTC_FAST_MEM_SUPPORTED 1
#if defined(WH_CHECK_ESP32)
#define CONFIG_IDF_TARGET_ESP32 1
#define CONFIG_SOC_RTC_SLOW_MEM_SUPPORTED 1
#elif defined(WH_CHECK_ESP32S2)
#define CONFIG_IDF_TARGET_ESP32S2 1
#define CONFIG_SOC_RTC_SLOW_MEM_SUPPORTED 1
#elif defined(WH_CHECK_ESP32S3)
#define CONFIG_IDF_TARGET_ESP32S3 1
#define CONFIG_SOC_RTC_SLOW_MEM_SUPPORTED 1
#elif defined(WH_CHECK_ESP32C3)
#define CONFIG_IDF_TARGET_ESP32C3 1
#elif defined(WH_CHECK_LINUX)
#define CONFIG_IDF_TARGET_LINUX 1
#else
#error "compile with one of the WH_CHECK_* above"
#endif

/* What esp_tls offers beyond its defaults, so that what is refused of it is compiled. */
#ifdef WH_CHECK_ESP_IDF_5 /* which has no stacks of others */
#define CONFIG_ESP_HTTP_CLIENT_ENABLE_CUSTOM_TRANSPORT 1
#else
#define CONFIG_ESP_TLS_CUSTOM_STACK 1
#endif
#define CONFIG_ESP_TLS_PSK_VERIFICATION 1
#define CONFIG_MBEDTLS_DYNAMIC_BUFFER 1

/* firmware/Kconfig. The desk wires a pin to each channel, the compile check none. */
#define CONFIG_WARMHELLO_CONSOLE_LOG 1
#define CONFIG_WARMHELLO_TLS_STACK 8192
#define CONFIG_WARMHELLO_PEERS 1
#ifndef CONFIG_WARMHELLO_WIFI_LISTEN_INTERVAL
#define CONFIG_WARMHELLO_WIFI_LISTEN_INTERVAL 3
#endif
#ifndef CONFIG_WARMHELLO_MARKER_PIN_D0
#define CONFIG_WARMHELLO_MARKER_PIN_D0 (-1)
#define CONFIG_WARMHELLO_MARKER_PIN_D1 (-1)
#define CONFIG_WARMHELLO_MARKER_PIN_D2 (-1)
#define CONFIG_WARMHELLO_MARKER_PIN_D3 (-1)
#define CONFIG_WARMHELLO_MARKER_PIN_D4 (-1)
#define CONFIG_WARMHELLO_MARKER_PIN_D5 (-1)
#define CONFIG_WARMHELLO_MARKER_PIN_D6 (-1)
#define CONFIG_WARMHELLO_MARKER_PIN_D7 (-1)
#define CONFIG_WARMHELLO_FULL_STRAP_PIN (-1)
#endif

#endif
