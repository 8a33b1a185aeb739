# This firmware as a component of ESP-IDF; firmware/CMakeLists.txt includes it there.
#
# With CONFIG_WARMHELLO_DEVICESCRIPT it takes the place of the socket layer of DeviceScript's firmware, by
# --wrap: that firmware may be the component in devicescript/ beside this file, or be the project itself,
# a checkout of devicescript-esp32 built with EXTRA_COMPONENT_DIRS=.../firmware. Without it the component
# is the core and its platform, for projects in C.

set(port "${CMAKE_CURRENT_LIST_DIR}")
get_filename_component(firmware "${port}/../.." ABSOLUTE)

file(GLOB sources "${firmware}/base/*.c" "${firmware}/core/src/*.c" "${firmware}/service/src/*.c" "${firmware}/wake/src/*.c"
  "${firmware}/provision/src/*.c" "${port}/src/*.c" "${port}/src/*/*.c")
# What needs DeviceScript's runtime, and what it calls that is ours.
file(GLOB devicescript_sources "${port}/src/devicescript/*.c")
set(wrapped_devicescript app_init_services jd_tcpsock_close jd_tcpsock_init jd_tcpsock_is_available
  jd_tcpsock_new jd_tcpsock_process jd_tcpsock_write jd_wifi_connect jd_wifi_init jd_wifi_start_scan uart_log_dmesg)
set(wrapped esp_deep_sleep_start esp_sleep_enable_timer_wakeup)

set(includes "${firmware}/core/include" "${firmware}/service/include" "${firmware}/wake/include" "${firmware}/provision/include"
  "${port}/include")
set(private_includes "${firmware}/base" "${firmware}/core/src" "${firmware}/port/bsd/include" "${port}/src")
if(CONFIG_WARMHELLO_DEVICESCRIPT)
  # The app, which `warmhello build` has made.
  set(WARMHELLO_PROGRAM "${firmware}/../build/program/${IDF_TARGET}" CACHE PATH "Folder of the app's program.c")
  list(APPEND sources "${firmware}/service/jacdac/service_jacdac.c" "${WARMHELLO_PROGRAM}/program.c")
  list(APPEND private_includes "${firmware}/service/jacdac/include")
  list(APPEND wrapped ${wrapped_devicescript})
  if(IDF_TARGET STREQUAL "esp32") # which has no sensor
    list(REMOVE_ITEM sources "${port}/src/devicescript/temperature.c")
  else()
    list(APPEND wrapped temperature_sensor_install temperature_sensor_get_celsius)
  endif()
else()
  list(REMOVE_ITEM sources ${devicescript_sources})
endif()

# For apps of ESP-IDF's own clients, and of sockets.
if(NOT CONFIG_WARMHELLO_DEVICESCRIPT)
  file(GLOB esp_tls_sources "${firmware}/port/bsd/src/*.c" "${firmware}/port/esp_tls/src/*.c")
  # ESP-IDF before 6.0 takes no other TLS stack than its own.
  if(CONFIG_ESP_TLS_CUSTOM_STACK)
    file(GLOB stack_sources "${firmware}/port/esp_tls/src/stack/*.c")
    list(APPEND esp_tls_sources ${stack_sources})
  endif()
  list(APPEND sources ${esp_tls_sources})
  list(APPEND includes "${firmware}/port/bsd/include" "${firmware}/port/esp_tls/include")
  list(APPEND private_includes "${firmware}/port/esp_tls/src")
endif()

# Headers for which later versions have a component of their own: pins since 5.3; the key in the fuses, and the UART's
# registers, since 6.0.
if(EXISTS "$ENV{IDF_PATH}/components/esp_driver_gpio")
  set(pins esp_driver_gpio)
else()
  set(pins driver)
endif()
set(split_off "")
foreach(component esp_security esp_hal_uart esp-tls)
  if(EXISTS "$ENV{IDF_PATH}/components/${component}")
    list(APPEND split_off ${component})
  endif()
endforeach()

idf_component_register(
  SRCS ${sources}
  INCLUDE_DIRS ${includes}
  PRIV_INCLUDE_DIRS ${private_includes}
  REQUIRES esp_hw_support esp_system log
  PRIV_REQUIRES ${pins} ${split_off} efuse esp_event esp_netif esp_partition esp_timer esp_wifi lwip nvs_flash spi_flash
    tcp_transport vfs)

include("${firmware}/port/esp_tls/adapters.cmake")

# The boards leave ESP-IDF's own lines out; ours are few, and the list of docs/HARDWARE.md looks for them.
target_compile_definitions(${COMPONENT_LIB} PRIVATE LOG_LOCAL_LEVEL=ESP_LOG_INFO)

target_compile_definitions(${COMPONENT_LIB} PUBLIC WH_PEERS_MAX=${CONFIG_WARMHELLO_PEERS})

if(CONFIG_WARMHELLO_PEM_ONLY)
  target_compile_definitions(${COMPONENT_LIB} PRIVATE WH_PEM_ONLY)
endif()

# For Xtensa wolfSSL takes its small code for curves, which takes the same time for each key, and says so by #warning; ESP-IDF
# 6.0 makes that an error.
target_compile_options(${COMPONENT_LIB} PRIVATE -Wno-cpp)

# A moment that has certainly passed when the firmware runs.
string(TIMESTAMP built_s "%s" UTC)
set_source_files_properties("${port}/src/machine/platform_esp32.c" PROPERTIES COMPILE_DEFINITIONS WH_BUILT_S=${built_s})

# wolfSSL as everywhere else: the same sources, the same settings.
include("${firmware}/wolfssl/wolfssl.cmake")
target_link_libraries(${COMPONENT_LIB} PUBLIC warmhello_wolfssl)
target_link_libraries(warmhello_wolfssl INTERFACE ${COMPONENT_LIB}) # it asks the core about dates
if(CONFIG_WARMHELLO_HARDWARE_CRYPTO)
  set(espressif "${WOLFSSL_DIR}/wolfcrypt/src/port/Espressif")
  target_sources(warmhello_wolfssl PRIVATE "${espressif}/esp32_aes.c" "${espressif}/esp32_sha.c" "${espressif}/esp32_util.c")
  target_compile_definitions(warmhello_wolfssl PUBLIC WH_WOLFSSL_HARDWARE)
endif()

if(CONFIG_WARMHELLO_DEVICESCRIPT)
  idf_build_get_property(components BUILD_COMPONENTS)
  if(devicescript IN_LIST components)
    idf_component_optional_requires(PRIVATE devicescript)
  else() # targets of the project, which it makes after this
    target_link_libraries(${COMPONENT_LIB} PRIVATE jacdac devicescript)
  endif()
endif()
foreach(symbol ${wrapped})
  # Undefined first, so that the library is looked into whatever its place on the command line is.
  target_link_libraries(${COMPONENT_LIB} INTERFACE "-Wl,--wrap=${symbol}" "-Wl,--undefined=__wrap_${symbol}")
endforeach()
