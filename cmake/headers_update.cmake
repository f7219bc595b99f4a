# cmake -P cmake/headers_update.cmake: writes cmake/headers.cmake from the tree.
cmake_minimum_required(VERSION 3.21)
get_filename_component(_include "${CMAKE_CURRENT_LIST_DIR}/../include" ABSOLUTE)
file(GLOB_RECURSE _tree RELATIVE "${_include}" "${_include}/wherry/*.hpp" "${_include}/wherry/*.ipp" "${_include}/wherry/*.inc"
    "${_include}/wherry/*.cpp")
list(SORT _tree)
set(_text "# Every header by name, written by `cmake -P cmake/headers_update.cmake`.\nset(WHERRY_HEADERS")
foreach(_header IN LISTS _tree)
    string(APPEND _text "\n    ${_header}")
endforeach()
file(CONFIGURE OUTPUT "${CMAKE_CURRENT_LIST_DIR}/headers.cmake" CONTENT "${_text})\n" @ONLY)
list(LENGTH _tree _count)
message(STATUS "cmake/headers.cmake names ${_count} headers")
