#include <wherry/kernel/convolution_transpose.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace wherry::kernel;

namespace {
std::vector<double> numbers(std::size_t count, double phase) {
    std::vector<double> made(count);
    for (std::size_t i = 0; i < count; ++i) made[i] = std::sin(phase + 1.7 * static_cast<double>(i));
    return made;
}
double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double total = 0;
    for (std::size_t i = 0; i < a.size(); ++i) total += a[i] * b[i];
    return total;
}
/// <convolution(image), y> = <image, transpose(y)>: what makes one the transpose of the other.
void check(const convolution_shape& s) {
    // the transpose's channels are the filters of the convolution
    const convolution_shape there{s.images, s.filters, s.channels, s.groups, s.window};
    const auto image = numbers(s.images * s.filters * window::count(s.window.in), 0.1);
    const auto filter = numbers(s.channels * (s.filters / s.groups) * window::count(s.window.size), 0.5);
    const auto y = numbers(s.images * s.channels * window::count(s.window.out), 0.9);
    std::vector<double> seen(y.size()), made(image.size(), 99);
    convolution<double>(there, image, filter, std::span<double>(seen));
    convolution_transpose<double>(s, y, filter, std::span<double>(made));
    CHECK(dot(seen, y) == doctest::Approx(dot(image, made)));
    const std::vector<float> y32(y.begin(), y.end()), filter32(filter.begin(), filter.end());
    std::vector<float> made32(made.size());
    convolution_transpose<float>(s, y32, filter32, std::span<float>(made32));
    for (std::size_t i = 0; i < made.size(); ++i)
        REQUIRE(static_cast<double>(made32[i]) == doctest::Approx(made[i]).epsilon(1e-3).scale(1));
}
}  // namespace

TEST_CASE("the transpose of a convolution is its transpose") {
    check({2, 3, 4, 1, {{1, 9, 15}, {1, 4, 7}, {1, 3, 3}, {1, 2, 2}, {1, 1, 1}, {0, 0, 0}}});
    check({1, 4, 6, 2, {{1, 8, 9}, {1, 8, 9}, {1, 3, 3}, {1, 1, 1}, {1, 1, 1}, {0, 1, 1}}});
    check({1, 2, 2, 1, {{1, 20, 31}, {1, 10, 16}, {1, 9, 9}, {1, 2, 2}, {1, 1, 1}, {0, 4, 4}}});
    check({1, 2, 3, 1, {{3, 5, 9}, {2, 3, 7}, {2, 2, 2}, {1, 2, 1}, {1, 1, 2}, {0, 0, 0}}});
    check({1, 5, 5, 5, {{1, 12, 40}, {1, 6, 20}, {1, 4, 4}, {1, 2, 2}, {1, 1, 1}, {0, 1, 1}}});
}
