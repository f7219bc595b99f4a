# The options of compiler and qemu for the boards: `flags`, `machine`, `script` and `tick_ns_e2` for `board`; `run`, which fails with what
# a command said; `compile_for_board(OUT source... flag...)`.
set(board_dir ${source}/examples/embedded/board)
if(board STREQUAL "an386")  # Cortex-M4
    set(machine mps2-an386)
    set(flags -mcpu=cortex-m4 -mfpu=fpv4-sp-d16)
    set(script mps2.ld)
    set(tick_ns_e2 4000)
elseif(board STREQUAL "an500")  # Cortex-M7
    set(machine mps2-an500)
    set(flags -mcpu=cortex-m7 -mfpu=fpv5-sp-d16)
    set(script mps2.ld)
    set(tick_ns_e2 4000)
else()  # Cortex-M55
    set(machine mps3-an547)
    set(flags -mcpu=cortex-m55)
    set(script mps3.ld)
    set(tick_ns_e2 3125)
endif()

function(run out)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE said ERROR_VARIABLE errors)
    if(NOT code EQUAL 0)
        string(REPLACE ";" " " line "${ARGN}")
        message(FATAL_ERROR "failed (${code}): ${line}\n${said}${errors}")
    endif()
    set(${out} "${said}${errors}" PARENT_SCOPE)  # qemu writes what a board says to standard error
endfunction()

function(compile_for_board out)
    run(said ${arm_cxx} -std=c++20 ${flags} -mfloat-abi=hard -mthumb -ffunction-sections -fdata-sections -fno-exceptions -fno-rtti
        -fno-threadsafe-statics -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Werror -Wno-volatile
        -DBOARD_TICK_NANOSECONDS_E2=${tick_ns_e2} -I${source}/include -I${board_dir} -nostartfiles -L${board_dir} -T ${script} -Wl,--gc-sections
        ${ARGN} ${board_dir}/startup.cpp -o ${out})
endfunction()

function(run_on_board image out)
    run(said ${qemu} -M ${machine} -nographic -semihosting-config enable=on,target=native -icount shift=0 -kernel ${image})
    set(${out} "${said}" PARENT_SCOPE)
endfunction()
