#include <doctest/doctest.h>
#include <wherry/policy/capped.hpp>
#include <wherry/policy/durability.hpp>

using namespace wherry;

namespace {
struct synced_in_place {  // a user's own
    using kind = kinds::durability;
    static constexpr std::string_view name = "synced_in_place";
    static constexpr durability_steps steps{.beside = false, .synced = true};
};
static_assert(Durability<synced_in_place> && !Durability<int> && !Durability<limits>);

}  // namespace

TEST_CASE("durability says which steps a file takes") {
    CHECK_FALSE(fast::steps.beside);
    CHECK_FALSE(fast::steps.synced);
    CHECK(atomic::steps.beside);
    CHECK_FALSE(atomic::steps.synced);
    CHECK(durable::steps.beside);
    CHECK(durable::steps.synced);
}

TEST_CASE("caps are numbers in a type") {
    static_assert(Caps<capped<limits{.lod_levels = 3}>> && capped<limits{.lod_levels = 3}>::caps.lod_levels == 3);
    CHECK(capped<limits{}>::caps.desc_bytes == limits{}.desc_bytes);
}
