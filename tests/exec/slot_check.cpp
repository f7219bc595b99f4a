#include <wherry/exec/slot_check.hpp>

#include <doctest/doctest.h>

using namespace wherry;

TEST_CASE("a slot holds as many variables as its operator takes") {
    const std::string none[] = {""};
    const std::string one[] = {"a"};
    const std::string two[] = {"a", "b"};
    const auto fits = [](slot_arity arity, std::span<const std::string> names) {
        return detail::check_arity({"X", arity}, names).has_value();
    };
    for (const auto arity : {slot_arity::one, slot_arity::optional, slot_arity::many, slot_arity::any, slot_arity::since_2x}) {
        const bool needed = arity == slot_arity::one || arity == slot_arity::many;
        CHECK(fits(arity, {}) != needed);
        CHECK(fits(arity, one));
        CHECK(fits(arity, two) == (arity == slot_arity::many || arity == slot_arity::any));
    }
    CHECK_FALSE(fits(slot_arity::one, none));
}
