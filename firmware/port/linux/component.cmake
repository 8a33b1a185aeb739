# This firmware as a component on ESP-IDF's target "linux", where an app is a program of the desk: the core, its adapters for
# ESP-IDF's clients, and the machine of port/host. firmware/CMakeLists.txt includes it there.

get_filename_component(firmware "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

file(GLOB sources "${firmware}/base/*.c" "${firmware}/core/src/*.c" "${firmware}/service/src/*.c" "${firmware}/wake/src/*.c"
  "${firmware}/provision/src/*.c" "${firmware}/port/bsd/src/*.c" "${firmware}/port/esp_tls/src/*.c"
  "${CMAKE_CURRENT_LIST_DIR}/src/*.c")
# ESP-IDF before 6.0 takes no other TLS stack than its own.
if(CONFIG_ESP_TLS_CUSTOM_STACK)
  file(GLOB stack_sources "${firmware}/port/esp_tls/src/stack/*.c")
  list(APPEND sources ${stack_sources})
endif()
# The rest of port/host is for Node.
list(APPEND sources "${firmware}/port/host/src/port_host.c" "${firmware}/port/host/src/flash_file.c")

idf_component_register(
  SRCS ${sources}
  INCLUDE_DIRS "${firmware}/core/include" "${firmware}/service/include" "${firmware}/wake/include"
    "${firmware}/provision/include" "${firmware}/port/bsd/include" "${firmware}/port/esp_tls/include"
    "${firmware}/port/host/include"
  PRIV_INCLUDE_DIRS "${firmware}/base" "${firmware}/core/src" "${firmware}/port/esp_tls/src"
  REQUIRES esp-tls tcp_transport
  PRIV_REQUIRES freertos log)

include("${firmware}/port/esp_tls/adapters.cmake")

# A moment that has certainly passed when the program runs.
string(TIMESTAMP built_s "%s" UTC)
set_source_files_properties("${firmware}/port/host/src/port_host.c" PROPERTIES COMPILE_DEFINITIONS WH_BUILT_S=${built_s})

# wolfSSL as everywhere else: the same sources, the same settings.
include("${firmware}/wolfssl/wolfssl.cmake")
target_link_libraries(${COMPONENT_LIB} PUBLIC warmhello_wolfssl)
target_link_libraries(warmhello_wolfssl INTERFACE ${COMPONENT_LIB}) # it asks the core about dates
