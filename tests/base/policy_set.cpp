#include <wherry/base/policy_set.hpp>
#include <wherry/policy/capped.hpp>
#include <wherry/policy/durability.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using namespace wherry;

namespace {
template <class... Given>
using chosen = policy_set<policies<atomic, capped<limits{}>>, Given...>;
}  // namespace

TEST_CASE("policies are picked by kind, in any order") {
    using none = chosen<>;
    using both = chosen<capped<limits{.lod_levels = 3}>, durable>;
    static_assert(std::is_same_v<none::get<kinds::durability>, atomic> && !none::gives<kinds::durability>);
    static_assert(std::is_same_v<both::get<kinds::durability>, durable> && both::gives<kinds::durability>);
    static_assert(both::get<kinds::caps>::caps.lod_levels == 3);
    static_assert(!chosen<fast>::gives<kinds::caps> && chosen<fast>::gives<kinds::durability>);
    CHECK(chosen<fast>::accepted);
}
