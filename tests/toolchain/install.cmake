file(REMOVE_RECURSE "${FOLDER}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${FOLDER}" COMMAND_ERROR_IS_FATAL ANY)

# What shells and man(1) look for, as the program that is installed makes it.
function(expect_output_of_overlap file)
  execute_process(COMMAND "${FOLDER}/bin/overlap" ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  file(READ "${FOLDER}/share/${file}" installed)
  if(text STREQUAL "" OR NOT installed STREQUAL text)
    message(FATAL_ERROR "share/${file} is not what 'overlap ${ARGN}' prints")
  endif()
endfunction()
expect_output_of_overlap(man/man1/overlap.1 man)
expect_output_of_overlap(bash-completion/completions/overlap completion bash)
expect_output_of_overlap(zsh/site-functions/_overlap completion zsh)
expect_output_of_overlap(fish/vendor_completions.d/overlap.fish completion fish)

execute_process(COMMAND "${FOLDER}/bin/overlap" api --latency 20ms --width 60 OUTPUT_VARIABLE picture
  COMMAND_ERROR_IS_FATAL ANY)
if(NOT picture MATCHES "Total: ")
  message(FATAL_ERROR "the installed overlap drew no picture:\n${picture}")
endif()
