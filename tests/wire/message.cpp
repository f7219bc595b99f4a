#include <wherry/wire/message.hpp>

#include <support/bytes.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;
using namespace support;

namespace {
/// A message whose required fields have numbers that differ from their places.
template <class String>
struct Inner {
    static constexpr std::string_view name_ = "Inner";
    std::int32_t id = 0;
    String label;
    wire::unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(4, self.id);
        field(9, self.label);
    }
    friend constexpr bool operator==(const Inner&, const Inner&) = default;
};

enum class Colour : std::int32_t { red = 1, blue = -2 };

/// Every kind of member once.
template <class String>
struct Outer {
    static constexpr std::string_view name_ = "Outer";
    std::optional<bool> flag;
    std::optional<std::int32_t> small;
    std::optional<std::int64_t> large;
    std::optional<float> f;
    std::optional<double> d;
    std::optional<Colour> colour;
    std::optional<String> s;
    std::optional<Inner<String>> inner;
    sequence<std::int64_t> numbers;
    sequence<float> floats;
    sequence<double> doubles;
    sequence<bool> bools;
    sequence<String> strings;
    sequence<Inner<String>> inners;
    wire::unknown_fields<String> unknown;
    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor& field) {
        field(1, self.flag);
        field(2, self.small);
        field(3, self.large);
        field(4, self.f);
        field(5, self.d);
        field(6, self.colour);
        field(7, self.s);
        field(8, self.inner);
        field(9, self.numbers, &limits::program_rank);
        field(10, self.floats);
        field(11, self.doubles);
        field(12, self.bools);
        field(13, self.strings);
        field(14, self.inners, &limits::blocks);
    }
    friend constexpr bool operator==(const Outer&, const Outer&) = default;
};

using view_outer = Outer<std::string_view>;

/// Bytes that are read, and those that are written back.
struct row {
    std::string_view what;
    std::string_view in;
    std::string_view out;
};
constexpr row rows[] = {
    {"nothing", "", ""},
    {"explicit defaults stay", "08 00 10 00 18 00 25 00000000 29 0000000000000000 3a 00",
     "08 00 10 00 18 00 25 00000000 29 0000000000000000 3a 00"},
    {"fields in any order", "18 05 08 01", "08 01 18 05"},
    {"negative numbers take ten bytes", "10 feffffffffffffffff01 18 ffffffffffffffffff01",
     "10 feffffffffffffffff01 18 ffffffffffffffffff01"},
    {"an int32 keeps its lower half", "10 ffffffff0f", "10 ffffffffffffffffff01"},
    {"the same, and the upper half is dropped", "10 8580808010", "10 05"},
    {"any bit makes a bool true", "08 8001", "08 01"},
    {"an enum may be negative or unknown", "30 feffffffffffffffff01", "30 feffffffffffffffff01"},
    {"overlong varints become short", "18 82 80 00", "18 02"},
    {"the last of a scalar given twice counts", "18 05 3a 01 61 18 06 3a 01 62", "18 06 3a 01 62"},
    {"packed numbers become unpacked", "4a 04 01 ac02 03", "48 01 48 ac02 48 03"},
    {"packed and unpacked mix", "48 01 4a 02 02 03 48 04 4a 00", "48 01 48 02 48 03 48 04"},
    {"packed floats", "52 08 0000803f 00000040", "55 0000803f 55 00000040"},
    {"packed doubles", "5a 08 000000000000f03f", "59 000000000000f03f"},
    {"a NaN keeps its payload", "25 0100807f 29 010000000000f07f", "25 0100807f 29 010000000000f07f"},
    {"empty strings are elements", "6a 00 6a 01 61 6a 00", "6a 00 6a 01 61 6a 00"},
    {"sub-messages merge, the last scalar counts", "42 05 20 01 4a 01 61 42 05 20 02 4a 01 62", "42 05 20 02 4a 01 62"},
    {"repeated sub-messages do not merge", "72 05 20 01 4a 01 61 72 05 20 02 4a 01 62", "72 05 20 01 4a 01 61 72 05 20 02 4a 01 62"},
    {"unknown fields move to the end in their order", "9206 01 78 | 08 01 | 9806 07 | 18 02 | 8d06 01020304",
     "08 01 18 02 | 9206 01 78 | 9806 07 | 8d06 01020304"},
    {"unknown fields of a sub-message stay in it", "42 08 9806 07 4a 01 61 20 01", "42 08 20 01 4a 01 61 9806 07"},
    {"an unknown group is kept", "8b06 08 01 8c06 08 01", "08 01 8b06 08 01 8c06"},
    {"a known number of another wire type is unknown", "0d 01020304 | 18 01 | 3d 01020304", "18 01 | 0d 01020304 | 3d 01020304"},
    {"a fixed32 is not an element of varints", "4d 01020304 48 05", "48 05 4d 01020304"},
    {"a varint is neither a string nor a message", "38 01 40 01 68 01 70 01", "38 01 40 01 68 01 70 01"},
};
constexpr row bool_rows[] = {
    {"unpacked bools", "60 01 60 00 60 01", "60 01 60 00 60 01"},
    {"packed bools", "62 03 01 00 05", "60 01 60 00 60 01"},
};
template <class String>
constexpr bool read_and_written(const row& r) {
    const auto in = hex(r.in);
    const auto out = hex(r.out);
    const auto message = wire::parse<Outer<String>>(view_of(in));
    if (!message || wire::serialize(*message) != out) return false;
    const auto again = wire::parse<Outer<String>>(view_of(out));
    return again && wire::serialize(*again) == out;
}
template <auto& Rows, class Judge>
constexpr bool all_hold(Judge judge) {
    for (const auto& r : Rows)
        if (!judge(r)) return false;
    return true;
}
static_assert(all_hold<rows>(read_and_written<std::string_view>));
#if !defined(__clang__) || __clang_major__ > 14  // there, libstdc++ 12 has no compile-time sequence<bool>
static_assert(all_hold<bool_rows>(read_and_written<std::string_view>));
#endif

