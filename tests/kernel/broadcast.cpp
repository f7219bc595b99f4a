#include <wherry/kernel/broadcast.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace kernel = wherry::kernel;

namespace {

using dims = std::vector<std::int64_t>;

constexpr auto plan(std::initializer_list<std::int64_t> x, std::initializer_list<std::int64_t> y, std::int64_t axis = -1) {
    return kernel::plan_broadcast(std::span(x.begin(), x.size()), std::span(y.begin(), y.size()), axis);
}
constexpr bool is_part(std::optional<kernel::broadcast_plan> p, std::int64_t pre, std::int64_t n, std::int64_t post) {
    return p && kernel::as_middle_part(*p) == kernel::middle_part{pre, n, post};
}

static_assert(is_part(plan({2, 3, 4}, {2, 3, 4}), 1, 24, 1), "same shapes are one loop");
static_assert(plan({2, 3, 4}, {2, 3, 4})->rank == 1);
static_assert(is_part(plan({2, 3, 4}, {4}), 6, 4, 1), "a bias is two");
static_assert(is_part(plan({2, 3, 4, 5}, {3, 4}, 1), 2, 12, 5), "Y in the middle of X is three");
static_assert(is_part(plan({2, 3, 4}, {2}, 0), 1, 2, 12));
static_assert(is_part(plan({2, 3}, {1}), 6, 1, 1) || is_part(plan({2, 3}, {1}), 1, 1, 6));
static_assert(is_part(plan({2, 3, 4}, {3, 1}, 1), 2, 3, 4), "size 1 in Y repeats");
static_assert(is_part(plan({2, 3}, {3, 1, 1}, 1), 1, 0, 1) == false);
static_assert(!plan({2, 3}, {2, 4}), "neither equal nor 1");
static_assert(!plan({2, 3}, {2}, 1));
static_assert(!plan({2, 3}, {3}, 3));
static_assert(!plan({2, 3}, {3}, -2));
static_assert(plan({3}, {2, 3})->x_repeats(), "X may have the lower rank");
static_assert(plan({3}, {2, 3})->count == 6);
static_assert(plan({2, 1}, {1, 3})->count == 6, "both may repeat");
static_assert(plan({0, 3}, {3})->count == 0);
static_assert(plan({1, 1}, {1})->count == 1);
static_assert(!kernel::as_middle_part(*plan({3}, {2, 3})));

}  // namespace

TEST_CASE("the result has the larger size of every dimension") {
    const auto p = plan({2, 1, 4}, {3, 1});
    REQUIRE(p);
    CHECK(std::ranges::equal(p->shape(), dims{2, 3, 4}));
    CHECK(p->x_count == 8);
    CHECK(p->y_count == 3);
}

TEST_CASE("more than nine dimensions are refused") {
    const dims ten(10, 1), nine(9, 2);
    CHECK_FALSE(kernel::plan_broadcast(ten, ten));
    CHECK(kernel::plan_broadcast(nine, nine)->count == 512);
}
