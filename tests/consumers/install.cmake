# Installs into one folder and moves the tree to another: nothing in it may remember where it was made.
file(REMOVE_RECURSE ${prefix} ${prefix}-made)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${build} --config "${config}" --prefix ${prefix}-made COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(RENAME ${prefix}-made ${prefix})

# Where the command was built, it came with its man page and completions, and a real bash takes the one for bash.
if(NOT EXISTS ${prefix}/bin/wherry)
    return()
endif()
foreach(page share/man/man1/wherry.1 share/bash-completion/completions/wherry share/zsh/site-functions/_wherry
             share/fish/vendor_completions.d/wherry.fish)
    if(NOT EXISTS ${prefix}/${page})
        message(FATAL_ERROR "the command is installed without ${page}")
    endif()
endforeach()
execute_process(COMMAND ${prefix}/bin/wherry --version COMMAND_ERROR_IS_FATAL ANY)
find_program(bash bash)
if(bash)
    execute_process(COMMAND ${bash} -c "source '${prefix}/share/bash-completion/completions/wherry' && complete -p wherry"
                    OUTPUT_VARIABLE registered COMMAND_ERROR_IS_FATAL ANY)
    if(NOT registered MATCHES "-F _wherry wherry")
        message(FATAL_ERROR "bash does not complete the installed command: ${registered}")
    endif()
endif()
