#include <doctest/doctest.h>

#include <support/strided.hpp>

#include <wherry/tensor/array_access.hpp>

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

using namespace wherry;
using support::strided;

namespace {
static_assert(ReadableArray<const std::vector<float>> && WritableArray<std::vector<float>>);
static_assert(ReadableArray<const std::vector<std::complex<float>>> && WritableArray<float[4]> && !WritableArray<const float[4]>);
static_assert(!ReadableArray<const std::vector<std::string>> && !ReadableArray<const std::vector<bool>> && !ReadableArray<const float>);
static_assert(array_access<std::vector<float>>::by_count && !array_access<float[2][3]>::by_count);
static_assert(ReadableArray<const strided> && WritableArray<strided>);
}  // namespace

TEST_CASE("the dims of arrays in arrays, and where their elements lie") {
    const std::vector<float> row{1, 2, 3};
    CHECK(*array_access<std::vector<float>>::dims(row) == Shape{3});
    CHECK(array_access<std::vector<float>>::data(row) == row.data());

    std::array<std::array<double, 3>, 2> nested{{{1, 2, 3}, {4, 5, 6}}};
    using nested_access = array_access<decltype(nested)>;
    CHECK(*nested_access::dims(nested) == Shape{2, 3});
    nested_access::data(nested)[5] = 60;
    CHECK(nested[1][2] == 60);

    const std::uint8_t cube[2][3][4] = {};
    CHECK(*access_of<decltype(cube)>::dims(cube) == Shape{2, 3, 4});

    std::vector<std::array<float, 2>> pairs(5);
    CHECK(*array_access<decltype(pairs)>::dims(pairs) == Shape{5, 2});
    CHECK(*array_access<std::span<float>>::dims(std::span<float>()) == Shape{0});
}
