file(GLOB_RECURSE library_sources ${PEER_DIR}/src/*.c)
target_sources(${PEER} PRIVATE ${library_sources})
target_include_directories(${PEER} SYSTEM PUBLIC ${PEER_DIR}/inc PRIVATE ${PEER_DIR}/src)
# The machine has no clock and no entropy of its own: stack.c gives both.
target_compile_definitions(${PEER} PRIVATE BR_USE_UNIX_TIME=0 BR_USE_URANDOM=0)
# Reads the CA for the bench on this machine as well.
set(own_sources ../../bench/bearssl_anchor.c)
