#include <wherry/kernel/dropout.hpp>

#include <doctest/doctest.h>

#include <vector>

namespace kernel = wherry::kernel;
using kernel::dropout_scaling;

TEST_CASE("the mask and the outputs are those of fluid 1.8.5") {
    // dropout of fluid 1.8.5, seed 1, x = 1 ... 8, as printed by numpy.
    const std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8};
    const auto mask_of = [](float p) {
        std::vector<std::uint8_t> mask(8);
        kernel::dropout_mask(mask, p, 1);
        return mask;
    };
    using bytes = std::vector<std::uint8_t>;
    using floats = std::vector<float>;
    CHECK(mask_of(0.5f) == bytes{0, 0, 1, 1, 1, 0, 1, 0});
    CHECK(mask_of(0.3f) == bytes{0, 0, 1, 1, 1, 0, 1, 1});
    CHECK(mask_of(0) == bytes(8, 1));
    CHECK(mask_of(1) == bytes(8, 0));
    floats out(8);
    kernel::dropout_train<float>(x, mask_of(0.5f), 0.5f, dropout_scaling::downgrade_in_infer, out);
    CHECK(out == floats{0, 0, 3, 4, 5, 0, 7, 0});
    kernel::dropout_train<float>(x, mask_of(0.5f), 0.5f, dropout_scaling::upscale_in_train, out);
    CHECK(out == floats{0, 0, 6, 8, 10, 0, 14, 0});
    kernel::dropout_train<float>(x, mask_of(0.3f), 0.3f, dropout_scaling::upscale_in_train, out);
    CHECK(out[2] == doctest::Approx(4.285714).epsilon(1e-6));
    CHECK(out[7] == doctest::Approx(11.428572).epsilon(1e-6));
    kernel::dropout_train<float>(x, mask_of(1), 1, dropout_scaling::upscale_in_train, out);
    CHECK(out == floats(8, 0));
}

TEST_CASE("a draw that equals the probability keeps its element") {
    std::uint8_t mask[1] = {9};
    kernel::dropout_mask(mask, 0, 1899818559);  // 48271 times this seed is 1 modulo 2^31 - 1: the first draw is exactly 0
    CHECK(mask[0] == 1);
}

TEST_CASE("the gradient passes where the mask does; inference scales or leaves alone") {
    const std::vector<float> g{1, 2, 4};
    const std::vector<std::uint8_t> mask{1, 0, 1};
    std::vector<float> out(3);
    kernel::dropout_grad<float>(g, mask, 0.5f, dropout_scaling::upscale_in_train, out);
    CHECK(out == std::vector<float>{2, 0, 8});
    kernel::dropout_infer<float>(g, 0.25f, dropout_scaling::downgrade_in_infer, out);
    CHECK(out == std::vector<float>{0.75f, 1.5f, 3});
    kernel::dropout_infer<float>(g, 0.25f, dropout_scaling::upscale_in_train, out);
    CHECK(out == g);
}
