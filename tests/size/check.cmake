# Refuses a program that needs files, threads, exceptions or streams: by the symbols that it takes from other libraries, and by the functions
# of std that are in it. Not among them: `std::__throw_length_error` and the like, where a container ends the process.
# With -D forbidden=REGEX it refuses symbols of that name instead.
cmake_minimum_required(VERSION 3.21)
set(ENV{LC_ALL} C)
execute_process(COMMAND ${nm} -C ${file} OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE ";" "," symbols "${symbols}")
string(REPLACE "\n" ";" symbols "${symbols}")
if(NOT forbidden)
    set(forbidden
        "(open|openat|fopen|close|fclose|read|preadv?|fread|write|pwritev?|fwrite|rename|renameat|unlink|unlinkat|mmap|fsync|stat|fstat|fputs|printf)"
        "(pthread_[a-z_]+|std::thread.*|std::mutex.*|__cxa_guard_acquire)"
        "(__cxa_throw|__cxa_rethrow|__cxa_begin_catch|__gxx_personality_v0|_Unwind_[A-Za-z]+)"
        "(std::ios_base.*|std::basic_[a-z]*(stream|buf).*|std::filesystem.*|std::locale.*)")
endif()
set(found)
set(count 0)
foreach(line IN LISTS symbols)
    if(NOT line MATCHES "^[0-9a-f ]* ([A-Za-z]) (.*)$")
        continue()
    endif()
    set(name "${CMAKE_MATCH_2}")
    math(EXPR count "${count} + 1")
    string(REGEX REPLACE "@.*$" "" name "${name}")
    foreach(one IN LISTS forbidden)
        if(name MATCHES "^${one}$")
            list(APPEND found "${name}")
        endif()
    endforeach()
endforeach()
if(count LESS 50)
    message(FATAL_ERROR "nm shows ${count} symbols of ${file}: is it stripped?")
endif()
if(found)
    list(REMOVE_DUPLICATES found)
    string(REPLACE ";" " " found "${found}")
    message(FATAL_ERROR "${file} needs: ${found}")
endif()
