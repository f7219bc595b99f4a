# Installs into one folder and moves the tree to another: nothing in it may remember where it was made.
file(REMOVE_RECURSE ${prefix} ${prefix}-made)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${build} --config "${config}" --prefix ${prefix}-made COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(RENAME ${prefix}-made ${prefix})
