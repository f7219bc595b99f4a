#include <wherry/wire/selected_rows.hpp>

#include <support/bytes.hpp>
#include <support/npy.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>

using namespace wherry;
using namespace support;

namespace {
/// Height 10, rows {1, 7}, values [[1, 2], [3, 4]]: the sample of fluid 1.8.5.
constexpr byte_buffer sample() {
    return hex("00000000 0200000000000000 0100000000000000 0700000000000000 0a00000000000000 00000000 06000000 080510021002 "
               "0000803f 00000040 00004040 00008040");
}
constexpr result<wire::selected_rows_header> read(const byte_buffer& bytes) {
    byte_cursor in(view_of(bytes));
    return wire::read_selected_rows_header(in);
}
constexpr bool sample_is_read() {
    const auto header = read(sample());
    return header && header->rows == sequence<std::int64_t>{1, 7} && header->height == 10 && header->value.dims == Shape{2, 2} &&
           header->value.dtype == DType::FP32 && header->value.data_bytes == 16 && header->value.data_offset == 50;
}
static_assert(sample_is_read());
constexpr bool sample_is_written() {
    byte_buffer out;
    constexpr std::array<std::int64_t, 2> rows{1, 7};
    wire::append_selected_rows_header(out, rows, 10, DType::FP32, {2, 2});
    return view_of(out) == view_of(sample()).substr(0, 50);
}
static_assert(sample_is_written());
}  // namespace

TEST_CASE("selected rows: the header of fluid 1.8.5 is read and written") {
    CHECK(sample_is_read());
    CHECK(sample_is_written());
}

TEST_CASE("selected rows: a file of Paddle 2.6.2 is read") {
    const auto bytes = read_file(golden("paddle26/selected_rows/rows"));
    byte_cursor in(bytes);
    const auto header = wire::read_selected_rows_header(in);
    REQUIRE(header);
    const auto value = load_npy(golden("paddle26/selected_rows/value.npy"));
    CHECK(header->value.dims == value.dims());
    CHECK(in.rest() == support::file_bytes(value));
    byte_buffer out;
    wire::append_selected_rows_header(out, header->rows, header->height, header->value.dtype, header->value.dims);
    CHECK(view_of(out) == std::string_view(bytes).substr(0, out.size()));
}

TEST_CASE("selected rows: cut at any byte of the header it is truncated") {
    const auto whole = sample();
    for (std::size_t size = 0; size < 50; ++size) {
        CAPTURE(size);
        const auto header = read(cut(whole, size));
        REQUIRE_FALSE(header);
        CHECK(header.error().code == errc::truncated);
    }
}

TEST_CASE("selected rows: hostile numbers are refused with code and place, before memory is reserved") {
    struct row {
        const char* what;
        byte_buffer bytes;
        errc code;
        std::uint64_t offset;
        std::string_view found;
    };
    const auto at = [](std::size_t place, std::int64_t value) { return patched(sample(), place, value); };
    for (const auto& r : {
             row{"version", patched(sample(), 0, std::uint32_t{1}), errc::bad_version, 0, "1"},
             row{"more rows than bytes", at(4, 3), errc::bad_version, 44, "34604296"},
             row{"huge count", at(4, std::int64_t{1} << 60), errc::truncated, 4, "6"},
             row{"count whose product wraps", at(4, (std::int64_t{1} << 61) + 2), errc::truncated, 4, "6"},
             row{"fewer rows than values", at(4, 1), errc::bad_version, 28, "10"},
             row{"row at the height", at(12, 10), errc::bad_rows, 12, "10"},
             row{"negative row", at(20, -1), errc::bad_rows, 12, "-1"},
             row{"negative height", at(28, -1), errc::bad_rows, 12, "-1"},
             row{"height below a row", at(28, 7), errc::bad_rows, 12, "7"},
             row{"values of another count", patched(sample(), 47, std::uint8_t{3}), errc::bad_dims, 36, "3"},
             row{"a scalar value", joined(cut(sample(), 40), hex("02000000 0805")), errc::bad_dims, 36, "no dims"},
         }) {
        CAPTURE(r.what);
        const auto header = read(r.bytes);
        REQUIRE_FALSE(header);
        CHECK(name_of(header.error().code) == name_of(r.code));
        CHECK(header.error().offset == r.offset);
        CHECK(header.error().found == r.found);
    }
}
