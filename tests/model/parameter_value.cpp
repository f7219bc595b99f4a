#include <doctest/doctest.h>

#include <support/scratch.hpp>
#include <wherry/model/parameter_value.hpp>

using namespace wherry;

TEST_CASE("a parameter's value is a copy, by variable or by name") {
    const auto program = support::small_program();
    auto scope = support::small_scope();
    const auto value = get_parameter_value_by_name("w", program, scope);
    REQUIRE(value);
    CHECK(*value == *scope.find_var("w"));
    CHECK(value->bytes().data() != scope.find_var("w")->bytes().data());
    CHECK(get_parameter_value_by_name("none", program, scope).error().message == "var none not in this block");
    CHECK(get_parameter_value_by_name("lr", program, scope).error().message == "The input variable is not parameter.");
    scope.erase("w");
    CHECK(get_parameter_value_by_name("w", program, scope).error().code == errc::not_initialized);
}
