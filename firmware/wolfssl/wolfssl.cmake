# wolfSSL as the static library warmhello_wolfssl, configured by user_settings.h. Its source is in WOLFSSL_DIR, which is a
# variable of CMake or of the environment, or else beside this file, as in the packed component, or where this checkout's
# set-up puts it.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/VERSION" wolfssl_version)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/VERSION")
set(WOLFSSL_DIR "" CACHE PATH "wolfSSL's source, of the version in firmware/wolfssl/VERSION; empty for the one that set-up fetched")
if(NOT WOLFSSL_DIR AND DEFINED ENV{WOLFSSL_DIR})
  set(WOLFSSL_DIR "$ENV{WOLFSSL_DIR}")
elseif(NOT WOLFSSL_DIR AND EXISTS "${CMAKE_CURRENT_LIST_DIR}/source")
  set(WOLFSSL_DIR "${CMAKE_CURRENT_LIST_DIR}/source")
elseif(NOT WOLFSSL_DIR)
  get_filename_component(WOLFSSL_DIR "${CMAKE_CURRENT_LIST_DIR}/../../build/wolfssl-${wolfssl_version}" ABSOLUTE)
endif()
if(NOT EXISTS "${WOLFSSL_DIR}/wolfssl/version.h")
  message(FATAL_ERROR "warmhello needs the source of wolfSSL ${wolfssl_version}, and there is none in '${WOLFSSL_DIR}'. "
    "Unpack that release and set WOLFSSL_DIR to its folder; in a checkout of warmhello, `npm run setup` fetches it.")
endif()
file(STRINGS "${WOLFSSL_DIR}/wolfssl/version.h" wolfssl_found REGEX LIBWOLFSSL_VERSION_STRING)
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" wolfssl_found "${wolfssl_found}")
if(NOT wolfssl_found STREQUAL wolfssl_version)
  message(FATAL_ERROR "warmhello needs wolfSSL ${wolfssl_version}; WOLFSSL_DIR, '${WOLFSSL_DIR}', holds ${wolfssl_found}.")
endif()

# One list for every build system.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/sources.txt" wolfssl_sources)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/sources.txt")
list(TRANSFORM wolfssl_sources PREPEND "${WOLFSSL_DIR}/")
foreach(mended tls13_mended internal_any_path ecc_special_only random_no_self_test sha256_on_stack)
  list(APPEND wolfssl_sources "${CMAKE_CURRENT_LIST_DIR}/${mended}.c")
endforeach()

# wolfSSL's own CMake files name their library wolfssl: a project may have both.
add_library(warmhello_wolfssl STATIC ${wolfssl_sources})
target_include_directories(warmhello_wolfssl SYSTEM PUBLIC "${WOLFSSL_DIR}" "${CMAKE_CURRENT_LIST_DIR}")
target_compile_definitions(warmhello_wolfssl PUBLIC WOLFSSL_USER_SETTINGS)
target_compile_options(warmhello_wolfssl PRIVATE -w) # another project's warnings are not ours to act on
