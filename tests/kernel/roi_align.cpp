#include <wherry/kernel/roi_align.hpp>

#include <doctest/doctest.h>

#include <array>

using namespace wherry;

TEST_CASE("samples lie between the elements around them, and count as 0 outside") {
    const std::array<float, 4> x{0, 1, 2, 3};
    std::array<float, 1> out{};
    kernel::roi_align<float>({0, 0, 1, 1, 1, 1}, 1, 2, 2, 1, 1, x.data(), out.data());
    CHECK(out[0] == 1.5F);
    kernel::roi_align<float>({0, 0, 8, 1, 2, 1}, 1, 2, 2, 1, 1, x.data(), out.data());  // at 2 the last column, at 6 nothing
    CHECK(out[0] == 1.0F);
}
