#ifndef WHERRY_TESTS_SUPPORT_CHECK_ERROR_HPP
#define WHERRY_TESTS_SUPPORT_CHECK_ERROR_HPP

#include <wherry/base/result.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace support {

/// The error that a result must hold: its code, and its message in full (empty: not compared).
template <class Result>
void check_error(const Result& outcome, wherry::errc code, std::string_view message = {}) {
    REQUIRE(!outcome);
    INFO(to_string(outcome.error()));
    CHECK(outcome.error().code == code);
    if (!message.empty()) CHECK(std::string(outcome.error().message.view()) == std::string(message));
}

}  // namespace support

#endif
