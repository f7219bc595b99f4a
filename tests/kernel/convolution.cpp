#include <wherry/kernel/convolution.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace wherry;
using kernel::convolution_shape;
using kernel::window;

namespace {

template <class T>
std::vector<T> numbers(std::size_t count, double phase) {
    std::vector<T> made(count);
    for (std::size_t i = 0; i < count; ++i) made[i] = static_cast<T>(std::sin(phase + 1.7 * static_cast<double>(i)));
    return made;
}

/// The definition, in double.
template <class T>
std::vector<double> by_definition(const convolution_shape& s, std::span<const T> x, std::span<const T> filter) {
    const auto& [in, out, size, stride, dilation, before] = s.window;
    const auto channels = s.channels / s.groups, filters = s.filters / s.groups;
    std::vector<double> made;
    for (std::size_t n = 0; n < s.images; ++n)
        for (std::size_t m = 0; m < s.filters; ++m)
            for (std::size_t z = 0; z < out[0]; ++z)
                for (std::size_t y = 0; y < out[1]; ++y)
                    for (std::size_t col = 0; col < out[2]; ++col) {
                        double total = 0;
                        for (std::size_t c = 0; c < channels; ++c)
                            for (std::size_t kz = 0; kz < size[0]; ++kz)
                                for (std::size_t ky = 0; ky < size[1]; ++ky)
                                    for (std::size_t kx = 0; kx < size[2]; ++kx) {
                                        const auto iz = z * stride[0] + kz * dilation[0] - before[0];
                                        const auto iy = y * stride[1] + ky * dilation[1] - before[1];
                                        const auto ix = col * stride[2] + kx * dilation[2] - before[2];
                                        if (iz >= in[0] || iy >= in[1] || ix >= in[2]) continue;
                                        const auto channel = n * s.channels + m / filters * channels + c;
                                        total += static_cast<double>(x[((channel * in[0] + iz) * in[1] + iy) * in[2] + ix]) *
                                                 static_cast<double>(
                                                     filter[(((m * channels + c) * size[0] + kz) * size[1] + ky) * size[2] + kx]);
                                    }
                        made.push_back(total);
                    }
    return made;
}

template <class T, class Run>
void check(const convolution_shape& s, Run run) {
    const auto x = numbers<T>(s.images * s.channels * window::count(s.window.in), 0.1);
    const auto filter = numbers<T>(s.filters * (s.channels / s.groups) * window::count(s.window.size), 0.9);
    std::vector<T> out(s.images * s.filters * window::count(s.window.out), T(99));
    run(kernel::input<T>(x), kernel::input<T>(filter), std::span<T>(out));
    const auto wanted = by_definition<T>(s, x, filter);
    double off = 0;
    for (std::size_t i = 0; i < out.size(); ++i) off = std::max(off, std::abs(static_cast<double>(out[i]) - wanted[i]));
    CAPTURE(s.window.in[2]);
    CAPTURE(s.window.size[2]);
    CAPTURE(s.window.stride[2]);
    CHECK(off < 2e-5);
}

/// Every instruction set that this machine has.
template <class T>
void check_type(const convolution_shape& s) {
    using kernel::instruction_set;
    for (const auto most : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512})
        check<T>(s, [&](auto x, auto filter, auto out) { kernel::convolution<T>(s, x, filter, out, most); });
}
void check_all(const convolution_shape& s) {
    check_type<float>(s);
    check_type<double>(s);
}

window square(std::size_t in, std::size_t size, std::size_t stride, std::size_t dilation, std::size_t before) {
    const std::size_t out = (in + 2 * before - dilation * (size - 1) - 1) / stride + 1;
    return {{1, in, in}, {1, out, out}, {1, size, size}, {1, stride, stride}, {1, dilation, dilation}, {0, before, before}};
}

}  // namespace

TEST_CASE("convolution is what its definition says, for every instruction set") {
    check_all({2, 5, 9, 1, square(9, 3, 1, 1, 1)});
    check_all({1, 3, 17, 1, square(23, 3, 2, 1, 1)});
    check_all({1, 2, 4, 2, square(11, 3, 3, 2, 4)});
    check_all({1, 40, 6, 1, square(7, 3, 1, 1, 0)});
    check_all({1, 30, 20, 1, square(8, 1, 1, 1, 0)});
    check_all({2, 6, 9, 3, square(8, 1, 2, 1, 0)});
    check_all({1, 2, 3, 1, {{3, 4, 5}, {2, 4, 3}, {2, 3, 3}, {1, 1, 2}, {1, 1, 1}, {0, 1, 1}}});
}

