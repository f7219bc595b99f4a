# doctest::doctest, one header from the system.
if(CMAKE_CROSSCOMPILING)
    # The host's /usr/include must not reach a cross compiler: take the one header out of it.
    find_file(WHERRY_DOCTEST_HEADER doctest/doctest.h PATHS /usr/include /usr/local/include NO_CMAKE_FIND_ROOT_PATH)
    if(WHERRY_DOCTEST_HEADER)
        configure_file(${WHERRY_DOCTEST_HEADER} ${PROJECT_BINARY_DIR}/doctest/doctest/doctest.h COPYONLY)
        add_library(doctest::doctest INTERFACE IMPORTED)
        target_include_directories(doctest::doctest INTERFACE ${PROJECT_BINARY_DIR}/doctest)
        set(doctest_FOUND TRUE)
    endif()
else()
    find_package(doctest 2.4 QUIET CONFIG)
endif()
if(NOT doctest_FOUND)
    message(FATAL_ERROR "wherry: the tests need doctest (Debian: doctest-dev). `cmake -P cmake/test.cmake` installs it; "
                        "-DWHERRY_BUILD_TESTS=OFF builds without tests.")
endif()
