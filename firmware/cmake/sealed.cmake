# A library of ours and wolfSSL in one object, out of which only names that begin with wh_ can be seen: a program may have
# another wolfSSL beside it, of other settings.
#
#   wh_seal(TARGET LIBRARY...)    makes the static library TARGET out of all of these
function(wh_seal target)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS}")
  if(CMAKE_C_COMPILER_TARGET)
    list(APPEND flags "${CMAKE_C_COMPILE_OPTIONS_TARGET}${CMAKE_C_COMPILER_TARGET}")
  endif()
  set(archives ${ARGN})
  list(TRANSFORM archives REPLACE "(.+)" "$<TARGET_FILE:\\1>")
  set(object "${CMAKE_CURRENT_BINARY_DIR}/${target}.o")
  add_custom_command(OUTPUT "${object}"
    COMMAND "${CMAKE_C_COMPILER}" ${flags} -fno-lto -r -nostdlib -o "${object}" -Wl,--whole-archive ${archives} -Wl,--no-whole-archive
    COMMAND "${CMAKE_OBJCOPY}" --wildcard "--keep-global-symbol=wh_*" "${object}"
    DEPENDS ${ARGN}
    COMMENT "Sealing ${target}"
    VERBATIM)
  add_library(${target} STATIC "${object}")
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C)
endfunction()
