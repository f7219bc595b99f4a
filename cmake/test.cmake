# cmake -P cmake/test.cmake: installs what the tests need, then configures, builds and tests in build/.
cmake_minimum_required(VERSION 3.21)
get_filename_component(source "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(build "${source}/build")

# Debian package | file or program that shows it is there already
set(needs
    "g++|program|c++,g++,clang++"
    "make|program|ninja,make"
    "pkgconf|program|pkg-config"
    "groff-base|program|groff"
    "doctest-dev|header|doctest/doctest.h"
    "libcli11-dev|header|CLI/CLI.hpp"
    "zlib1g-dev|header|zlib.h"
    "nlohmann-json3-dev|header|nlohmann/json.hpp"
    "libxtensor-dev|header|xtensor/xarray.hpp,xtensor/containers/xarray.hpp"
    "libeigen3-dev|header|eigen3/Eigen/Core,Eigen/Core"
    "libopenblas-dev|header|cblas.h")

function(missing_packages out)
    set(missing)
    foreach(need IN LISTS needs)
        string(REPLACE "|" ";" need "${need}")
        list(GET need 0 package)
        list(GET need 1 kind)
        list(GET need 2 names)
        string(REPLACE "," ";" names "${names}")
        unset(found CACHE)
        if(kind STREQUAL "program")
            find_program(found NAMES ${names})
        else()
            file(GLOB multiarch /usr/include/*-linux-gnu*)
            find_file(found NAMES ${names} PATHS /usr/include ${multiarch} /usr/local/include /opt/local/include /opt/homebrew/include
                      ENV CPLUS_INCLUDE_PATH ENV CPATH)
        endif()
        if(NOT found)
            list(APPEND missing ${package})
        endif()
    endforeach()
    unset(found CACHE)
    set(${out} "${missing}" PARENT_SCOPE)
endfunction()

function(run)
    string(REPLACE ";" " " line "${ARGN}")
    message(STATUS "${line}")
    execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${source}" RESULT_VARIABLE code)
    if(NOT code EQUAL 0)
        message(FATAL_ERROR "wherry: failed (${code}): ${line}")
    endif()
endfunction()

missing_packages(missing)
set(fetch OFF)
if(missing)
    string(REPLACE ";" " " names "${missing}")
    find_program(apt_get apt-get)
    execute_process(COMMAND id -u OUTPUT_VARIABLE user OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(apt_get AND user STREQUAL "0")
        message(STATUS "installing what is missing: ${names}")
        set(ENV{DEBIAN_FRONTEND} noninteractive)
        set(apt_get ${apt_get} -o DPkg::Lock::Timeout=300)
        set(install ${apt_get} install -qq -y --no-install-recommends ${missing})
        execute_process(COMMAND ${install} RESULT_VARIABLE code OUTPUT_QUIET ERROR_QUIET)
        if(NOT code EQUAL 0)  # a fresh machine has no package lists yet, or old ones
            execute_process(COMMAND ${apt_get} update -qq)
            execute_process(COMMAND ${install})
        endif()
        missing_packages(missing)
    endif()
endif()
if(missing)
    message("These packages are missing (Debian names):")
    foreach(package IN LISTS missing)
        message("    ${package}")
    endforeach()
    string(REPLACE ";" " " names "${missing}")
    message("Install them, for example with\n    sudo apt-get install ${names}")
    if("g++" IN_LIST missing OR "make" IN_LIST missing)
        message(FATAL_ERROR "wherry: no compiler, or nothing that builds")
    endif()
    message("Without them: doctest, CLI11 and nlohmann_json are downloaded; what needs the others is not tested.")
    set(fetch ON)
endif()

set(jobs "$ENV{CMAKE_BUILD_PARALLEL_LEVEL}")
if(NOT jobs)
    cmake_host_system_information(RESULT jobs QUERY NUMBER_OF_LOGICAL_CORES)
endif()

set(new_build)  # who configured build/ before chose for it
find_program(ninja ninja)
if(NOT EXISTS "${build}/CMakeCache.txt")
    list(APPEND new_build -DWHERRY_TEST_UNITY=24)
    if(ninja)
        list(APPEND new_build -G Ninja)
    endif()
endif()
run(${CMAKE_COMMAND} -S "${source}" -B "${build}" ${new_build} -DWHERRY_FETCH=${fetch})
run(${CMAKE_COMMAND} --build "${build}" --parallel ${jobs})
get_filename_component(bin "${CMAKE_COMMAND}" DIRECTORY)
find_program(ctest ctest HINTS "${bin}" REQUIRED)
run("${ctest}" --test-dir "${build}" --output-on-failure --no-tests=error --parallel ${jobs})
