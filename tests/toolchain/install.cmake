file(REMOVE_RECURSE "${FOLDER}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${FOLDER}/bin/overlap" api --latency 20ms --width 60 OUTPUT_VARIABLE picture
  COMMAND_ERROR_IS_FATAL ANY)
if(NOT picture MATCHES "Total: ")
  message(FATAL_ERROR "the installed overlap drew no picture:\n${picture}")
endif()
