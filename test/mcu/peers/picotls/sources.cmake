# The files of picotls's own "minicrypto". It knows TLS 1.3 as its last draft, 28, which differs from RFC 8446 on the wire
# by the version's number alone: that number is replaced.
set(rfc8446 "${CMAKE_CURRENT_BINARY_DIR}/picotls.c")
file(READ "${PEER_DIR}/lib/picotls.c" text)
string(REPLACE "PTLS_PROTOCOL_VERSION_DRAFT28 0x7f1c" "PTLS_PROTOCOL_VERSION_DRAFT28 0x0304" changed "${text}")
if(changed STREQUAL text)
  message(FATAL_ERROR "${PEER_DIR}/lib/picotls.c names no draft 28 of TLS 1.3")
endif()
file(WRITE "${rfc8446}" "${changed}")

set(cifra aes.c blockwise.c chacha20.c chash.c curve25519.c drbg.c gcm.c gf128.c hmac.c modes.c poly1305.c sha256.c
  sha512.c)
list(TRANSFORM cifra PREPEND "${PEER_DIR}/deps/cifra/src/")
target_sources(${PEER} PRIVATE "${rfc8446}" ${PEER_DIR}/lib/cifra.c ${PEER_DIR}/lib/uecc.c
  ${PEER_DIR}/deps/micro-ecc/uECC.c ${cifra})
# Not as a system's folder: picolibc has a picotls.h of its own, which would be found first.
target_include_directories(${PEER} PUBLIC ${PEER_DIR}/include
  PRIVATE ${PEER_DIR}/lib ${PEER_DIR}/deps/cifra/src ${PEER_DIR}/deps/cifra/src/ext ${PEER_DIR}/deps/micro-ecc)
# Its memory is counted.
target_compile_definitions(${PEER} PRIVATE malloc=picotls_malloc free=device_release O_CLOEXEC=0)
