#include <wherry/kernel/cast.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

namespace kernel = wherry::kernel;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
static_assert(kernel::cast_one<std::int32_t>(-2.9) == -2, "towards zero");
static_assert(kernel::cast_one<std::uint8_t>(255.9f) == 255);
static_assert(kernel::cast_one<std::uint8_t>(256.0f) == 255);
static_assert(kernel::cast_one<std::uint8_t>(-0.5f) == 0);
static_assert(kernel::cast_one<std::int8_t>(-128.5) == -128);
static_assert(kernel::cast_one<std::int64_t>(inf) == std::numeric_limits<std::int64_t>::max());
static_assert(kernel::cast_one<std::int64_t>(-inf) == std::numeric_limits<std::int64_t>::min());
static_assert(kernel::cast_one<std::int32_t>(std::numeric_limits<float>::quiet_NaN()) == 0);
static_assert(kernel::cast_one<bool>(0.25f));
static_assert(!kernel::cast_one<bool>(-0.0));
static_assert(kernel::cast_one<float>(std::int64_t{16777217}) == 16777216.0f);

}  // namespace

TEST_CASE("elements change their type one by one") {
    const std::array<float, 3> x{1.75f, -2.5f, 0};
    std::array<std::int64_t, 3> whole{};
    kernel::cast(std::span<const float>(x), std::span<std::int64_t>(whole));
    CHECK(whole == std::array<std::int64_t, 3>{1, -2, 0});
    std::array<double, 3> wide{};
    kernel::cast(std::span<const std::int64_t>(whole), std::span<double>(wide));
    CHECK(wide == std::array<double, 3>{1, -2, 0});
}
