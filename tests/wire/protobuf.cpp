#include <wherry/wire/protobuf.hpp>

#include <support/bytes.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string_view>

using namespace wherry;
using namespace support;
using wire::wire_type;

namespace {
struct varint_row {
    std::uint64_t value;
    std::string_view bytes;
};
constexpr varint_row varints[] = {
    {0, "00"},
    {1, "01"},
    {127, "7f"},
    {128, "80 01"},
    {300, "ac 02"},
    {16383, "ff 7f"},
    {16384, "80 80 01"},
    {0xffff'ffffU, "ff ff ff ff 0f"},
    {std::uint64_t{1} << 63U, "80 80 80 80 80 80 80 80 80 01"},
    {std::numeric_limits<std::uint64_t>::max(), "ff ff ff ff ff ff ff ff ff 01"},  // -1 as int32 or int64
};
constexpr bool written_and_read(const varint_row& row) {
    byte_buffer out;
    wire::append_varint(out, row.value);
    byte_cursor in(view_of(out));
    const auto back = wire::read_varint(in);
    return out == hex(row.bytes) && back && *back == row.value && in.at_end();
}
static_assert(std::all_of(std::begin(varints), std::end(varints), written_and_read));

struct odd_row {
    std::string_view bytes;
    std::uint64_t value;
};
constexpr odd_row odd[] = {
    {"82 80 00", 2},                                       // overlong
    {"80 80 80 80 80 80 80 80 80 00", 0},                  // as long as may be
    {"ff ff ff ff ff ff ff ff ff 7f", ~std::uint64_t{0}},  // bits past the 64th are dropped
    {"80 80 80 80 80 80 80 80 80 02", 0},
};
constexpr bool accepted(const odd_row& row) {
    const auto bytes = hex(row.bytes);
    byte_cursor in(view_of(bytes));
    const auto value = wire::read_varint(in);
    return value && *value == row.value && in.at_end();
}
static_assert(std::all_of(std::begin(odd), std::end(odd), accepted));

/// One field that must be refused; offsets count from 100.
struct bad_row {
    std::string_view what;
    std::string_view bytes;
    errc code;
    std::uint64_t offset;
    std::string_view expected;
    std::string_view found;
};
constexpr bad_row bad[] = {
    {"nothing where a tag should be", "", errc::truncated, 100, "1 bytes", "0 bytes"},
    {"a tag without an end", "88", errc::truncated, 100, "2 bytes", "1 bytes"},
    {"a varint without a byte", "08", errc::truncated, 101, "1 bytes", "0 bytes"},
    {"a varint without an end", "08 ff ff", errc::truncated, 101, "3 bytes", "2 bytes"},
    {"eleven bytes of varint", "08 80 80 80 80 80 80 80 80 80 80 01", errc::bad_protobuf, 101, "", ""},
    {"ten bytes that do not end", "08 ff ff ff ff ff ff ff ff ff ff", errc::bad_protobuf, 101, "", ""},
    {"field number 0", "00 01", errc::bad_protobuf, 100, "", ""},
    {"field number 2^29", "80 80 80 80 10 01", errc::bad_protobuf, 100, "", ""},
    {"wire type 6", "0e", errc::bad_protobuf, 100, "", ""},
    {"wire type 7", "0f", errc::bad_protobuf, 100, "", ""},
    {"seven of eight bytes", "09 01 02 03 04 05 06 07", errc::truncated, 101, "8 bytes", "7 bytes"},
    {"three of four bytes", "0d 01 02 03", errc::truncated, 101, "4 bytes", "3 bytes"},
    {"a length without bytes", "0a 03 61 62", errc::truncated, 102, "3 bytes", "2 bytes"},
    {"a length of 2^64 - 1", "0a ff ff ff ff ff ff ff ff ff 01", errc::truncated, 111, "18446744073709551615 bytes", "0 bytes"},
    {"a group that does not end", "0b 10 01", errc::truncated, 103, "1 bytes", "0 bytes"},
    {"a group that only ends", "0c", errc::bad_protobuf, 100, "", ""},
    {"a group that ends as another", "0b 14", errc::bad_protobuf, 101, "", ""},
    {"an inner group that ends as the outer", "0b 13 0c", errc::bad_protobuf, 102, "", ""},
    {"a group with a cut field", "0b 12 05 61", errc::truncated, 103, "5 bytes", "1 bytes"},
};
constexpr bool refused(const bad_row& row) {
    const auto bytes = hex(row.bytes);
    byte_cursor in(view_of(bytes), 100);
    const auto field = wire::read_field(in);
    return !field && field.error().code == row.code && field.error().offset == row.offset && field.error().expected == row.expected &&
           field.error().found == row.found;
}
static_assert(std::all_of(std::begin(bad), std::end(bad), refused));

constexpr bool every_wire_type_is_read() {
    const auto bytes = hex("08 96 01 | 11 0100000000000080 | 1a 02 6869 | 25 0000803f | 2b 30 05 33 34 2c | f8ffffff0f 01");
    byte_cursor in(view_of(bytes), 7);
    const auto a = *wire::read_field(in);
    const auto b = *wire::read_field(in);
    const auto c = *wire::read_field(in);
    const auto d = *wire::read_field(in);
    const auto e = *wire::read_field(in);
    const auto f = *wire::read_field(in);
    return a.number == 1 && a.type == wire_type::varint && a.scalar == 150 && a.offset == 7 &&                                         //
           b.number == 2 && b.type == wire_type::fixed64 && b.scalar == 0x8000'0000'0000'0001U && b.offset == 10 &&                    //
           c.number == 3 && c.type == wire_type::length_delimited && c.payload == "hi" && c.payload_offset == 21 && c.offset == 19 &&  //
           d.number == 4 && d.type == wire_type::fixed32 && d.scalar == 0x3f80'0000U && d.raw.size() == 5 &&                           //
           e.number == 5 && e.type == wire_type::start_group && e.raw.size() == 6 &&                                                   //
           f.number == 0x1fff'ffff && f.scalar == 1 && in.at_end();
}
static_assert(every_wire_type_is_read());

/// Field 1 as n groups, one in the other.
constexpr byte_buffer groups(std::size_t n) { return joined(repeated(hex("0b"), n), repeated(hex("0c"), n)); }
}  // namespace

TEST_CASE("protobuf: varints are written as short as they are, and read back") {
    for (const auto& row : varints) {
        CAPTURE(row.bytes);
        CHECK(written_and_read(row));
    }
}

TEST_CASE("protobuf: overlong varints are read as protobuf reads them") {
    for (const auto& row : odd) {
        CAPTURE(row.bytes);
        CHECK(accepted(row));
    }
}

TEST_CASE("protobuf: every way to delimit a field is read") { CHECK(every_wire_type_is_read()); }

TEST_CASE("protobuf: bytes that are not a field are refused at its place") {
    for (const auto& row : bad) {
        CAPTURE(row.what);
        CHECK(refused(row));
    }
}

TEST_CASE("protobuf: a varint cut anywhere is truncated") {
    for (const auto& row : varints) {
        const auto whole = hex(row.bytes);
        for (std::size_t n = 0; n < whole.size(); ++n) {
            const auto part = cut(whole, n);
            byte_cursor in(view_of(part));
            const auto value = wire::read_varint(in);
            REQUIRE_FALSE(value);
            CHECK(value.error().code == errc::truncated);
            CHECK(in.remaining() == n);
        }
    }
}

TEST_CASE("protobuf: groups may nest a hundred deep, and nothing recurses however many there are") {
    const auto verdict = [](std::size_t depth) {
        const auto bytes = groups(depth);
        byte_cursor in(view_of(bytes));
        const auto field = wire::read_field(in);
        return field ? result<std::size_t>(field->raw.size()) : result<std::size_t>(field.error());
    };
    CHECK(*verdict(1) == 2);
    CHECK(*verdict(90) == 180);
    CHECK(*verdict(100) == 200);
    for (const std::size_t depth : {101U, 10'000U, 200'000U}) {
        const auto refused_depth = verdict(depth);
        REQUIRE_FALSE(refused_depth);
        CHECK(refused_depth.error().code == errc::too_large);
        CHECK(refused_depth.error().offset == 100);
        CHECK(refused_depth.error().expected == "at most 100");
    }
    const auto side_by_side = joined(hex("0b"), repeated(hex("13 14"), 20'000), hex("0c"));
    byte_cursor in(view_of(side_by_side));
    CHECK(wire::read_field(in)->raw.size() == 40'002);
}
