# Which forgotten awaits a compiler warns of: CXX, and GCC where that is installed.
set(include "")
if(ASIO)
  set(include "-isystem${ASIO}")
endif()

function(compile compiler mistake expected)
  execute_process(COMMAND "${compiler}" -std=c++20 -Wall -Wextra -fsyntax-only ${include}
      -DASIO_HAS_CO_AWAIT=1 -DASIO_HAS_STD_COROUTINE=1 -D${mistake} "${SOURCE}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0 OR NOT output MATCHES "${expected}")
    message(FATAL_ERROR "${compiler} was to say '${expected}' of ${mistake}, and said (${result}):\n${output}")
  endif()
endfunction()

foreach(compiler IN ITEMS "${CXX}" "${GCC}")
  if(compiler)
    compile("${compiler}" DROPPED "nodiscard.*-Wunused-result")
    compile("${compiler}" MARKED "nodiscard.*-Wunused-result")
    foreach(mistake IN ITEMS AWAITED NAMED UNMARKED)
      compile("${compiler}" ${mistake} "^$")
    endforeach()
  endif()
endforeach()
