#include <wherry/kernel/cross_entropy.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

using label_span = std::span<const std::int64_t>;
constexpr std::array<std::int64_t, 4> labels{2, 0, -100, 1};
static_assert(!kernel::first_bad_label(label_span(labels), 3, -100));
static_assert(kernel::first_bad_label(label_span(labels), 3, -1) == 2u, "another ignore_index does not excuse -100");
static_assert(kernel::first_bad_label(label_span(labels), 2, -100) == 0u);
static_assert(kernel::tolerable(std::numeric_limits<float>::infinity()) == 1e20f);
static_assert(kernel::tolerable(-std::numeric_limits<double>::infinity()) == -1e20);

constexpr float inf = std::numeric_limits<float>::infinity();
const std::array<float, 4> g{1, 2, 3, -1};
const std::array<float, 12> soft{.1f, .2f, .7f, 0, 1, 0, 1, 0, 0, .5f, .25f, .25f};
const std::array<float, 12> logits{1, 2, 3, 1000, 0, -1000, 0, 0, 0, -1, 5, .5f};

bool close(std::span<const float> seen, std::initializer_list<double> expected) {
    std::size_t i = 0;
    for (const double e : expected) {
        const double s = static_cast<double>(seen[i++]);
        if (std::isnan(e) ? !std::isnan(s) : std::isinf(e) ? s != e : std::abs(s - e) > 2e-6 * std::abs(e) + 1e-7) return false;
    }
    return i == seen.size();
}

}  // namespace

// All numbers below were printed by fluid 1.8.5 running the same inputs, the gradient of each row's loss being 1, 2, 3, -1.

TEST_CASE("hard labels on probabilities") {
    const std::array<float, 12> x{.2f, .3f, .5f, 0, 1, 0, .25f, .25f, .5f, .1f, .1f, .8f};
    std::array<float, 4> y{}, match{};
    std::array<float, 12> dx{};
    kernel::cross_entropy_hard(3, x, label_span(labels), -100, std::span<float>(y), std::span<float>(match));
    CHECK(close(y, {0.6931471824645996, 1.0000000200408773e+20, 0, 2.3025851249694824}));
    CHECK(match == std::array<float, 4>{.5f, 0, 0, .1f});
    kernel::cross_entropy_hard_grad(3, match, label_span(labels), -100, g, std::span<float>(dx));
    CHECK(close(dx, {0, 0, -2, -double(inf), 0, 0, 0, 0, 0, 0, 10, 0}));
}

TEST_CASE("logarithms of odd probabilities") {
    const std::array<float, 4> x{1e-30f, 2, -1, std::numeric_limits<float>::quiet_NaN()};
    const std::array<std::int64_t, 4> first{};
    std::array<float, 4> y{}, match{};
    kernel::cross_entropy_hard(1, x, label_span(first), -100, std::span<float>(y), std::span<float>(match));
    CHECK(static_cast<double>(y[0]) == doctest::Approx(69.07755));
    CHECK(static_cast<double>(y[1]) == doctest::Approx(-0.6931472));
    CHECK(std::isnan(y[2]));
    CHECK(std::isnan(y[3]));
}

TEST_CASE("soft labels on probabilities") {
    const std::array<float, 12> x{.2f, .3f, .5f, 0, 1, 0, .25f, .25f, .5f, .1f, .1f, .8f};
    std::array<float, 4> y{};
    std::array<float, 12> dx{};
    kernel::cross_entropy_soft(3, x, soft, std::span<float>(y));
    CHECK(close(y, {0.8869413733482361, 0, 1.3862943649291992, 1.7827247381210327}));
    kernel::cross_entropy_soft_grad(3, x, soft, g, std::span<float>(dx));
    const double none = std::nan("");
    CHECK(close(dx, {-0.5, -0.6666666269302368, -1.399999976158142, none, -2, none, -12, 0, 0, 5, 2.5, 0.3125}));
}

TEST_CASE("hard labels on logits") {
    std::array<float, 12> p{}, dx{};
    std::array<float, 4> loss{};
    kernel::softmax_with_cross_entropy_hard(3, logits, label_span(labels), -100, std::span<float>(p), std::span<float>(loss));
    CHECK(close(loss, {0.40760597586631775, 0, 0, 0.01349622756242752}));
    kernel::softmax_with_cross_entropy_hard_grad(3, p, label_span(labels), -100, g, std::span<float>(dx));
    // The ignored row: zeros as in Paddle 2.6.2; fluid 1.8.5 itself forgets to ignore it here.
    CHECK(close(dx, {0.09003057330846786, 0.2447284758090973, -0.33475905656814575, 0, 0, 0, 0, 0, 0, -0.0024455231614410877,
                     0.013405561447143555, -0.01096007414162159}));
    const std::array<std::int64_t, 4> worst{0, 2, 0, 0};
    kernel::softmax_with_cross_entropy_hard(3, logits, label_span(worst), -100, std::span<float>(p), std::span<float>(loss));
    CHECK(static_cast<double>(loss[0]) == doctest::Approx(2.4076059));
    CHECK(static_cast<double>(loss[1]) == doctest::Approx(64.0));
}

TEST_CASE("soft labels on logits") {
    std::array<float, 12> p{};
    std::array<float, 4> loss{};
    kernel::softmax_with_cross_entropy_soft(3, logits, soft, std::span<float>(p), std::span<float>(loss));
    CHECK(close(loss, {0.8076059818267822, 64, 1.0986123085021973, 4.138496398925781}));
    kernel::softmax_with_cross_entropy_soft_grad(3, p, soft, g, std::span<float>(p));
    CHECK(close(p, {-0.009969428181648254, 0.04472847282886505, -0.0347590446472168, 2, -2, 0, -1.9999998807907104, 1, 1,
                    0.4975544810295105, -0.7365944385528564, 0.23903992772102356}));
}
