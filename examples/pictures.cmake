# What ocr, classify and detect are built of.

# Header-only: the compiled mode holds what these programs do not use.
add_library(wherry-example-pictures INTERFACE)
target_link_libraries(wherry-example-pictures INTERFACE wherry::wherry)
target_compile_options(wherry-example-pictures INTERFACE $<TARGET_PROPERTY:wherry-developer,INTERFACE_COMPILE_OPTIONS> -Os -g0)
target_link_options(wherry-example-pictures INTERFACE $<TARGET_PROPERTY:wherry-developer,INTERFACE_LINK_OPTIONS> -s)

add_library(wherry-example-picture-file OBJECT ocr/picture_file.cpp)
target_include_directories(wherry-example-picture-file SYSTEM PRIVATE ${WHERRY_STB})
add_library(wherry-example-network OBJECT ocr/network.cpp)
target_link_libraries(wherry-example-picture-file PUBLIC wherry-example-pictures)
target_link_libraries(wherry-example-network PUBLIC wherry-example-pictures)

# wherry_picture_program(NAME SOURCE LIBRARY...)
function(wherry_picture_program name source)
    add_executable(wherry-example-${name} ${source})
    set_target_properties(wherry-example-${name} PROPERTIES OUTPUT_NAME ${name})
    target_link_libraries(wherry-example-${name} PRIVATE wherry-example-picture-file ${ARGN})
endfunction()

# wherry_picture_test(NAME SCRIPT ARGUMENT...): skipped while the models are not there
function(wherry_picture_test name script)
    add_test(NAME wherry-example-${name} COMMAND ${CMAKE_COMMAND} -D program=$<TARGET_FILE:wherry-example-${name}> ${ARGN} -P ${script})
    set_tests_properties(wherry-example-${name} PROPERTIES LABELS example SKIP_REGULAR_EXPRESSION "skipped:")
endfunction()

# wherry_picture_models(NAME FOLDER PACKAGE SHA256 PATTERNS): a target that fetches them, wherry-example-NAME-models
function(wherry_picture_models name to package hash patterns)
    add_custom_target(wherry-example-${name}-models COMMAND ${CMAKE_COMMAND} -D to=${to} -D package=${package} -D hash=${hash}
        -D patterns=${patterns} -P ${PROJECT_SOURCE_DIR}/examples/models.cmake)
endfunction()
