#include <wherry/layers/act_name.hpp>

#include <support/check_error.hpp>

#include <wherry/exec/op/activation.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace wherry;
using layers::act_name;
using support::check_error;

TEST_CASE("a literal names an activation of the builder's kind, and no other is compiled") {
    const act_name<carries::shapes> shapes = "tanh";
    REQUIRE(shapes.implementation());
    CHECK((*shapes.implementation())->type == "tanh");
#ifndef WHERRY_COMPILED  // whose library has all of each
    CHECK(!(*shapes.implementation())->run);
#endif
    const act_name<> all = "relu";
    CHECK(!!(*all.implementation())->gradient);
    CHECK_FALSE(all.empty());
    CHECK(act_name<>().empty());
}

TEST_CASE("a name of run time is looked up among all activations") {
    for (const auto& info : layers::activations::table) {
        const auto found = act_name<>::of(info.type).implementation();
        REQUIRE(found);
        CHECK((*found)->type == info.type);
        CHECK(!!(*found)->gradient);
    }
    CHECK(!(*act_name<carries::kernels>::of("relu").implementation())->gradient);
}

TEST_CASE("an activation that nobody knows is unknown_op when it is asked for") {
    const act_name<> literal = "y";
    CHECK_FALSE(literal.empty());
    check_error(literal.implementation(), errc::unknown_op, "Operator \"y\" has not been registered.");
    const std::string name = "mul";
    check_error(act_name<>::of(name).implementation(), errc::unknown_op, "Operator \"mul\" has not been registered.");
}
