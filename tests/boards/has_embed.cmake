# `wherry embed --incbin` with a compiler that has #embed: the model is the literal's, bit by bit, and nothing is left to the assembler.
#   compiler
cmake_minimum_required(VERSION 3.21)
set(golden ${source}/tests/golden/embed/mlp)
file(MAKE_DIRECTORY ${scratch})
foreach(form literal embedded)
    set(options)
    if(form STREQUAL "embedded")
        set(options --incbin)
    endif()
    execute_process(COMMAND ${tool} embed ${golden} --params-file params --name ${form} --out ${scratch}/${form}.hpp ${options} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(WRITE ${scratch}/unit.cpp "#ifndef __has_embed\n#error this compiler has no #embed\n#endif
#include \"embedded.hpp\"\n#include \"literal.hpp\"\n#include <wherry/embed.hpp>\n#include <cstring>
int main() {
    float x[784], a[10], b[10];
    for (int i = 0; i < 784; ++i) x[i] = static_cast<float>(i % 17) / 17;
    wherry::embed::network<embedded>::run(x, a);
    wherry::embed::network<literal>::run(x, b);
    return std::memcmp(a, b, sizeof a) == 0 && a[0] > 0 ? 0 : 1;
}\n")
execute_process(COMMAND ${compiler} -std=c++20 -O1 -Wall -Wextra -Werror -I${source}/include ${scratch}/unit.cpp -o ${scratch}/unit COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${scratch}/unit RESULT_VARIABLE code)
if(NOT code EQUAL 0)
    message(FATAL_ERROR "wherry: the network of #embed answers otherwise than that of the literal (${code})")
endif()
file(STRINGS ${scratch}/embedded.hpp assembly REGEX "incbin")
if(NOT assembly)
    message(FATAL_ERROR "wherry: the header has no form for compilers without #embed")
endif()
