#include <wherry/kernel/interpolation.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <vector>

using namespace wherry::kernel;

namespace {
using corners = resized_dim::corners;
std::vector<float> row(std::vector<float> x, std::size_t out, std::size_t taps, corners how, float ratio) {
    std::vector<float> made(out);
    interpolate<float>(1, {resized_dim{1, 1, 1, how, 0}, resized_dim{1, 1, 1, how, 0}, resized_dim{x.size(), out, taps, how, ratio}}, x,
                       std::span<float>(made));
    return made;
}
}  // namespace

TEST_CASE("the nearest element, and what lies between two") {
    CHECK(row({1, 2}, 4, 1, corners::plain, 0.5F) == std::vector<float>{1, 1, 2, 2});
    CHECK(row({1, 2, 3}, 5, 1, corners::aligned, 0.5F) == std::vector<float>{1, 2, 2, 3, 3});
    CHECK(row({0, 4}, 5, 2, corners::aligned, 0.25F) == std::vector<float>{0, 1, 2, 3, 4});
    CHECK(row({0, 4}, 4, 2, corners::half_pixel, 0.5F) == std::vector<float>{0, 1, 3, 4});
    CHECK(row({0, 4}, 4, 2, corners::plain, 0.5F) == std::vector<float>{0, 2, 4, 4});
}

TEST_CASE("cubic weights add up to 1 and go through the elements") {
    resized_dim dim{9, 33, 4, corners::half_pixel, 9.0F / 33};
    for (std::size_t k = 0; k < 33; ++k) {
        std::size_t index[4];
        float weight[4];
        dim.at(k, index, weight);
        CHECK(weight[0] + weight[1] + weight[2] + weight[3] == doctest::Approx(1));
        for (const auto i : index) CHECK(i < 9);
    }
    const auto out = row({1, 5, 2, 7}, 7, 4, corners::aligned, 0.5F);
    for (const std::size_t i : {0U, 1U, 2U, 3U}) CHECK(out[2 * i] == doctest::Approx(std::vector<float>{1, 5, 2, 7}[i]));
}

TEST_CASE("planes and columns past the first 256") {
    std::vector<float> x(2 * 2 * 300), out(2 * 4 * 600);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
    interpolate<float>(2, {resized_dim{}, resized_dim{2, 4, 1, corners::plain, 0.5F}, resized_dim{300, 600, 1, corners::plain, 0.5F}}, x,
                       std::span<float>(out));
    for (std::size_t p = 0; p < 2; ++p)
        for (std::size_t r = 0; r < 4; ++r)
            for (std::size_t c = 0; c < 600; ++c) REQUIRE(out[(p * 4 + r) * 600 + c] == x[(p * 2 + r / 2) * 300 + c / 2]);
}
