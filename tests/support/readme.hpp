#ifndef WHERRY_TESTS_SUPPORT_README_HPP
#define WHERRY_TESTS_SUPPORT_README_HPP

#include <support/files.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace support {

/// README.md of the checkout, as one text.
inline std::string readme() { return read_file(std::string(WHERRY_GOLDEN_DIR) + "/../../README.md"); }

/// The text between two others, the first time that the first one is there.
inline std::string_view between(std::string_view text, std::string_view start, std::string_view end) {
    const auto from = text.find(start);
    REQUIRE_MESSAGE(from != text.npos, std::string(start));
    text.remove_prefix(from + start.size());
    const auto to = text.find(end);
    REQUIRE_MESSAGE(to != text.npos, std::string(end));
    return text.substr(0, to);
}

}  // namespace support

#endif
