#include <doctest/doctest.h>
#include <wherry/policy/capped.hpp>
#include <wherry/policy/durability.hpp>
#include <wherry/policy/pick.hpp>

#include <type_traits>

using namespace wherry;

namespace {
struct synced_in_place {  // a user's own
    static constexpr std::string_view name = "synced_in_place";
    static constexpr durability_steps steps{.beside = false, .synced = true};
};
static_assert(Durability<synced_in_place> && !Durability<int> && !Durability<limits>);

template <class P>
using is_durability = std::bool_constant<Durability<P>>;
}  // namespace

TEST_CASE("durability says which steps a file takes") {
    CHECK_FALSE(fast::steps.beside);
    CHECK_FALSE(fast::steps.synced);
    CHECK(atomic::steps.beside);
    CHECK_FALSE(atomic::steps.synced);
    CHECK(durable::steps.beside);
    CHECK(durable::steps.synced);
}

TEST_CASE("policies are picked by kind, in any order") {
    static_assert(std::is_same_v<pick<is_durability, atomic>::type, atomic>);
    static_assert(std::is_same_v<pick<is_durability, atomic, int, durable, char>::type, durable>);
    static_assert(pick<is_durability, atomic, int, durable, char>::count == 1);
    static_assert(pick<is_durability, atomic, fast, durable>::count == 2);
    static_assert(Caps<capped<limits{.lod_levels = 3}>> && capped<limits{.lod_levels = 3}>::caps.lod_levels == 3);
    CHECK(capped<limits{}>::caps.desc_bytes == limits{}.desc_bytes);
}
