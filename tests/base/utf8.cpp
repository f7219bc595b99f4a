#include <wherry/base/utf8.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using namespace wherry;
using namespace std::string_view_literals;

namespace {
struct sample {
    std::string_view text;
    std::size_t bytes;
};
constexpr sample samples[] = {
    {"", 0},
    {"a", 1},
    {"\0"sv, 1},
    {"\x7f", 1},
    {"\x80", 0},              // a byte that only follows
    {"\xC0\x80", 0},          // overlong
    {"\xC1\xBF", 0},          // overlong
    {"\xC2\x80", 2},          // U+0080
    {"\xDF\xBF", 2},          // U+07FF
    {"\xE0\x9F\xBF", 0},      // overlong
    {"\xE0\xA0\x80", 3},      // U+0800
    {"\xED\x9F\xBF", 3},      // U+D7FF
    {"\xED\xA0\x80", 0},      // a surrogate
    {"\xEE\x80\x80", 3},      // U+E000
    {"\xEF\xBF\xBF", 3},      // U+FFFF
    {"\xF0\x8F\xBF\xBF", 0},  // overlong
    {"\xF0\x90\x80\x80", 4},  // U+10000
    {"\xF4\x8F\xBF\xBF", 4},  // U+10FFFF
    {"\xF4\x90\x80\x80", 0},  // above it
    {"\xF5\x80\x80\x80", 0},
    {"\xFF", 0},
    {"\xC3", 0},  // the end is missing
    {"\xE2\x82", 0},
    {"\xE2\x82\x41", 0},  // another character where the end should be
    {"\xF0\x9F\x9B", 0},
};
constexpr bool all_samples_hold() {
    for (const auto& s : samples)
        if (utf8_bytes(s.text) != s.bytes) return false;
    return true;
}
static_assert(all_samples_hold());
}  // namespace

TEST_CASE("utf8: a character is as long as its lead byte says, and only when it is well formed") {
    for (const auto& s : samples) {
        CAPTURE(std::string(s.text));
        CHECK(utf8_bytes(s.text) == s.bytes);
        CHECK(utf8_bytes(std::string(s.text) + "tail") == (s.text.empty() ? 1 : s.bytes));
    }
}

TEST_CASE("utf8: a text is well formed when each character is") {
    CHECK(is_utf8(""));
    CHECK(is_utf8("h\xC3\xA9 \xF0\x9F\x9B\xB6"));
    CHECK_FALSE(is_utf8("h\xC3\xA9\xC3"));
    CHECK_FALSE(is_utf8("\xFEh"));
}

TEST_CASE("utf8: a character is appended as its bytes") {
    std::string made;
    for (const std::uint32_t one : {0x00U, 0x7fU, 0x80U, 0xe9U, 0x7ffU, 0x800U, 0x20acU, 0xffffU, 0x10000U, 0x1f6f6U, 0x10ffffU})
        append_utf8(made, one);
    CHECK(made == "\0\x7F\xC2\x80\xC3\xA9\xDF\xBF\xE0\xA0\x80\xE2\x82\xAC\xEF\xBF\xBF\xF0\x90\x80\x80\xF0\x9F\x9B\xB6\xF4\x8F\xBF\xBF"sv);
    CHECK(is_utf8(made));
}

TEST_CASE("utf8: what is shown is one line that moves no cursor, and no two names look alike") {
    CHECK(printable("fc_0.w_0") == "fc_0.w_0");
    CHECK(printable("h\xC3\xA9") == "h\xC3\xA9");
    CHECK(printable("a\nb\x1b[31m") == "a\\x0ab\\x1b[31m");
    CHECK(printable("\xC2\x9B") == "\\xc2\\x9b");  // C1: a terminal may take it for an escape
    CHECK(printable("\xFF\xC3") == "\\xff\\xc3");
    CHECK(printable("\\x41") == "\\x5cx41");
    CHECK(printable("C:\\x41", "") == "C:\\x41");
    CHECK(printable("\0"sv) == "\\x00");
}
