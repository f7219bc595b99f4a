#include <wherry/kernel/top_k.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
using indices = std::vector<std::int64_t>;

indices chosen(const std::vector<float>& row, std::size_t k, kernel::tie_order order = kernel::tie_order::lowest_index) {
    std::vector<float> values(k);
    indices at(k);
    kernel::top_k(1, row.size(), k, row, std::span<float>(values), std::span<std::int64_t>(at), order);
    if (order == kernel::tie_order::fluid18) {
        indices alone(k);
        kernel::top_k_fluid18(1, row.size(), k, row, std::span<float>(values), std::span<std::int64_t>(alone));
        CHECK(alone == at);
    }
    for (std::size_t j = 0; j < k; ++j) {
        const float v = row[static_cast<std::size_t>(at[j])];
        CHECK((values[j] == v || (std::isnan(values[j]) && std::isnan(v))));
    }
    return at;
}

constexpr bool runs_at_compile_time() {
    const std::array<int, 5> x{3, 9, 9, 1, 10};
    std::array<int, 3> values{};
    std::array<std::int64_t, 3> at{};
    kernel::top_k(1, 5, 3, x, std::span<int>(values), std::span<std::int64_t>(at));
    if (values != std::array<int, 3>{10, 9, 9} || at != std::array<std::int64_t, 3>{4, 1, 2}) return false;
    kernel::top_k(1, 5, 3, x, std::span<int>(values), std::span<std::int64_t>(at), kernel::tie_order::fluid18);
    return values == std::array<int, 3>{10, 9, 9};
}
static_assert(runs_at_compile_time());

struct seen {
    std::vector<float> row;
    std::size_t k;
    indices at;
};

}  // namespace

TEST_CASE("the largest first, equal ones by index, NaN before all numbers") {
    CHECK(chosen({1, 5, 3}, 3) == indices{1, 2, 0});
    CHECK(chosen({0, 5, 5, 5, 5, 1, 5}, 3) == indices{1, 2, 3});
    CHECK(chosen({1, 1, 1, 1, 1}, 5) == indices{0, 1, 2, 3, 4});
    CHECK(chosen({1, unknown, 3, unknown}, 3) == indices{1, 3, 2});
    CHECK(chosen({2}, 0).empty());
}

TEST_CASE("on request in the order fluid 1.8.5 answers, ties and NaN included") {
    // Indices printed by the top_k operator of fluid 1.8.5.
    const std::vector<seen> table{{{1, unknown, 3, 2}, 1, {2}},
                                  {{1, unknown, 3, 2}, 2, {0, 1}},
                                  {{1, unknown, 3, 2}, 3, {2, 1, 3}},
                                  {{1, unknown, 3, 2}, 4, {2, 1, 0, 3}},
                                  {{unknown, 1, 2, 3}, 1, {0}},
                                  {{unknown, 1, 2, 3}, 2, {2, 0}},
                                  {{unknown, 1, 2, 3}, 3, {3, 0, 2}},
                                  {{unknown, 1, 2, 3}, 4, {0, 3, 2, 1}},
                                  {{3, 2, unknown, 1}, 4, {0, 1, 3, 2}},
                                  {{unknown, unknown, 1, 2}, 3, {3, 1, 0}},
                                  {{unknown, unknown, 1, 2}, 4, {1, 3, 0, 2}},
                                  {{1, 1, 1, 1, 1}, 1, {0}},
                                  {{1, 1, 1, 1, 1}, 2, {0, 1}},
                                  {{1, 1, 1, 1, 1}, 3, {0, 1, 2}},
                                  {{1, 1, 1, 1, 1}, 5, {3, 4, 1, 0, 2}},
                                  {{2, 1, 2, 1, 2, 1, 2}, 1, {0}},
                                  {{2, 1, 2, 1, 2, 1, 2}, 2, {2, 0}},
                                  {{2, 1, 2, 1, 2, 1, 2}, 3, {4, 0, 2}},
                                  {{2, 1, 2, 1, 2, 1, 2}, 7, {0, 4, 2, 6, 1, 3, 5}},
                                  {{0, 5, 5, 5, 5, 1, 5}, 1, {1}},
                                  {{0, 5, 5, 5, 5, 1, 5}, 2, {2, 1}},
                                  {{0, 5, 5, 5, 5, 1, 5}, 3, {3, 1, 2}},
                                  {{0, 5, 5, 5, 5, 1, 5}, 7, {3, 4, 1, 6, 2, 5, 0}},
                                  {{1, 2, 2, 3, 3, 3, 1, 2}, 2, {4, 3}},
                                  {{1, 2, 2, 3, 3, 3, 1, 2}, 3, {5, 4, 3}},
                                  {{1, 2, 2, 3, 3, 3, 1, 2}, 8, {4, 3, 5, 1, 7, 2, 0, 6}}};
    for (const seen& s : table) CHECK(chosen(s.row, s.k, kernel::tie_order::fluid18) == s.at);
}

TEST_CASE("the gradient goes where the values came from") {
    const indices at{2, 0, 1, 2};
    const std::vector<float> g{1, 2, 3, 4};
    std::vector<float> dx(6, 9.0f);
    kernel::top_k_grad(2, 3, 2, std::span<const std::int64_t>(at), g, std::span<float>(dx));
    CHECK(dx == std::vector<float>{2, 0, 1, 0, 3, 4});
}
