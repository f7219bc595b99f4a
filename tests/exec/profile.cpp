#include <wherry/exec/profile.hpp>

#include "op/op_case.hpp"

#include <support/small_program.hpp>

#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/scale.hpp>

#include <string>
#include <vector>

using namespace op_test;

TEST_CASE("a profile tells each operator, its time and its bytes") {
    support::small_program p;
    p.var("x", {-1, 4}).var("y", {-1, 4}).var("z", {-1, 4});
    p.op("relu", {{"X", {"x"}}}, {{"Out", {"y"}}}).op("scale", {{"X", {"y"}}}, {{"Out", {"z"}}});
    Scope scope;
    const Executor exe(op_list<op::relu, op::scale>{});
    const auto x = f32({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
    const auto told = profile(exe, p.program, scope, std::vector{x.ref("x")}, std::vector<std::string>{"z"}, 3);
    REQUIRE(told);
    REQUIRE(told->size() == 2);
    CHECK((*told)[0].type == "relu");
    CHECK((*told)[0].output == "y");
    CHECK((*told)[1].output == "z");
    CHECK((*told)[1].bytes == 64);
    CHECK((*told)[1].seconds > 0);
    check_error(profile(exe, p.program, scope, {}, std::vector<std::string>{"z"}), errc::not_initialized);
}
