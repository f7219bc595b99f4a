#include <wherry/base/number.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string_view>

using namespace wherry;

namespace {
constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

struct product_row {
    std::uint64_t a, b;
    std::optional<std::uint64_t> product;
};
constexpr product_row products[] = {
    {0, 0, 0},
    {0, largest, 0},
    {largest, 0, 0},
    {1, largest, largest},
    {largest, 1, largest},
    {std::uint64_t{1} << 32U, std::uint64_t{1} << 31U, std::uint64_t{1} << 63U},
    {std::uint64_t{1} << 32U, std::uint64_t{1} << 32U, std::nullopt},
    {std::uint64_t{1} << 62U, 4, std::nullopt},
    {largest, 2, std::nullopt},
    {largest, largest, std::nullopt},
    {6700417, 2753074036095, 6700417ULL * 2753074036095ULL},
    {6700417, 2753074036096, std::nullopt},
};
constexpr bool multiplies(const product_row& row) {
    return checked_product(row.a, row.b) == row.product && checked_product(row.b, row.a) == row.product;
}
static_assert(std::all_of(std::begin(products), std::end(products), multiplies));

struct fits_row {
    std::uint64_t length, left;
    bool yes;
};
constexpr fits_row lengths[] = {{0, 0, true},
                                {1, 0, false},
                                {10, 10, true},
                                {11, 10, false},
                                {0xFFFF'FFF0U, 10, false},
                                {largest, largest, true},
                                {largest, largest - 1, false}};
constexpr bool compares(const fits_row& row) { return fits(row.length, row.left) == row.yes; }
static_assert(std::all_of(std::begin(lengths), std::end(lengths), compares));

constexpr auto half = std::uint64_t{std::numeric_limits<std::size_t>::max() / 2};
static_assert(checked_size(half) == half && !checked_size(half + 1) && !checked_size(largest) && checked_size(0) == 0U);
}  // namespace

TEST_CASE("number: a product that does not fit 64 bits has no value") {
    for (const auto& row : products) {
        CAPTURE(row.a);
        CAPTURE(row.b);
        CHECK(multiplies(row));
    }
}

TEST_CASE("number: lengths are compared unsigned") {
    for (const auto& row : lengths) CHECK(compares(row));
}

TEST_CASE("number: a size is at most half of the address space") {
    CHECK(checked_size(half) == half);
    CHECK_FALSE(checked_size(half + 1));
}

TEST_CASE("number: decimal digits of the smallest and largest of every width") {
    CHECK(decimal(std::numeric_limits<std::int8_t>::min()).view() == "-128");
    CHECK(decimal(std::numeric_limits<std::int16_t>::min()).view() == "-32768");
    CHECK(decimal(std::numeric_limits<std::int32_t>::min()).view() == "-2147483648");
    CHECK(decimal(std::numeric_limits<std::int64_t>::min()).view() == "-9223372036854775808");
    CHECK(decimal(std::numeric_limits<std::int64_t>::max()).view() == "9223372036854775807");
    CHECK(decimal(std::numeric_limits<std::uint8_t>::max()).view() == "255");
    CHECK(decimal(largest).view() == "18446744073709551615");
    CHECK(decimal(0U).view() == "0");
    const auto copy = decimal(123);
    const auto again = copy;  // holds its digits itself
    CHECK(std::string_view(again) == "123");
}
