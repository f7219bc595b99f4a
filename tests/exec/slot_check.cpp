#include <wherry/exec/slot_check.hpp>

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>

using namespace wherry;

namespace {
using names = sequence<std::string>;
}

TEST_CASE("a slot holds as many variables as its operator takes") {
    const names none{""}, one{"a"}, two{"a", "b"};
    const auto fits = [](slot_arity arity, const names& given) {
        const slot declared{"X", arity};
        return bind_slots(std::span(&declared, 1), {{"X", given, {}}}).has_value();
    };
    for (const auto arity : {slot_arity::one, slot_arity::optional, slot_arity::many, slot_arity::any, slot_arity::since_2x}) {
        const bool needed = arity == slot_arity::one || arity == slot_arity::many;
        CHECK(fits(arity, {}) != needed);
        CHECK(fits(arity, one));
        CHECK(fits(arity, two) == (arity == slot_arity::many || arity == slot_arity::any));
    }
    CHECK_FALSE(fits(slot_arity::one, none));
}

TEST_CASE("variables of an operator lie slot by slot as declared, and each slot has its range") {
    const std::array declared{slot{"X", slot_arity::many}, slot{"Y", slot_arity::optional}, slot{"Z"}};
    const Operator::slots used{{"Z", {"z"}, {}}, {"Y", {}, {}}, {"X", {"a", "b"}, {}}};
    const auto bound = bind_slots(declared, used);
    REQUIRE(bound);
    REQUIRE(bound->names.size() == 3);
    CHECK(*bound->names[0] == "a");
    CHECK(*bound->names[2] == "z");
    CHECK(bound->ranges[0].count == 2);
    CHECK(bound->ranges[1].count == 0);
    CHECK(bound->ranges[2].first == 2);
}

TEST_CASE("a slot that is not declared is refused, an empty one is not") {
    const slot declared{"X"};
    const auto bind = [&](const names& more) { return bind_slots(std::span(&declared, 1), {{"X", {"a"}, {}}, {"Y", more, {}}}); };
    CHECK(bind({}));
    const auto refused = bind({"b"});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::unsupported);
    CHECK(refused.error().variable == "Y");
}
