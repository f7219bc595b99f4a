#include <wherry/kernel/elementwise.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

namespace kernel = wherry::kernel;
namespace binary = wherry::kernel::binary;

namespace {

using dims = std::vector<std::int64_t>;

constexpr bool runs_at_compile_time() {
    const std::array<std::int64_t, 2> x_dims{2, 3};
    const std::array<std::int64_t, 1> y_dims{3};
    const std::array<int, 6> x{1, 2, 3, 4, 5, 6};
    const std::array<int, 3> y{10, 20, 30};
    std::array<int, 6> out{};
    kernel::elementwise(binary::add{}, *kernel::plan_broadcast(x_dims, y_dims), x, y, std::span<int>(out));
    return out == std::array<int, 6>{11, 22, 33, 14, 25, 36};
}
static_assert(runs_at_compile_time());

template <class T>
std::vector<T> numbers(std::size_t n, int seed) {
    std::vector<T> v(n);
    for (std::size_t i = 0; i < n; ++i) v[i] = static_cast<T>((static_cast<int>(i) * 5 + seed) % 9 - 4) / T(2) + T(0.25);
    return v;
}

/// Position in an operand of the element at `at` of the result: dimensions of size 1 do not move.
std::size_t position(const dims& operand, const dims& out, std::size_t first, std::size_t at) {
    std::size_t result = 0, size = 1;
    for (std::size_t d = out.size(); d-- > 0;) {
        const std::size_t index = at % static_cast<std::size_t>(out[d]);
        at /= static_cast<std::size_t>(out[d]);
        if (d < first || d - first >= operand.size()) continue;
        const std::size_t n = static_cast<std::size_t>(operand[d - first]);
        if (n != 1) result += index * size;
        size *= n;
    }
    return result;
}

template <class T>
T value(binary::add, T x, T y) {
    return x + y;
}
template <class T>
T value(binary::sub, T x, T y) {
    return x - y;
}
template <class T>
T value(binary::mul, T x, T y) {
    return x * y;
}
template <class T>
T value(binary::div, T x, T y) {
    return x / y;
}
template <class T>
T value(binary::max, T x, T y) {
    return x > y ? x : y;
}
template <class T>
T value(binary::min, T x, T y) {
    return x < y ? x : y;
}

template <class T>
std::array<T, 2> slopes(binary::add, T, T, T g) {
    return {g, g};
}
template <class T>
std::array<T, 2> slopes(binary::sub, T, T, T g) {
    return {g, -g};
}
template <class T>
std::array<T, 2> slopes(binary::mul, T x, T y, T g) {
    return {g * y, g * x};
}
template <class T>
std::array<T, 2> slopes(binary::div, T x, T y, T g) {
    return {g / y, -g * (x / y) / y};
}
template <class T>
std::array<T, 2> slopes(binary::max, T x, T y, T g) {
    return {x > y ? g : T{}, x <= y ? g : T{}};
}
template <class T>
std::array<T, 2> slopes(binary::min, T x, T y, T g) {
    return {x < y ? g : T{}, x >= y ? g : T{}};
}

struct shapes {
    dims x, y;
    std::int64_t axis;
};
const std::vector<shapes> cases{{{37}, {37}, -1},
                                {{5, 19}, {19}, -1},
                                {{5, 19}, {5}, 0},
                                {{2, 3, 17}, {3}, 1},
                                {{2, 3, 4, 5}, {3, 4}, 1},
                                {{2, 3, 17}, {1}, -1},
                                {{19}, {5, 19}, -1},
                                {{1}, {4, 9}, -1},
                                {{4, 1}, {1, 21}, -1},
                                {{3, 1, 10}, {1, 7, 1}, -1},
                                {{2, 3, 11}, {3, 1}, 1},
                                {{0, 4}, {4}, -1},
                                {{1, 1}, {1}, -1},
                                {{2, 1, 3, 1}, {1, 5, 1, 9}, -1},
                                {{3}, {2, 3, 9}, 1},
                                {{33, 1}, {33, 10}, -1},
                                {{2, 3, 4, 5, 6}, {4, 1, 6}, 2},
                                {{6, 10}, {6, 10}, 0}};

template <class Op, class T>
void check(const shapes& s) {
    const auto plan = kernel::plan_broadcast(s.x, s.y, s.axis);
    REQUIRE(plan);
    const dims out_dims(plan->shape().begin(), plan->shape().end());
    const std::size_t x_first = s.x.size() >= s.y.size() ? 0 : s.axis < 0 ? s.y.size() - s.x.size() : static_cast<std::size_t>(s.axis);
    const std::size_t y_first = s.x.size() < s.y.size() ? 0 : s.axis < 0 ? s.x.size() - s.y.size() : static_cast<std::size_t>(s.axis);
    const auto x = numbers<T>(plan->x_count, 1), y = numbers<T>(plan->y_count, 5), g = numbers<T>(plan->count, 3);
    std::vector<T> out(plan->count), dx(plan->x_count, T(9)), dy(plan->y_count, T(9));
    kernel::elementwise(Op{}, *plan, x, y, std::span<T>(out));
    kernel::elementwise_grad(Op{}, *plan, x, y, g, std::span<T>(dx), std::span<T>(dy));
    std::vector<double> dx_true(plan->x_count), dy_true(plan->y_count);
    bool ok = true;
    for (std::size_t i = 0; i < plan->count; ++i) {
        const std::size_t a = position(s.x, out_dims, x_first, i), b = position(s.y, out_dims, y_first, i);
        ok &= out[i] == value(Op{}, x[a], y[b]);
        const auto slope = slopes(Op{}, x[a], y[b], g[i]);
        dx_true[a] += static_cast<double>(slope[0]);
        dy_true[b] += static_cast<double>(slope[1]);
    }
    const auto near = [](T v, double t) { return std::abs(static_cast<double>(v) - t) < 1e-4 * (1 + std::abs(t)); };
    for (std::size_t i = 0; i < dx.size(); ++i) ok &= near(dx[i], dx_true[i]);
    for (std::size_t i = 0; i < dy.size(); ++i) ok &= near(dy[i], dy_true[i]);
    CHECK_MESSAGE(ok, "ranks ", s.x.size(), " and ", s.y.size(), ", axis ", s.axis, ", elements ", plan->count);
    // One gradient alone, the other not wanted.
    std::vector<T> alone(plan->x_count, T(7));
    kernel::elementwise_grad(Op{}, *plan, x, y, g, std::span<T>(alone), std::span<T>{});
    CHECK(alone == dx);
}

}  // namespace

