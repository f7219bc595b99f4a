#include <doctest/doctest.h>
#include <wherry/tensor/array_access.hpp>

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

using namespace wherry;

namespace {
static_assert(ReadableArray<const std::vector<float>> && WritableArray<std::vector<float>>);
static_assert(ReadableArray<const std::vector<std::complex<float>>> && WritableArray<float[4]> && !WritableArray<const float[4]>);
static_assert(!ReadableArray<const std::vector<std::string>> && !ReadableArray<const std::vector<bool>> && !ReadableArray<const float>);
static_assert(array_access<std::vector<float>>::by_count && !array_access<float[2][3]>::by_count);

/// Every other number of a vector: neither in row order nor a range.
struct strided {
    std::vector<std::int32_t> numbers;
};
}  // namespace

template <>
struct wherry::array_access<strided> {
    using element = std::int32_t;
    static constexpr bool by_count = false;
    static result<Shape> dims(const strided& a) { return Shape{static_cast<std::int64_t>(a.numbers.size() / 2)}; }
    static void copy(const strided& a, element* into) {
        for (std::size_t i = 0; i < a.numbers.size(); i += 2) *into++ = a.numbers[i];
    }
    static void assign(strided& a, const element* from) {
        for (std::size_t i = 0; i < a.numbers.size(); i += 2) a.numbers[i] = *from++;
    }
};
static_assert(ReadableArray<const strided> && WritableArray<strided>);

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
