#include <wherry/kernel/scale.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

constexpr bool runs_at_compile_time() {
    std::array<float, 2> x{1, 2}, y{};
    kernel::scale(x, 3, 1, std::span<float>(y));
    kernel::scale_after_bias(x, 3, 1, std::span<float>(x));
    return y == std::array<float, 2>{4, 7} && x == std::array<float, 2>{6, 9};
}
static_assert(runs_at_compile_time());

}  // namespace

TEST_CASE_TEMPLATE("a x + b and a (x + b) for every length", T, float, double, std::int32_t, std::int64_t) {
    for (std::size_t n = 0; n < 40; ++n) {
        std::vector<T> x(n), after(n);
        for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(i);
        kernel::scale_after_bias(x, T(2), T(5), std::span<T>(after));
        kernel::scale(x, T(2), T(5), std::span<T>(x));
        bool ok = true;
        for (std::size_t i = 0; i < n; ++i) ok &= x[i] == static_cast<T>(2 * i + 5) && after[i] == static_cast<T>(2 * i + 10);
        CHECK_MESSAGE(ok, "length ", n);
    }
}
