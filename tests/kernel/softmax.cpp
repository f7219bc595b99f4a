#include <wherry/kernel/softmax.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

constexpr std::array<std::int64_t, 3> some_dims{2, 3, 4};
static_assert(kernel::split_at(some_dims, 1) == kernel::axis_split{2, 3, 4});
static_assert(kernel::split_at(some_dims, -1) == kernel::axis_split{6, 4, 1});
static_assert(kernel::split_at(some_dims, 0) == kernel::axis_split{1, 2, 12});

template <class T>
std::vector<T> numbers(std::size_t n, double scale, unsigned seed) {
    std::vector<T> v(n);
    for (T& x : v) {
        seed = seed * 1664525u + 1013904223u;
        x = static_cast<T>((static_cast<double>(seed >> 8) / 16777216.0 - 0.5) * scale);
    }
    return v;
}

template <class T>
std::vector<double> truth(kernel::axis_split s, const std::vector<T>& x) {
    std::vector<double> out(x.size());
    for (std::size_t o = 0; o < s.outer; ++o)
        for (std::size_t i = 0; i < s.inner; ++i) {
            const auto at = [&](std::size_t k) { return (o * s.axis + k) * s.inner + i; };
            double top = -1e300, total = 0;
            for (std::size_t k = 0; k < s.axis; ++k) top = std::max(top, static_cast<double>(x[at(k)]));
            for (std::size_t k = 0; k < s.axis; ++k) total += out[at(k)] = std::exp(std::max(static_cast<double>(x[at(k)]) - top, -64.0));
            for (std::size_t k = 0; k < s.axis; ++k) out[at(k)] /= total;
        }
    return out;
}

}  // namespace

TEST_CASE("rows become probabilities, with fluid's floor of e^-64") {
    // Outputs of the softmax operator of fluid 1.8.5 for these rows.
    const std::array<float, 9> x{1, 2, 3, 1000, 0, -1000, 0, -63, -65};
    const std::array<double, 9> expected{9.0030573e-02, 2.4472848e-01, 6.6524094e-01, 1, 1.6038109e-28, 1.6038109e-28, 1,
                                         4.3596101e-28, 1.6038109e-28};
    std::array<float, 9> out{};
    kernel::softmax(3, 3, x, std::span<float>(out));
    for (std::size_t i = 0; i < 9; ++i) CHECK(std::abs(static_cast<double>(out[i]) / expected[i] - 1) < 2e-6);
    const std::array<double, 9> by_column{1.6038109e-28, 8.8079703e-01, 1, 1, 1.1920291e-01, 1.6038109e-28, 1.6038109e-28,
                                          1.4126319e-28, 1.6038109e-28};
    kernel::softmax(kernel::axis_split{1, 3, 3}, x, std::span<float>(out));
    for (std::size_t i = 0; i < 9; ++i) CHECK(std::abs(static_cast<double>(out[i]) / by_column[i] - 1) < 2e-6);
}

TEST_CASE_TEMPLATE("every number of classes along every axis", T, float, double) {
    for (std::size_t classes = 1; classes < 40; ++classes)
        for (const std::size_t inner : {std::size_t{1}, std::size_t{3}}) {
            const kernel::axis_split s{3, classes, inner};
            const auto x = numbers<T>(s.count(), 30, 7), g = numbers<T>(s.count(), 2, 9);
            auto out = x;
            kernel::softmax(s, out, std::span<T>(out));
            const auto t = truth(s, x);
            auto dx = g;
            kernel::softmax_grad(s, out, dx, std::span<T>(dx));
            bool ok = true;
            for (std::size_t i = 0; i < t.size(); ++i) {
                ok &= std::abs(static_cast<double>(out[i]) / t[i] - 1) < 2e-6;
                const std::size_t o = i / (classes * inner), in = i % inner;
                double dot = 0;
                for (std::size_t k = 0; k < classes; ++k) {
                    const std::size_t at = (o * classes + k) * inner + in;
                    dot += static_cast<double>(g[at]) * static_cast<double>(out[at]);
                }
                ok &= std::abs(static_cast<double>(dx[i]) - (static_cast<double>(g[i]) - dot) * static_cast<double>(out[i])) < 1e-6;
            }
            CHECK_MESSAGE(ok, "classes ", classes, " inner ", inner);
        }
}

TEST_CASE("infinity or NaN makes the whole row NaN and leaves the others alone") {
    for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        for (std::size_t at = 0; at < 11; ++at) {
            std::vector<float> x(33, 1.0f);
            x[11 + at] = bad;
            kernel::softmax(3, 11, x, std::span<float>(x));
            for (std::size_t i = 0; i < 33; ++i) CHECK(std::isnan(x[i]) == (i >= 11 && i < 22));
        }
    }
    std::vector<float> x{0, -std::numeric_limits<float>::infinity()};
    kernel::softmax(1, 2, x, std::span<float>(x));
    CHECK(static_cast<double>(x[1]) == doctest::Approx(1.6038109e-28));
}

TEST_CASE("no rows or no classes are fine") {
    kernel::softmax(0, 10, std::span<const float>{}, std::span<float>{});
    kernel::softmax(10, 0, std::span<const float>{}, std::span<float>{});
    kernel::softmax_grad(10, 0, std::span<const float>{}, std::span<const float>{}, std::span<float>{});
}
