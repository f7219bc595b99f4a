#include <wherry/base/bytes.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace wherry;

namespace {
constexpr std::string_view eight("\x01\x02\x03\x04\x05\x06\x07\xff", 8);

constexpr bool reads_little_endian() {
    byte_cursor in(eight);
    if (*in.read<std::uint8_t>("") != 0x01 || *in.read<std::uint16_t>("") != 0x0302 || *in.read<std::uint32_t>("") != 0x07060504)
        return false;
    return in.remaining() == 1 && !in.at_end() && *in.read<std::uint8_t>("") == 0xff && in.at_end();
}
static_assert(reads_little_endian());
static_assert(*byte_cursor(eight).read<std::uint64_t>("") == 0xff07'0605'0403'0201U);

constexpr bool a_failed_read_moves_nothing() {
    byte_cursor in(eight, 100);
    (void)in.take(3, "");
    const auto word = in.read<std::uint64_t>("a word");
    const auto lump = in.take(6, "a lump");
    const auto huge = in.take(~std::uint64_t{0}, "a lump");
    return !word && !lump && !huge && in.offset() == 103 && in.remaining() == 5 && word.error().code == errc::truncated &&
           word.error().offset == 103 && word.error().message == "a word" && word.error().expected == "8 bytes" &&
           word.error().found == "5 bytes" && lump.error().expected == "6 bytes" && huge.error().expected == "18446744073709551615 bytes";
}
static_assert(a_failed_read_moves_nothing());

constexpr bool writes_what_is_read() {
    byte_buffer out;
    append_little_endian(out, std::uint8_t{0x01});
    append_little_endian(out, std::uint16_t{0x0302});
    append_little_endian(out, std::int32_t{0x07060504});
    append_little_endian(out, std::int8_t{-1});
    append_little_endian(out, std::int64_t{-2});
    append(out, "end");
    return view_of(out) == std::string_view("\x01\x02\x03\x04\x05\x06\x07\xff\xfe\xff\xff\xff\xff\xff\xff\xff"
                                            "end",
                                            19);
}
static_assert(writes_what_is_read());

constexpr bool takes_nothing_at_the_end() {
    byte_cursor in(std::string_view{});
    return in.at_end() && in.take(0, "")->empty() && in.rest().empty() && !in.take(1, "") && !in.read<std::uint8_t>("");
}
static_assert(takes_nothing_at_the_end());
}  // namespace

TEST_CASE("bytes: numbers are little-endian") {
    CHECK(reads_little_endian());
    CHECK(writes_what_is_read());
}

TEST_CASE("bytes: a read that fails says what it wanted and moves nothing") {
    CHECK(a_failed_read_moves_nothing());
    CHECK(takes_nothing_at_the_end());
}

TEST_CASE("bytes: a taken buffer is not copied") {
    byte_cursor in(eight);
    (void)in.take(2, "");
    CHECK(in.take(4, "")->data() == eight.data() + 2);
    CHECK(in.rest().data() == eight.data() + 6);
}

TEST_CASE("bytes: characters and std::byte are the same memory") {
    const auto raw = as_bytes(eight);
    CHECK(raw.size() == 8);
    CHECK(raw[7] == std::byte{0xff});
    CHECK(as_chars(raw).data() == eight.data());
    CHECK(as_bytes("").empty());
}