TEST_CASE_TEMPLATE("values and gradients follow numpy's broadcasting and Paddle's axis", Op, binary::add, binary::sub, binary::mul,
                   binary::div, binary::max, binary::min) {
    for (const shapes& s : cases) {
        check<Op, float>(s);
        check<Op, double>(s);
    }
}

TEST_CASE("integers broadcast too") {
    const dims x_dims{2, 2}, y_dims{2};
    const std::vector<std::int64_t> x{7, 8, -9, 10}, y{2, 3};
    std::vector<std::int64_t> out(4);
    kernel::elementwise(binary::div{}, *kernel::plan_broadcast(x_dims, y_dims), x, y, std::span<std::int64_t>(out));
    CHECK(out == std::vector<std::int64_t>{3, 2, -4, 3});
}

TEST_CASE("the gradients of a sum need neither operand, and dX may overwrite g") {
    const dims x_dims{3, 10}, y_dims{10};
    const auto plan = *kernel::plan_broadcast(x_dims, y_dims);
    std::vector<float> g(30, 2.0f), dy(10);
    kernel::elementwise_grad(binary::sub{}, plan, std::span<const float>{}, std::span<const float>{}, g, std::span<float>(g),
                             std::span<float>(dy));
    CHECK(g == std::vector<float>(30, 2.0f));
    CHECK(dy == std::vector<float>(10, -6.0f));
}
