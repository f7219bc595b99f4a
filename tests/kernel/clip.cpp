#include <wherry/kernel/clip.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

constexpr bool runs_at_compile_time() {
    const std::array<float, 5> x{-2, -1, 0, 1, 2}, g{1, 2, 3, 4, 5};
    std::array<float, 5> out{}, dx{};
    kernel::clip(x, -1, 1, std::span<float>(out));
    kernel::clip_grad(x, g, -1, 1, std::span<float>(dx));
    return out == std::array<float, 5>{-1, -1, 0, 1, 1} && dx == std::array<float, 5>{0, 0, 3, 0, 0};
}
static_assert(runs_at_compile_time());

}  // namespace

TEST_CASE("values stay between the bounds for every length, NaN stays NaN") {
    for (std::size_t n = 1; n < 40; ++n) {
        std::vector<float> x(n), g(n, 1.0f), out(n), dx(n);
        for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<float>(i % 9) - 4.0f;
        x[n / 2] = std::numeric_limits<float>::quiet_NaN();
        kernel::clip(x, -2, 3, std::span<float>(out));
        kernel::clip_grad(x, g, -2, 3, std::span<float>(dx));
        bool ok = true;
        for (std::size_t i = 0; i < n; ++i)
            ok &= std::isnan(x[i]) ? std::isnan(out[i]) && dx[i] == 0
                                   : out[i] == std::min(std::max(x[i], -2.0f), 3.0f) && dx[i] == (x[i] > -2 && x[i] < 3 ? 1.0f : 0.0f);
        CHECK_MESSAGE(ok, "length ", n);
    }
}
