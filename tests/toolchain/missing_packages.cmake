# A machine without any of the libraries: nothing outside an empty folder may be found.
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}/empty")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${FOLDER}/build" "-DCMAKE_CXX_COMPILER=${CXX}"
    -DOVERLAP_TESTS=ON -DOVERLAP_BENCH=ON "-DCMAKE_FIND_ROOT_PATH=${FOLDER}/empty"
    -DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY
    -DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
string(REGEX REPLACE "[ \n]+" " " output "${output}")
set(packages "libasio-dev libcli11-dev nlohmann-json3-dev libhttp-parser-dev libhiredis-dev libsqlite3-dev liburing-dev libmd4c-dev libtomlplusplus-dev"
  " libfmt-dev doctest-dev libbenchmark-dev")
list(JOIN packages "" packages)
if(result EQUAL 0 OR NOT output MATCHES "Install them with: apt-get install -y ${packages}")
  message(FATAL_ERROR "not every missing package was named:\n${output}")
endif()
string(REGEX MATCHALL "CMake Error" errors "${output}")
list(LENGTH errors count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "expected one message, got ${count}:\n${output}")
endif()
