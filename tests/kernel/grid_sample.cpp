#include <wherry/kernel/grid_sample.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>

using namespace wherry;

TEST_CASE("samples at the middle, at a corner and beyond it") {
    const std::array<float, 4> x{0, 1, 2, 3};
    const std::array<float, 8> grid{0, 0, 1, 1, 2, 1, std::numeric_limits<float>::quiet_NaN(), 0};
    std::array<float, 4> out{};
    kernel::grid_sampling s{.channels = 1, .places = 4, .in = {2, 2, 1}};
    kernel::grid_sample<float>(s, x.data(), grid.data(), out.data());
    CHECK(out == std::array<float, 4>{1.5F, 3, 1.5F, 0});
    s.beyond = kernel::grid_sampling::padding::border;
    kernel::grid_sample<float>(s, x.data(), grid.data(), out.data());
    CHECK(out[2] == 3);
}
