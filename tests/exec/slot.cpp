#include <wherry/exec/slot.hpp>

#include <doctest/doctest.h>

using namespace wherry;

namespace {

// An operator that names a slot and nothing else needs exactly one variable there.
static_assert(slot{"X"}.arity == slot_arity::one);
static_assert(slot{"Bias", slot_arity::optional}.name == "Bias");
static_assert(slot_range{}.first == 0 && slot_range{}.count == 0);

}  // namespace

TEST_CASE("a slot takes one variable unless it says otherwise") {
    const slot plain{"X"};
    CHECK(plain.arity == slot_arity::one);
    CHECK(plain.name == "X");
    const slot list{"X", slot_arity::many};
    CHECK(list.arity == slot_arity::many);
}

TEST_CASE("an unset range holds no variable") { CHECK(slot_range{}.count == 0); }
