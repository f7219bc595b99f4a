#include <wherry/kernel/normalization.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace wherry;

namespace {
std::vector<float> numbers(std::size_t count) {
    std::vector<float> made(count);
    for (std::size_t i = 0; i < count; ++i) made[i] = std::sin(0.3F + 1.7F * static_cast<float>(i)) + 3;
    return made;
}
}  // namespace

TEST_CASE("a normalised row has mean 0 and variance 1") {
    const auto x = numbers(37);
    std::vector<float> out(37);
    const auto found = kernel::normalize_row<float>(x, nullptr, nullptr, 0, std::span<float>(out));
    CHECK(found.mean == doctest::Approx(kernel::mean<float>(x)));
    const auto after = kernel::moments_of(std::span<const float>(out));
    CHECK(after.mean == doctest::Approx(0).epsilon(1e-6));
    CHECK(after.variance == doctest::Approx(1));
}

TEST_CASE("scale and bias of a row come alone, together or not at all") {
    const auto x = numbers(11), scale = numbers(11), bias = numbers(11);
    std::vector<float> plain(11), out(11);
    kernel::normalize_row<float>(x, nullptr, nullptr, 0.1F, std::span<float>(plain));
    for (const bool with_scale : {false, true})
        for (const bool with_bias : {false, true}) {
            kernel::normalize_row<float>(x, with_scale ? scale.data() : nullptr, with_bias ? bias.data() : nullptr, 0.1F,
                                         std::span<float>(out));
            for (std::size_t i = 0; i < 11; ++i)
                CHECK(out[i] == doctest::Approx(plain[i] * (with_scale ? scale[i] : 1) + (with_bias ? bias[i] : 0)));
        }
}

TEST_CASE("channels are scaled, with one place and with many") {
    for (const std::size_t count : {1U, 9U}) {
        const auto x = numbers(2 * 150 * count);
        std::vector<float> out(x.size());
        kernel::scale_channels<float>(
            2, 150, count, x, [](std::size_t c) { return static_cast<float>(c); },
            [](std::size_t c, float by) { return static_cast<float>(c) + by; }, std::span<float>(out));
        for (std::size_t i = 0; i < x.size(); ++i) {
            const auto c = static_cast<float>(i / count % 150);
            REQUIRE(out[i] == doctest::Approx(x[i] * c + 2 * c));
        }
    }
}

TEST_CASE("moments of a channel go over all images") {
    const std::vector<float> x{1, 2, 9, 9, 3, 6, 9, 9};  // two images, two channels
    const auto found = kernel::moments_of_channel<float>(2, 2, 2, x, 0);
    CHECK(found.mean == 3);
    CHECK(found.variance == 3.5F);
}
