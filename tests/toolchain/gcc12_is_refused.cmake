if(NOT GCC)
  message("skipped: g++-12 is not installed")
  return()
endif()

file(REMOVE_RECURSE "${FOLDER}")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${FOLDER}" "-DCMAKE_CXX_COMPILER=${GCC}"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REGEX REPLACE "[ \n]+" " " output "${output}")
if(result EQUAL 0 OR NOT output MATCHES "silently miscompiles C\\+\\+20 coroutines, so clang 16 or newer")
  message(FATAL_ERROR "g++ 12 was not refused:\n${output}")
endif()

# The day this passes, the refusal can go.
execute_process(COMMAND "${GCC}" -std=c++20 -Wall -Wextra "${REPRODUCTION}" -o "${FOLDER}/reproduction"
  RESULT_VARIABLE compiled ERROR_VARIABLE warnings)
execute_process(COMMAND "${FOLDER}/reproduction" RESULT_VARIABLE result OUTPUT_VARIABLE output)
if(NOT compiled EQUAL 0 OR NOT warnings STREQUAL "" OR result EQUAL 0)
  message(FATAL_ERROR "g++ 12 no longer miscompiles in silence: ${compiled} ${warnings} ${result} ${output}")
endif()
message("g++ 12 compiled without a warning what prints '${output}' instead of 'seen: body,end'")
