# wolfSSL as a static library from WOLFSSL_DIR, configured by user_settings.h.
set(WOLFSSL_DIR "" CACHE PATH "wolfSSL source tree of the version pinned in Cargo.toml; empty for the one that set-up vendored")
if(NOT WOLFSSL_DIR)
  file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/VERSION" wolfssl_version)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/VERSION")
  get_filename_component(WOLFSSL_DIR "${CMAKE_CURRENT_LIST_DIR}/../../build/wolfssl-${wolfssl_version}" ABSOLUTE)
endif()
if(NOT EXISTS "${WOLFSSL_DIR}/wolfssl/version.h")
  message(FATAL_ERROR "WOLFSSL_DIR must name a wolfSSL source tree; run `npm run setup`, which vendors one")
endif()

# One list for every build system.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/sources.txt" wolfssl_sources)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/sources.txt")
list(TRANSFORM wolfssl_sources PREPEND "${WOLFSSL_DIR}/")
list(APPEND wolfssl_sources "${CMAKE_CURRENT_LIST_DIR}/tls13_any_ticket.c"
  "${CMAKE_CURRENT_LIST_DIR}/internal_any_path.c" "${CMAKE_CURRENT_LIST_DIR}/ecc_special_only.c")

add_library(wolfssl STATIC ${wolfssl_sources})
target_include_directories(wolfssl SYSTEM PUBLIC "${WOLFSSL_DIR}" "${CMAKE_CURRENT_LIST_DIR}")
target_compile_definitions(wolfssl PUBLIC WOLFSSL_USER_SETTINGS)
target_compile_options(wolfssl PRIVATE -w) # another project's warnings are not ours to act on
