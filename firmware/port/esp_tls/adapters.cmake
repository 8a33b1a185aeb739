# What the adapters for ESP-IDF's clients need of it; a component.cmake includes this after it has registered the component.
if(CONFIG_WARMHELLO_DEVICESCRIPT)
  return()
endif()

# esp_transport_internal.h: where a transport keeps its errors.
idf_component_get_property(transport_folder tcp_transport COMPONENT_DIR)
target_include_directories(${COMPONENT_LIB} PRIVATE "${transport_folder}/private_include")

if(NOT CONFIG_ESP_TLS_CUSTOM_STACK)
  return()
endif()

# esp_tls_private.h, in which a stack keeps what is its own (ESP-IDF's documentation of esp_tls).
idf_component_get_property(esp_tls_folder esp-tls COMPONENT_DIR)
target_include_directories(${COMPONENT_LIB} PRIVATE "${esp_tls_folder}/private_include")

# ESP-IDF tells nobody which certificate bundle the app has set.
if(CONFIG_MBEDTLS_CERTIFICATE_BUNDLE)
  target_link_libraries(${COMPONENT_LIB} INTERFACE "-Wl,--wrap=esp_crt_bundle_set" "-Wl,--undefined=__wrap_esp_crt_bundle_set")
endif()
