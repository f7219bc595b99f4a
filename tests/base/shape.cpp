#include <wherry/base/shape.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <span>
#include <vector>

using namespace wherry;

namespace {
constexpr auto big(int power) { return std::int64_t{1} << power; }

struct count_row {
    Shape dims;
    std::optional<std::uint64_t> count;
};
constexpr count_row counts[] = {
    {{}, 1},  // a scalar has one element
    {{0}, 0},
    {{2, 3}, 6},
    {{0, 7}, 0},
    {{1, 1, 1, 1, 1, 1, 1, 1, 1}, 1},
    {{big(31), big(31)}, std::uint64_t{1} << 62U},
    {{big(62), 2}, std::nullopt},
    {{big(32), big(32)}, std::nullopt},
    {{big(62), 0, 4}, std::nullopt},  // no element, but a stride that overflows
    {{0, big(62)}, 0},
    {{std::numeric_limits<std::int64_t>::max()}, std::nullopt},
    {{-1, 4}, std::nullopt},
    {{-2, -3}, std::nullopt},  // although the product is 6
    {{0, -1}, std::nullopt},
    {{std::numeric_limits<std::int64_t>::min()}, std::nullopt},
};
constexpr bool counted(const count_row& row) {
    if (row.dims.element_count() != row.count) return false;
    return !checked_size(row.count.value_or(0)) || row.dims.count() == row.count.value_or(0);  // count() is for shapes that fit
}
static_assert(std::all_of(std::begin(counts), std::end(counts), counted));

// The sizes that saving, loading, feeding and planning agree on.
static_assert(byte_count(DType::FP32, {}) == 4 && byte_count(DType::FP64, {2, 3}) == 48 && byte_count(DType::BOOL, {0, 7}) == 0);
static_assert(!byte_count(DType::FP32, {-1, 4}) && !byte_count(DType::FP32, {0, -1}));
static_assert(!byte_count(static_cast<DType>(7), {1}) && !byte_count(static_cast<DType>(99), {1}) &&
              !byte_count(static_cast<DType>(-1), {}));
static_assert(!byte_count(DType::FP32, {big(62)}) && !byte_count(DType::FP64, {big(61)}) && !byte_count(DType::FP32, {big(31), big(31)}));
static_assert(!byte_count(DType::FP32, {0, big(62)}) && !byte_count(DType::INT8, {big(62), 0, 4}), "a 0 hides no stride that overflows");
static_assert(sizeof(std::size_t) < 8 || byte_count(DType::INT8, {big(62)}) == std::size_t{1} << (sizeof(std::size_t) < 8 ? 0 : 62));

constexpr bool agrees_with(std::initializer_list<std::int64_t> declared, const Shape& dims) {
    return agrees(std::span<const std::int64_t>(declared.begin(), declared.size()), dims);
}
static_assert(agrees_with({}, {}) && agrees_with({-1, 3}, {7, 3}) && agrees_with({-1, -1917}, {7, 3}) && agrees_with({0}, {0}));
static_assert(!agrees_with({-1, 3}, {7, 4}) && !agrees_with({-1}, {7, 3}) && !agrees_with({-1, -1}, {7}) && !agrees_with({0}, {1}));

static_assert(Shape{2, 3, 4}.product(0, 3) == 24 && Shape{2, 3, 4}.product(1, 2) == 3 && Shape{2, 3, 4}.product(1, 1) == 1);
static_assert(Shape{-1, 3, 4}.product(0, 2) == -1 && Shape{-1, 3, 4}.product(1, 3) == 12 && Shape{0, 5}.product(0, 2) == 0);
static_assert(Shape{big(40), big(40)}.product(0, 2) == -1, "unknown rather than undefined");
static_assert(Shape{big(40), 0, big(40)}.product(0, 3) == 0 && Shape{big(31), big(31)}.product(0, 2) == big(62));

constexpr bool grows_and_shrinks() {
    Shape s{2, 3};
    s.push_back(4);
    if (s != Shape{2, 3, 4} || s.back() != 4 || s.rank() != 3) return false;
    s.pop_back();
    s[1] = 9;
    return s == Shape{2, 9} && s.dims().size() == 2 && s[0] == 2;
}
static_assert(grows_and_shrinks());
static_assert(Shape{2} != Shape{2, 0} && Shape{} != Shape{0} && Shape{1, 2} != Shape{2, 1});
static_assert(Shape{-1, 4}.is_concrete() == false && Shape{0, 4}.is_concrete() && Shape{}.is_concrete());
}  // namespace

TEST_CASE("shape: elements are counted, or refused where a product would not fit") {
    for (const auto& row : counts) {
        CAPTURE(to_string(row.dims));
        CHECK(counted(row));
    }
}

TEST_CASE("shape: nine dims are the most") {
    const std::vector<std::int64_t> nine(9, 1);
    const std::vector<std::int64_t> ten(10, 1);
    REQUIRE(Shape::from(nine));
    CHECK(Shape::from(nine)->rank() == 9);
    const auto refused = Shape::from(ten);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::bad_dims);
    CHECK(refused.error().expected == "at most 9");
    CHECK(refused.error().found == "10");
}

TEST_CASE("shape: a dim that was removed does not matter to equality") { CHECK(grows_and_shrinks()); }

TEST_CASE("shape: iterates over its dims alone") {
    const Shape s{5, 6};
    CHECK(std::vector<std::int64_t>(s.begin(), s.end()) == std::vector<std::int64_t>{5, 6});
    const Shape none;
    CHECK(none.begin() == none.end());
}

TEST_CASE("shape: is shown as the reference shows it") {
    CHECK(to_string(Shape{}) == "[]");
    CHECK(to_string(Shape{2}) == "[2]");
    CHECK(to_string(Shape{-1, 784}) == "[-1, 784]");
    CHECK(to_tuple(Shape{}.dims()) == "()");
    CHECK(to_tuple(Shape{2}.dims()) == "(2,)");
    CHECK(to_tuple(Shape{2, 3}.dims()) == "(2, 3)");
}