TEST_CASE("a filter for each channel: rows of any length, strides, dilations") {
    for (const std::size_t in : {4U, 15U, 16U, 33U, 70U})
        for (const std::size_t stride : {1U, 2U, 3U}) check_all({1, 3, 3, 3, square(in, 3, stride, 1, 1)});
    check_all({2, 2, 4, 2, square(12, 5, 1, 1, 2)});
    check_all({1, 2, 2, 2, square(40, 3, 2, 3, 5)});
    check_all({1, 2, 2, 2, square(30, 13, 1, 1, 6)});                                                   // more taps than a ring takes
    check_all({1, 2, 2, 2, {{1, 9, 2500}, {1, 9, 2500}, {1, 7, 7}, {1, 1, 1}, {1, 1, 1}, {0, 3, 3}}});  // in columns
}

TEST_CASE("a filter for each channel: planes that are held whole, odd windows and uneven padding") {
    for (const std::size_t in : {1U, 2U, 3U, 7U, 14U, 17U, 28U, 52U, 60U})
        for (const std::size_t size : {2U, 3U, 5U, 7U})
            for (const std::size_t stride : {1U, 2U, 3U, 4U, 5U}) check_all({2, 3, 3, 3, square(in, size, stride, 1, size - 1)});
    check_all({2, 3, 6, 3, square(7, 5, 1, 1, 2)});
    check_all({1, 2, 2, 2, square(20, 3, 2, 4, 3)});
    check_all({1, 2, 2, 2, square(9, 3, 1, 2, 11)});  // places that see nothing but padding
    check_all({1, 2, 4, 2, {{1, 5, 40}, {1, 3, 37}, {1, 4, 5}, {1, 2, 1}, {1, 1, 1}, {0, 2, 0}}});
    check_all({1, 2, 2, 2, {{1, 40, 3}, {1, 13, 2}, {1, 2, 3}, {1, 3, 2}, {1, 2, 1}, {0, 0, 1}}});
}

TEST_CASE("each number of a result is finished once, with the number of its filter") {
    using kernel::instruction_set;
    for (const std::size_t in : {3U, 7U, 30U, 60U, 90U})
        for (const std::size_t groups : {1U, 90U}) {
            const convolution_shape s{2, groups, 2 * groups, groups, square(in, 3, 1, 1, 1)};
            const auto x = numbers<float>(s.images * s.channels * in * in, 0.1), filter = numbers<float>(s.filters * 9, 0.9);
            std::vector<float> out(s.images * s.filters * in * in), finished = out;
            const kernel::convolution_end<float> end{
                [](const void*, float* part, std::size_t filters, std::size_t count, std::size_t stride, std::size_t first) noexcept {
                    for (std::size_t k = 0; k < filters; ++k)
                        for (std::size_t i = 0; i < count; ++i) part[k * stride + i] += static_cast<float>(first + k + 1);
                },
                nullptr};
            for (const auto most : {instruction_set::baseline, instruction_set::avx2, instruction_set::avx512}) {
                kernel::convolution<float>(s, x, filter, out, most);
                kernel::convolution<float>(s, x, filter, finished, most, &end);
                std::size_t wrong = 0;
                for (std::size_t i = 0; i < out.size(); ++i)
                    wrong += finished[i] != out[i] + static_cast<float>(i / (in * in) % s.filters + 1) ? 1U : 0U;
                CAPTURE(in);
                CAPTURE(groups);
                CHECK(wrong == 0);
            }
        }
}

TEST_CASE("convolution of nothing, and without channels") {
    std::vector<float> out(3, 7.0F);
    kernel::convolution<float>({0, 2, 3, 1, square(1, 1, 1, 1, 0)}, {}, {}, std::span<float>());
    kernel::convolution<float>({1, 0, 3, 1, square(1, 1, 1, 1, 0)}, {}, {}, std::span<float>(out));
    CHECK(out == std::vector<float>{0, 0, 0});
}
