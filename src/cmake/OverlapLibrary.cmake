# What every target of ours is built with.
add_library(overlap_options INTERFACE)
target_compile_options(overlap_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor)
# Leaving fields to their defaults is what designated initializers are for.
target_compile_options(overlap_options INTERFACE $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers>)
if(OVERLAP_WERROR)
  target_compile_options(overlap_options INTERFACE -Werror)
endif()
target_include_directories(overlap_options INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_link_libraries(overlap_options INTERFACE Threads::Threads)

if(OVERLAP_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "overlap: libFuzzer comes with clang only: apt-get install clang-19 libclang-rt-19-dev")
  endif()
  # A target of tests/fuzz adds `fuzzer` when it is linked; what it links only counts which code was reached.
  add_compile_options(-fsanitize=fuzzer-no-link)
  if(NOT OVERLAP_SANITIZE)
    set(OVERLAP_SANITIZE "address,undefined")
  endif()
endif()

# The sanitizers go on every target, Asio's compiled half included: half a sanitizer reports nonsense.
if(OVERLAP_SANITIZE)
  add_compile_options(-fsanitize=${OVERLAP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${OVERLAP_SANITIZE})
  if(OVERLAP_SANITIZE MATCHES address)
    # A test may start the program hundreds of times, and each time what the sanitizers keep of every line and global is
    # relocated, and looked through for leaks: so at fixed addresses, and without that of functions that are not linked.
    add_compile_options(-fdata-sections)
    add_link_options(-Wl,--gc-sections $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
  endif()
endif()

set(overlap_common_headers
  <algorithm> <array> <chrono> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <optional> <set> <span>
  <sstream> <string> <string_view> <utility> <vector>)

# overlap_library(render SOURCES a.cpp ... USES overlap::timeline ...) defines overlap::render. Where there is a sanitizer,
# it is compiled in one piece, which takes about half of the CPU time: headers are read, and templates compiled, once. So names are
# unique within a library, those in unnamed namespaces too. Elsewhere every file has to stand on what it includes itself.
function(overlap_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES" ${ARGN})
  add_library(overlap_${name} STATIC ${arg_SOURCES})
  add_library(overlap::${name} ALIAS overlap_${name})
  target_link_libraries(overlap_${name} PUBLIC ${arg_USES} PRIVATE overlap_options)
  target_include_directories(overlap_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  if(OVERLAP_SANITIZE)
    set_target_properties(overlap_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
  endif()
endfunction()
