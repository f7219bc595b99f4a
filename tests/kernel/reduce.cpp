#include <wherry/kernel/reduce.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

constexpr std::array<std::int64_t, 2> outer_two{0, -1};
static_assert(kernel::axis_mask(outer_two, 3) == 0b101);
static_assert(kernel::axis_mask({}, 3) == 0b111, "no list means all");
constexpr std::array<std::int64_t, 3> dims{2, 3, 4};
static_assert(kernel::plan_reduce(dims, 0b111).rank == 1);
static_assert(kernel::plan_reduce(dims, 0b101).y_count == 3);

}  // namespace

TEST_CASE_TEMPLATE("a sum over any axes, and back", T, float, double) {
    const std::vector<std::int64_t> shape{3, 5, 2, 19};
    std::vector<T> x(570);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i % 13) - T(6);
    for (std::uint32_t mask = 0; mask < 16; ++mask) {
        const auto plan = kernel::plan_reduce(shape, mask);
        std::vector<T> out(plan.y_count), mean(plan.y_count), back(570), mean_back(570), expected(plan.y_count);
        std::vector<std::size_t> target(570);
        for (std::size_t i = 0; i < 570; ++i) {
            std::size_t rest = i, size = 1, at = 0;
            for (std::size_t d = 4; d-- > 0;) {
                const std::size_t n = static_cast<std::size_t>(shape[d]);
                if ((mask >> d & 1) == 0) at += rest % n * size, size *= n;
                rest /= n;
            }
            target[i] = at;
            expected[at] += x[i];
        }
        kernel::reduce_sum(plan, x, std::span<T>(out));
        CHECK(out == expected);
        kernel::reduce_mean(plan, x, std::span<T>(mean));
        kernel::reduce_sum_grad(plan, out, std::span<T>(back));
        kernel::reduce_mean_grad(plan, out, std::span<T>(mean_back));
        const T n = static_cast<T>(570 / plan.y_count);
        bool ok = true;
        for (std::size_t i = 0; i < out.size(); ++i) ok &= mean[i] == out[i] / n;
        for (std::size_t i = 0; i < 570; ++i) ok &= back[i] == out[target[i]] && mean_back[i] == out[target[i]] / n;
        CHECK_MESSAGE(ok, "axes ", mask);
    }
}

TEST_CASE("sums of many floats stay accurate") {
    const std::vector<float> x(10'000'001, 0.1f);
    const double truth = 10'000'001 * static_cast<double>(0.1f);
    CHECK(std::abs(static_cast<double>(kernel::sum(std::span<const float>(x))) / truth - 1) < 1e-6);
    CHECK(std::abs(static_cast<double>(kernel::mean(std::span<const float>(x))) / static_cast<double>(0.1f) - 1) < 1e-6);
}

TEST_CASE("sum, mean and squared norm of every length") {
    for (std::size_t n = 0; n < 100; ++n) {
        std::vector<float> x(n);
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < n; ++i) {
            x[i] = static_cast<float>(i % 7) - 2.0f;
            sum += static_cast<double>(x[i]);
            squares += static_cast<double>(x[i] * x[i]);
        }
        CHECK(static_cast<double>(kernel::sum(std::span<const float>(x))) == sum);
        CHECK(static_cast<double>(kernel::squared_l2_norm(std::span<const float>(x))) == squares);
        if (n > 0) CHECK(kernel::mean(std::span<const float>(x)) == static_cast<float>(sum) / static_cast<float>(n));
        else CHECK(std::isnan(kernel::mean(std::span<const float>(x))));
    }
    const std::array<std::int64_t, 3> whole{1, -5, 10};
    CHECK(kernel::sum(std::span<const std::int64_t>(whole)) == 6);
}

TEST_CASE("the gradient of a mean is the same share for all") {
    std::vector<float> dx(4);
    kernel::mean_grad(2, std::span<float>(dx));
    CHECK(dx == std::vector<float>(4, 0.5f));
}

TEST_CASE("a tensor without elements sums to zero") {
    const std::array<std::int64_t, 2> shape{0, 3};
    std::vector<float> out(3, 7.0f);
    kernel::reduce_sum(kernel::plan_reduce(shape, 1), std::span<const float>{}, std::span<float>(out));
    CHECK(out == std::vector<float>(3, 0.0f));
}
