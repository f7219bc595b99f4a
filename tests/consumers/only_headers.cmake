# As a child wherry brings its headers and nothing else: no tests, no flags, no build type.
if(TARGET wherry-developer OR TARGET wherry-test-main OR WHERRY_BUILD_TESTS OR WHERRY_INSTALL)
    message(FATAL_ERROR "wherry builds or installs its own things in somebody else's project")
endif()
get_target_property(options wherry INTERFACE_COMPILE_OPTIONS)
get_target_property(definitions wherry INTERFACE_COMPILE_DEFINITIONS)
if(options OR definitions OR CMAKE_BUILD_TYPE)
    message(FATAL_ERROR "wherry hands flags to its consumers: ${options} ${definitions} ${CMAKE_BUILD_TYPE}")
endif()
