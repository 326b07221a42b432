# One sentence for a compiler that would build a tool that lies (docs/compilers.md).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "overlap: g++ ${CMAKE_CXX_COMPILER_VERSION} silently miscompiles C++20 coroutines, so clang 16 "
    "or newer or g++ 13 or newer is needed: apt-get install clang-19, then configure again in a new build folder.")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(FATAL_ERROR "overlap: clang ${CMAKE_CXX_COMPILER_VERSION} is too old for C++20 coroutines, so clang 16 or "
    "newer or g++ 13 or newer is needed: apt-get install clang-19, then configure again in a new build folder.")
endif()
message(STATUS "Compiler: ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} (${CMAKE_CXX_COMPILER})")