constexpr bool values_arrive() {
    const auto bytes =
        hex("08 01 10 feffffffffffffffff01 18 80808080808080808001 25 0000c0bf 29 000000000000f8bf 30 feffffffffffffffff01 3a 02 6869");
    const auto m = *wire::parse<view_outer>(view_of(bytes));
    return m.flag == true && m.small == -2 && m.large == std::numeric_limits<std::int64_t>::min() && m.f == -1.5F && m.d == -1.5 &&
           m.colour == Colour::blue && m.s == std::string_view("hi") && !m.inner && m.numbers.empty();
}
static_assert(values_arrive());

/// Bytes that are refused; offsets count from 1000.
struct bad_row {
    std::string_view what;
    std::string_view in;
    errc code;
    std::uint64_t offset;
    std::string_view variable;
    std::string_view expected;
};
constexpr bad_row bad[] = {
    {"no required field at all", "42 00", errc::missing_required, 1002, "Inner", "4"},
    {"only the first required field", "42 02 20 01", errc::missing_required, 1002, "Inner", "9"},
    {"only the second, in a list", "08 01 72 03 4a 01 61", errc::missing_required, 1004, "Inner", "4"},
    {"a required field of another wire type", "42 08 25 01000000 4a 01 61", errc::missing_required, 1002, "Inner", "4"},
    {"a required string that is a number", "42 04 20 01 48 01", errc::missing_required, 1002, "Inner", "9"},
    {"a length past its parent", "42 05 20 01 4a 05 61 08 01", errc::truncated, 1006, "Inner", "5 bytes"},
    {"a length past the end", "42 7f 20 01", errc::truncated, 1002, "Outer", "127 bytes"},
    {"packed varints cut short", "4a 02 01 80", errc::truncated, 1003, "Outer", "2 bytes"},
    {"packed floats cut short", "52 05 0000803f 00", errc::truncated, 1006, "Outer", "4 bytes"},
    {"wire type 6 in a sub-message", "42 01 0e", errc::bad_protobuf, 1002, "Inner", ""},
    {"a group that only ends", "08 01 0c", errc::bad_protobuf, 1002, "Outer", ""},
};
constexpr bool refused(const bad_row& r) {
    const auto bytes = hex(r.in);
    const auto message = wire::parse<view_outer>(view_of(bytes), {}, 1000);
    return !message && message.error().code == r.code && message.error().offset == r.offset && message.error().variable == r.variable &&
           message.error().expected == r.expected;
}
static_assert(all_hold<bad>(refused));

