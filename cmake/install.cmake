# Headers by name, the exported targets, the version file and the pkg-config file.
include(CMakePackageConfigHelpers)

set(_cmake_dir ${CMAKE_INSTALL_DATADIR}/cmake/wherry)
set(_generated_dir ${PROJECT_BINARY_DIR}/package)

foreach(_header IN LISTS WHERRY_HEADERS)
    get_filename_component(_folder ${_header} DIRECTORY)
    install(FILES include/${_header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${_folder})
endforeach()

install(TARGETS ${WHERRY_TARGETS} EXPORT wherry-targets)
install(EXPORT wherry-targets NAMESPACE wherry:: DESTINATION ${_cmake_dir})
configure_package_config_file(cmake/wherry-config.cmake.in ${_generated_dir}/wherry-config.cmake INSTALL_DESTINATION ${_cmake_dir}
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${_generated_dir}/wherry-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${_generated_dir}/wherry-config.cmake ${_generated_dir}/wherry-config-version.cmake
    cmake/wherry-embed.cmake cmake/wherry-compiled.cmake cmake/wherry-components.cmake DESTINATION ${_cmake_dir})

# The .pc file finds its headers from where it lies, so an installed tree may be moved.
set(_pc_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)
if(IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_DATADIR}")
    set(WHERRY_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
    set(WHERRY_PC_INCLUDEDIR ${CMAKE_INSTALL_FULL_INCLUDEDIR})
else()
    file(RELATIVE_PATH _to_prefix /prefix/${_pc_dir} /prefix)
    string(REGEX REPLACE "/$" "" _to_prefix "${_to_prefix}")
    set(WHERRY_PC_PREFIX "\${pcfiledir}/${_to_prefix}")
    set(WHERRY_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(cmake/wherry.pc.in ${_generated_dir}/wherry.pc @ONLY)
install(FILES ${_generated_dir}/wherry.pc DESTINATION ${_pc_dir})
install(FILES cmake/gdb/wherry.py cmake/gdb/wherry.natvis DESTINATION ${CMAKE_INSTALL_DATADIR}/wherry)  # how debuggers show Tensors
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/wherry)
