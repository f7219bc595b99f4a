#include <wherry/kernel/dense.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

template <class Weight>
std::vector<Weight> numbers(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<Weight> made(count);
    for (auto& one : made)
        one = static_cast<Weight>(std::is_same_v<Weight, float> ? static_cast<float>(random() % 2001) / 1000 - 1
                                                                : static_cast<float>(random() % 255) - 127);
    return made;
}

struct relu {
    float operator()(float value) const noexcept { return value > 0 ? value : 0; }
};

template <class Weight, std::size_t Depth, std::size_t Columns>
double worst_of(const Weight* w, const float* x, const float* bias, const float* scales, const float* y) {
    double worst = 0;
    for (std::size_t j = 0; j < Columns; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < Depth; ++k) {
            Weight one;
            std::memcpy(&one, reinterpret_cast<const char*>(w) + (k * Columns + j) * sizeof one, sizeof one);
            sum += static_cast<double>(x[k]) * static_cast<double>(one);
        }
        if (scales != nullptr) sum *= static_cast<double>(scales[j]);
        if (bias != nullptr) sum += static_cast<double>(bias[j]);
        worst = std::max(worst, std::fabs(std::max(sum, 0.0) - static_cast<double>(y[j])) / (1 + std::fabs(sum)));
    }
    return worst;
}

template <std::size_t Depth, std::size_t Columns, kernel::tuned_for Aim>
void check_layer() {
    CAPTURE(Depth);
    CAPTURE(Columns);
    const auto x = numbers<float>(Depth, 1), bias = numbers<float>(Columns, 2), scales = numbers<float>(Columns, 3);
    std::vector<float> y(Columns + 2, 7.0F);
    constexpr auto block = kernel::block_for(Depth, Columns, Aim);
    const auto w = numbers<float>(Depth * Columns, 4);
    const kernel::matrix<const float, Depth, Columns> weights(w.data());
    kernel::dense<block, 4>(x.data(), weights, bias.data(), nullptr, y.data() + 1, relu{});
    CHECK(worst_of<float, Depth, Columns>(w.data(), x.data(), bias.data(), nullptr, y.data() + 1) < 1e-5);
    CHECK(y.front() == 7);
    CHECK(y.back() == 7);
    // weights anywhere in a file
    std::vector<char> file(w.size() * sizeof(float) + 3);
    std::memcpy(file.data() + 3, w.data(), w.size() * sizeof(float));
    const auto* loose = reinterpret_cast<const float*>(file.data() + 3);
    std::vector<float> again(Columns);
    kernel::dense<kernel::block_for(Depth, Columns, Aim, 1), 1>(x.data(), kernel::matrix<const float, Depth, Columns>(loose), nullptr,
                                                                nullptr, again.data(), relu{});
    CHECK(worst_of<float, Depth, Columns>(loose, x.data(), nullptr, nullptr, again.data()) < 1e-5);
    // one byte per weight
    const auto few = numbers<std::int8_t>(Depth * Columns, 5);
    kernel::dense<block, 4>(x.data(), kernel::matrix<const std::int8_t, Depth, Columns>(few.data()), bias.data(), scales.data(),
                            y.data() + 1, relu{});
    CHECK(worst_of<std::int8_t, Depth, Columns>(few.data(), x.data(), bias.data(), scales.data(), y.data() + 1) < 1e-5);
    if constexpr (Columns >= kernel::shared_block.columns()) {  // extents known at run time alone
        kernel::dense<kernel::shared_block, 4>(x.data(), kernel::matrix<const float>(w.data(), Depth, Columns), bias.data(), nullptr,
                                               y.data() + 1, relu{});
        CHECK(worst_of<float, Depth, Columns>(w.data(), x.data(), bias.data(), nullptr, y.data() + 1) < 1e-5);
    }
}

template <std::size_t Columns>
void check_widths() {
    check_layer<1, Columns, kernel::tuned_for::speed>();
    check_layer<7, Columns, kernel::tuned_for::speed>();
    check_layer<32, Columns, kernel::tuned_for::balance>();
}

}  // namespace

TEST_CASE("A layer is the product, scales, bias and function of a plain loop, for any width") {
    check_widths<1>();
    check_widths<2>();
    check_widths<3>();
    check_widths<5>();
    check_widths<8>();
    check_widths<10>();
    check_widths<17>();
    check_widths<33>();
    check_widths<100>();
    check_widths<257>();
}

TEST_CASE("A block is no wider than the registers and never wider than it must be") {
    for (std::size_t columns = 1; columns < 400; ++columns) {
        for (const auto aim : {kernel::tuned_for::speed, kernel::tuned_for::balance}) {
            const auto block = kernel::block_for(64, columns, aim);
            CHECK(block.lanes <= columns);
            CHECK(block.vectors * block.phases <= 28);
            CHECK(block.columns() < columns + block.lanes);
        }
    }
}
