# What a real gdb shows of values.cpp by the printers in `folder`: each line of `expected` is an expression and what is printed of it.
cmake_minimum_required(VERSION 3.21)
set(expected
    "floats|float32 [2, 2] = {1, 2.5, -3, 4}"
    "bytes|uint8 [3] = {65, 66, 255}"
    "parts|complex128 [1] = {1, -2}"
    "none|not initialized"
    "large.dims_|[300, 10]"
    "ref|\"w\": float32 [2, 2] = {1, 2.5, -3, 4}"
    "scope|Scope of 1 variables = {fc_0.b_0 = uint8 [3] = {65, 66, 255}}"
    "numbers|sequence of 2 = {7, 8}"
    "good|success: 5"
    "done|success"
    "bad|truncated: cut [offset 12, variable w]"
    "bad.error_.held_->variable|\"w\"")
set(asked)
foreach(one IN LISTS expected)
    string(REGEX MATCH "^[^|]*" expression "${one}")
    list(APPEND asked -ex "output ${expression}" -ex "echo \\n")
endforeach()
set(ENV{WHERRY_NATVIS} ${folder}/wherry.natvis)
execute_process(COMMAND ${gdb} -nx -batch -ex "set debuginfod enabled off" -ex "source ${folder}/wherry.py" -ex "set width 0"
    -ex "break stop_here" -ex run -ex up -ex "echo VALUES\\n" ${asked}
    -ex "output large" -ex "echo \\n" -x ${CMAKE_CURRENT_LIST_DIR}/natvis.py ${program}
    OUTPUT_VARIABLE said ERROR_VARIABLE errors)
if(errors MATCHES "ptrace|Could not trace")
    message("wherry: gdb may not trace here")
    return()
endif()
string(FIND "${said}" "VALUES\n" at)
if(at EQUAL -1)
    message(FATAL_ERROR "gdb did not stop: ${said}${errors}")
endif()
string(SUBSTRING "${said}" ${at} -1 said)
foreach(one IN LISTS expected)
    string(REGEX REPLACE "^[^|]*.(.*)$" "\\1" value "${one}")
    string(FIND "${said}" "\n${value}\n" at)
    if(at EQUAL -1)
        message(SEND_ERROR "gdb does not show: ${value}\n${said}${errors}")
    endif()
endforeach()
if(NOT said MATCHES "int64 .300, 10. = {[^}]*\\.\\.\\.}")
    message(SEND_ERROR "gdb does not cut a large tensor: ${said}")
endif()
if(NOT said MATCHES "\nnatvis: [0-9][0-9]+ members\n")
    message(SEND_ERROR "wherry.natvis names what is not there: ${errors}")
endif()
