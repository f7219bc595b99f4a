# The target wherry::compiled: wherry's functions in a static library, made where it is linked, with the flags of the project that links it.
# WHERRY_INCLUDE is the folder of the headers.
if(NOT TARGET wherry-compiled)
    add_library(wherry-compiled STATIC EXCLUDE_FROM_ALL "${WHERRY_INCLUDE}/wherry/compiled.cpp")
    add_library(wherry::compiled ALIAS wherry-compiled)
    target_link_libraries(wherry-compiled PUBLIC wherry::wherry)
    target_compile_definitions(wherry-compiled PUBLIC WHERRY_COMPILED)
    set_target_properties(wherry-compiled PROPERTIES POSITION_INDEPENDENT_CODE ON)  # a shared library may hold it
endif()