constexpr limits tight{.parsed_bytes = 4096, .program_rank = 3, .blocks = 2, .elements = 4};
constexpr bad_row too_many[] = {
    {"unpacked numbers", "48 01 48 02 48 03 48 04", errc::too_large, 1006, "Outer", "3"},
    {"packed numbers", "08 01 4a 04 01 02 03 04", errc::too_large, 1007, "Outer", "3"},
    {"strings", "6a00 6a00 6a00 6a00 6a00", errc::too_large, 1008, "Outer", "4"},
    {"sub-messages", "72 05 20 01 4a 01 61 72 05 20 02 4a 01 62 72 00", errc::too_large, 1014, "Outer", "2"},
    {"unknown fields", "7801 7801 7801 08 01 7801 7801", errc::too_large, 1010, "Outer", "4"},
    {"unknown fields of a sub-message", "42 0a 7801 7801 7801 7801 7801", errc::too_large, 1010, "Inner", "4"},
};
constexpr bool capped(const bad_row& r) {
    const auto bytes = hex(r.in);
    const auto message = wire::parse<view_outer>(view_of(bytes), tight, 1000);
    return !message && message.error().code == r.code && message.error().offset == r.offset && message.error().variable == r.variable &&
           message.error().expected == r.expected;
}
static_assert(all_hold<too_many>(capped));

/// Memory that a message takes is counted over all of it, not field by field. Lists double here: 16 elements become 32.
constexpr bool memory_is_capped() {
    constexpr limits small{.parsed_bytes = 48 * sizeof(Inner<std::string_view>)};
    const auto element = hex("72 05 20 01 4a 01 61");
    const auto few = repeated(element, 32);
    const auto many = repeated(element, 33);
    const auto spread = joined(few, repeated(hex("48 01"), 2), repeated(hex("6a 00"), 64));
    const auto refused_many = wire::parse<view_outer>(view_of(many), small);
    const auto refused_spread = wire::parse<view_outer>(view_of(spread), small);
    return wire::parse<view_outer>(view_of(few), small) && !refused_many && refused_many.error().code == errc::too_large &&
           refused_many.error().offset == few.size() && refused_many.error().expected == decimal(small.parsed_bytes).view() &&
           !refused_spread && refused_spread.error().code == errc::too_large;
}
static_assert(memory_is_capped());
}  // namespace

TEST_CASE("message: a message is written again as protobuf writes it") {
    const auto check = [](const row& r) {
        CAPTURE(r.what);
        CHECK(read_and_written<std::string_view>(r));
        CHECK(read_and_written<std::string>(r));
    };
    for (const auto& r : rows) check(r);
    for (const auto& r : bool_rows) check(r);
}

TEST_CASE("message: values arrive in their members") { CHECK(values_arrive()); }

TEST_CASE("message: an error names the message, the place and the number of the absent field") {
    for (const auto& r : bad) {
        CAPTURE(r.what);
        CHECK(refused(r));
    }
}

TEST_CASE("message: repeated fields stop at their caps, at the first element too many") {
    for (const auto& r : too_many) {
        CAPTURE(r.what);
        CHECK(capped(r));
    }
}

TEST_CASE("message: room is made once for all that follow") {
    const auto element = hex("72 05 20 01 4a 01 61");
    constexpr limits small{.parsed_bytes = 40 * sizeof(Inner<std::string_view>)};
    CHECK(wire::parse<view_outer>(view_of(repeated(element, 40)), small));
    const auto refused = wire::parse<view_outer>(view_of(repeated(element, 41)), small);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::too_large);
    CHECK(refused.error().offset == 0);
}

TEST_CASE("message: borrowed strings lie in the bytes that were parsed") {
    const auto bytes = hex("3a 02 6869 9a06 01 78");
    const auto message = wire::parse<view_outer>(view_of(bytes));
    REQUIRE(message);
    CHECK(message->s->data() == bytes.data() + 2);
    REQUIRE(message->unknown->size() == 1);
    CHECK(message->unknown->front().data() == bytes.data() + 4);
}

TEST_CASE("message: owned strings outlive the bytes that were parsed") {
    auto bytes = bytes_field(7, std::string(100, 'x'));
    const auto message = wire::parse<Outer<std::string>>(view_of(bytes));
    bytes.assign(bytes.size(), '\0');
    REQUIRE(message);
    CHECK(*message->s == std::string(100, 'x'));
}

TEST_CASE("message: an eight-megabyte unknown field is kept once and written back") {
    const auto bytes = joined(varint_field(1, 1), bytes_field(100, std::string(8U << 20U, 'u')));
    const auto message = wire::parse<Outer<std::string>>(view_of(bytes));
    REQUIRE(message);
    CHECK(wire::serialize(*message) == bytes);
}
