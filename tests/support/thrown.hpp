#ifndef WHERRY_TESTS_SUPPORT_THROWN_HPP
#define WHERRY_TESTS_SUPPORT_THROWN_HPP

#include <exception>
#include <string>

namespace support {

/// The exception of a call, if it is that class; otherwise a text that no test expects.
template <class Thrown, class Call>
std::string message_of(Call&& call) {
    try {
        call();
    } catch (const Thrown& e) { return e.what(); } catch (const std::exception& e) {
        return std::string("another exception: ") + e.what();
    }
    return "no exception";
}

}  // namespace support

#endif
