#include <wherry/base/sequence.hpp>
#include <wherry/wire/boxed.hpp>

#include <doctest/doctest.h>

#include <string>
#include <utility>

using wherry::wire::boxed;

namespace {
constexpr bool copies_are_deep() {
    boxed<int> first;
    first.emplace() = 1;
    auto second = first;
    *second = 2;
    boxed<int> third = std::move(second);
    first = third;
    *third = 3;
    return *first == 2 && *third == 3 && !second;
}
static_assert(copies_are_deep());

constexpr bool equality_looks_inside() {
    boxed<int> none;
    boxed<int> one = 1;
    boxed<int> other_one = 1;
    boxed<int> two = 2;
    return none == boxed<int>() && one == other_one && one != two && one != none && none != one;
}
static_assert(equality_looks_inside());
}  // namespace

TEST_CASE("boxed: copies are deep, moves leave nothing") { CHECK(copies_are_deep()); }

TEST_CASE("boxed: two are equal when both are empty, or hold equal values") { CHECK(equality_looks_inside()); }

TEST_CASE("boxed: emplace starts afresh, reset empties") {
    boxed<std::string> name;
    CHECK_FALSE(name.has_value());
    name.emplace() = "w";
    CHECK(name->size() == 1);
    CHECK(name.emplace().empty());
    name.reset();
    CHECK_FALSE(name);
    name.reset();
    CHECK_FALSE(name);
}

TEST_CASE("boxed: one that is assigned to itself keeps its value") {
    boxed<std::string> name = std::string("fc_0.w_0");
    const auto& alias = name;
    name = alias;
    CHECK(*name == "fc_0.w_0");
}

TEST_CASE("rare: what was never written reads as empty, and is equal to what was written and is empty") {
    using numbers = wherry::wire::rare<wherry::sequence<int>>;
    numbers held;
    const auto& seen = held;
    CHECK(seen->empty());
    CHECK_FALSE(held.has_value());
    held->push_back(7);
    CHECK(*seen == wherry::sequence<int>{7});
    const auto copy = held;
    held->clear();
    CHECK(held.has_value());
    CHECK(held == numbers());
    CHECK(*copy == wherry::sequence<int>{7});
    static_assert(sizeof(held) == sizeof(void*));
}
