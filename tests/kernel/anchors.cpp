#include <wherry/kernel/anchors.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

using namespace wherry;

TEST_CASE("one anchor as large as the step lies around the middle of its place") {
    const std::array<float, 1> size{16}, ratio{1};
    std::array<float, 8> out{};
    kernel::anchors<float>({size, ratio, 16, 16, 0.5F}, 1, 2, out.data());
    CHECK(out == std::array<float, 8>{0, 0, 15, 15, 16, 0, 31, 15});
}

TEST_CASE("dense boxes are spread within a step") {
    const std::array<float, 1> size{4}, ratio{1};
    const std::array<std::int32_t, 1> density{2};
    std::array<float, 16> out{};
    kernel::dense_boxes<float>({size, ratio, density, 8, 8, 0.5F}, 1, 1, 8.0F, 8.0F, out.data());
    CHECK(out == std::array<float, 16>{0, 0, 0.5F, 0.5F, 0.5F, 0, 1, 0.5F, 0, 0.5F, 0.5F, 1, 0.5F, 0.5F, 1, 1});
}
