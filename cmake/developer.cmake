# The target that wherry's own tests, examples and benchmarks link. Nothing of it reaches a consumer.

set(WHERRY_SANITIZE "" CACHE STRING "Sanitizers for tests and examples, for example: address;undefined")
option(WHERRY_NO_EXCEPTIONS "Build tests and examples with -fno-exceptions -fno-rtti" OFF)
option(WHERRY_HEADER_ONLY "Build tests, examples and the command header-only, as builds with sanitizers or without exceptions always are" OFF)

get_property(_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(PROJECT_IS_TOP_LEVEL AND NOT _multi_config AND NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)  # -O2 -g
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(wherry-developer INTERFACE)
target_link_libraries(wherry-developer INTERFACE wherry::wherry)
target_compile_options(wherry-developer INTERFACE
    -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Werror
    # gcc 12 sees overlap in every `"text" + std::string` it inlines (gcc bug 105651)
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>)

if(WHERRY_SANITIZE)
    string(REPLACE ";" "," _sanitizers "${WHERRY_SANITIZE}")
    target_compile_options(wherry-developer INTERFACE
        -fsanitize=${_sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer
        $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # gcc loses track of values through its own instrumentation
    target_link_options(wherry-developer INTERFACE -fsanitize=${_sanitizers})
endif()
if(WHERRY_NO_EXCEPTIONS)
    target_compile_options(wherry-developer INTERFACE -fno-exceptions -fno-rtti)
endif()
if(WHERRY_SANITIZE OR WHERRY_NO_EXCEPTIONS OR WHERRY_HEADER_ALONE OR WHERRY_HEADER_ONLY)
    set(WHERRY_DEVELOPER_COMPILED OFF)
else()
    set(WHERRY_DEVELOPER_COMPILED ON)
    target_link_libraries(wherry-developer INTERFACE wherry::compiled)
endif()
