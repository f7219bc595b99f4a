#include <wherry/exec/profile.hpp>

#include "op/op_case.hpp"

#include <support/small_program.hpp>

#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op/matmul.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/program/attribute.hpp>

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
    CHECK((*told)[1].flops == 8);
    CHECK((*told)[1].seconds > 0);
    check_error(profile(exe, p.program, scope, {}, std::vector<std::string>{"z"}), errc::not_initialized);
}

TEST_CASE("a profile counts two operations for each product of convolutions and matrices") {
    support::small_program p;
    p.var("x", {1, 4, 6, 6}).var("w", {8, 2, 3, 3}).var("y", {1, 8, 4, 4}).var("a", {5, 2, 3}).var("b", {5, 3, 7}).var("c", {5, 2, 7});
    p.var("d", {2, 3}).var("e", {5, 2, 7});
    p.op("conv2d", {{"Input", {"x"}}, {"Filter", {"w"}}}, {{"Output", {"y"}}}, {make_attr("groups", 2)});
    p.op("matmul_v2", {{"X", {"a"}}, {"Y", {"b"}}}, {{"Out", {"c"}}});
    p.op("matmul_v2", {{"X", {"d"}}, {"Y", {"b"}}}, {{"Out", {"e"}}});
    Scope scope;
    const Executor exe(op_list<op::conv2d, op::matmul_v2>{});
    const Tensor x(DType::FP32, {1, 4, 6, 6}), w(DType::FP32, {8, 2, 3, 3}), a(DType::FP32, {5, 2, 3}), b(DType::FP32, {5, 3, 7}),
        d(DType::FP32, {2, 3});
    const auto told = profile(exe, p.program, scope, std::vector{x.ref("x"), w.ref("w"), a.ref("a"), b.ref("b"), d.ref("d")},
                              std::vector<std::string>{"y", "c", "e"}, 1);
    REQUIRE(told);
    CHECK((*told)[0].flops == 2 * (8 * 16) * (2 * 9));
    CHECK((*told)[1].flops == doctest::Approx(2 * 5 * 2 * 3 * 7));
    CHECK((*told)[2].flops == doctest::Approx(2 * 5 * 2 * 3 * 7));  // one matrix with each of five
}
