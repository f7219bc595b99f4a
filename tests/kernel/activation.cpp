#include <wherry/kernel/activation.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

constexpr bool runs_at_compile_time() {
    std::array<float, 3> x{-1, 0, 2}, out{}, dx{};
    const std::array<float, 3> g{10, 20, 30};
    kernel::relu(x, std::span<float>(out));
    kernel::relu_grad(out, g, std::span<float>(dx));
    if (out != std::array<float, 3>{0, 0, 2} || dx != std::array<float, 3>{0, 0, 30}) return false;
    kernel::square(x, std::span<float>(out));
    kernel::square_grad(x, g, std::span<float>(dx));
    return out == std::array<float, 3>{1, 0, 4} && dx == std::array<float, 3>{-20, 0, 120};
}
static_assert(runs_at_compile_time());

/// Largest error in units of 2e-6 relative, the bound promised against the reference; tiny results count absolutely.
template <class Function, class Truth>
double worst(Function f, Truth truth, float from, float to) {
    std::vector<float> x, out;
    for (int i = 0; i <= 20000; ++i) x.push_back(from + (to - from) * static_cast<float>(i) / 20000.0f);
    out.resize(x.size());
    f(std::span<const float>(x), std::span<float>(out));
    double result = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double t = truth(static_cast<double>(x[i]));
        const double bound = std::max(2e-6 * std::abs(t), 1.5e-45);
        result = std::max(result, std::abs(static_cast<double>(out[i]) - t) / bound);
    }
    return result;
}

template <class T>
std::vector<T> ramp(std::size_t n) {
    std::vector<T> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<T>(static_cast<int>(i * 7 % 23) - 11) / T(8);
    return v;
}

}  // namespace

TEST_CASE("relu keeps NaN, cuts negatives, and its gradient is 0 at 0") {
    const std::array<float, 5> x{not_a_number, -1, 0, 3, inf};
    std::array<float, 5> out{};
    kernel::relu(x, std::span<float>(out));
    CHECK(std::isnan(out[0]));
    CHECK(out[1] == 0);
    CHECK(out[2] == 0);
    CHECK(out[3] == 3);
    CHECK(out[4] == inf);
}

TEST_CASE("sigmoid and tanh agree with the true functions") {
    const auto sigmoid = [](auto x, auto out) { kernel::sigmoid(x, out); };
    const auto tanh = [](auto x, auto out) { kernel::tanh(x, out); };
    const auto logistic = [](double x) { return 1 / (1 + std::exp(-x)); };
    const auto true_tanh = [](double x) { return std::tanh(x); };
    CHECK(worst(sigmoid, logistic, -86, 30) < 0.3);
    CHECK(worst(tanh, true_tanh, -10, 10) < 0.3);
    CHECK(worst(tanh, true_tanh, -1, 1) < 0.3);
    CHECK(worst(tanh, true_tanh, -1e-3f, 1e-3f) < 0.3);
}

TEST_CASE("sigmoid is not clamped: fluid 1.8.5's own values at the ends") {
    // Read from the sigmoid operator of fluid 1.8.5: inputs in this order, outputs as printed by repr(float(v)).
    const std::array<float, 10> x{-100, -88, -87, -10, 0.3f, 20, 100, inf, -inf, not_a_number};
    const std::array<double, 9> expected{
        0.0, 6.054601485195952e-39, 1.6458114537543937e-38, 4.539787187241018e-05, 0.5744425058364868, 1, 1, 1, 0};
    std::array<float, 10> out{};
    kernel::sigmoid(x, std::span<float>(out));
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(static_cast<double>(out[i]) - expected[i]) <= 2e-6 * expected[i]);
    CHECK(out[0] == 0);
    CHECK(std::isnan(out[9]));
    kernel::tanh(x, std::span<float>(out));
    CHECK(out[0] == -1);
    CHECK(out[7] == 1);
    CHECK(out[8] == -1);
    CHECK(std::isnan(out[9]));
}

TEST_CASE_TEMPLATE("every length gives the same values, in place too", T, float, double) {
    for (std::size_t n = 0; n < 40; ++n) {
        const std::vector<T> x = ramp<T>(n);
        std::vector<T> g(n), out(n), dx(n);
        for (std::size_t i = 0; i < n; ++i) g[i] = static_cast<T>(i) - T(5);
        const auto near = [](T a, double b) { return std::abs(static_cast<double>(a) - b) <= 2e-6 * std::abs(b); };
        bool ok = true;
        kernel::relu(x, std::span<T>(out));
        kernel::relu_grad(out, g, std::span<T>(dx));
        for (std::size_t i = 0; i < n; ++i) ok &= out[i] == std::max(x[i], T(0)) && dx[i] == (out[i] > 0 ? g[i] : T(0));
        kernel::tanh(x, std::span<T>(out));
        kernel::tanh_grad(out, g, std::span<T>(dx));
        for (std::size_t i = 0; i < n; ++i)
            ok &= near(out[i], std::tanh(static_cast<double>(x[i]))) &&
                  near(dx[i], static_cast<double>(g[i]) * (1 - static_cast<double>(out[i]) * static_cast<double>(out[i])));
        kernel::sigmoid(x, std::span<T>(out));
        kernel::sigmoid_grad(out, g, std::span<T>(dx));
        for (std::size_t i = 0; i < n; ++i)
            ok &= near(out[i], 1 / (1 + std::exp(-static_cast<double>(x[i])))) &&
                  near(dx[i], static_cast<double>(g[i]) * static_cast<double>(out[i]) * (1 - static_cast<double>(out[i])));
        kernel::square(x, std::span<T>(out));
        kernel::square_grad(x, g, std::span<T>(dx));
        for (std::size_t i = 0; i < n; ++i) ok &= out[i] == x[i] * x[i] && dx[i] == 2 * x[i] * g[i];
        std::vector<T> squares = out;
        kernel::sqrt(squares, std::span<T>(squares));
        for (std::size_t i = 0; i < n; ++i) ok &= near(squares[i], std::abs(static_cast<double>(x[i])));
        for (T& v : squares) v += 1;
        kernel::sqrt_grad(squares, g, std::span<T>(dx));
        for (std::size_t i = 0; i < n; ++i) ok &= near(dx[i], 0.5 * static_cast<double>(g[i]) / static_cast<double>(squares[i]));
        CHECK_MESSAGE(ok, "length ", n);
    }
}

TEST_CASE("the root of a negative number is NaN, squares of integers are integers") {
    const std::array<float, 9> x{-1, 4, 4, 4, 4, 4, 4, 4, -2};
    std::array<float, 9> out{};
    kernel::sqrt(x, std::span<float>(out));
    CHECK(std::isnan(out[0]));
    CHECK(out[1] == 2);
    CHECK(std::isnan(out[8]));
    const std::array<int, 2> whole{-3, 5};
    std::array<int, 2> squares{};
    kernel::square(whole, std::span<int>(squares));
    CHECK(squares == std::array<int, 2>{9, 25});
}
