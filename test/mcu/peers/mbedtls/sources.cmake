file(GLOB library_sources ${PEER_DIR}/library/*.c)
target_sources(${PEER} PRIVATE ${library_sources})
target_compile_definitions(${PEER} PUBLIC MBEDTLS_CONFIG_FILE="settings.h")
target_include_directories(${PEER} SYSTEM PUBLIC ${PEER_DIR}/include ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_SOURCE_DIR}
  PRIVATE ${PEER_DIR}/library)
