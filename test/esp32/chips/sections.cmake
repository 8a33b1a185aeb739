# Fails unless wh_port_memory is in .rtc_noinit.
execute_process(COMMAND ${OBJDUMP} -t ${ARCHIVE} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES "O \\.rtc_noinit[^ \t]*[ \t]+[0-9a-f]+ wh_port_memory")
  string(REGEX MATCH "[^\n]* wh_port_memory" found "${symbols}")
  message(FATAL_ERROR "wh_port_memory is not in .rtc_noinit, so deep sleep would lose it: ${found}")
endif()
