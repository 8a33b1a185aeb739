# wolfSSL as a static library from WOLFSSL_DIR, configured by user_settings.h.
set(WOLFSSL_DIR "" CACHE PATH "wolfSSL source tree of the version pinned in Cargo.toml")
if(NOT EXISTS "${WOLFSSL_DIR}/wolfssl/version.h")
  message(FATAL_ERROR "WOLFSSL_DIR must name a wolfSSL source tree; run `npm run setup`, which vendors one")
endif()

set(wolfssl_sources
  src/internal.c src/keys.c src/ssl.c src/tls.c src/tls13.c src/wolfio.c
  wolfcrypt/src/aes.c wolfcrypt/src/asn.c wolfcrypt/src/chacha.c
  wolfcrypt/src/chacha20_poly1305.c wolfcrypt/src/coding.c wolfcrypt/src/cpuid.c
  wolfcrypt/src/curve25519.c wolfcrypt/src/ecc.c wolfcrypt/src/fe_operations.c
  wolfcrypt/src/hash.c wolfcrypt/src/hmac.c wolfcrypt/src/kdf.c wolfcrypt/src/memory.c
  wolfcrypt/src/poly1305.c wolfcrypt/src/random.c wolfcrypt/src/rsa.c
  wolfcrypt/src/sha256.c wolfcrypt/src/sha512.c wolfcrypt/src/signature.c
  wolfcrypt/src/sp_c32.c wolfcrypt/src/sp_c64.c wolfcrypt/src/sp_int.c
  wolfcrypt/src/wc_encrypt.c wolfcrypt/src/wc_port.c wolfcrypt/src/wolfmath.c)
list(TRANSFORM wolfssl_sources PREPEND "${WOLFSSL_DIR}/")

add_library(wolfssl STATIC ${wolfssl_sources})
target_include_directories(wolfssl SYSTEM PUBLIC "${WOLFSSL_DIR}" "${CMAKE_CURRENT_LIST_DIR}")
target_compile_definitions(wolfssl PUBLIC WOLFSSL_USER_SETTINGS)
target_compile_options(wolfssl PRIVATE -w) # another project's warnings are not ours to act on
