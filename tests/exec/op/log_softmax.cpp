#include <wherry/exec/op/log_softmax.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::log_softmax, op::log_softmax_grad, op::p_norm, op::p_norm_grad>;
}  // namespace

TEST_CASE("logarithms of probabilities") {
    const auto out = op_case(ops::table, "log_softmax").in("X", f32({2, 2}, {0, 3, 1000, 1000})).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {-3.0485873F, -0.0485873F, -0.6931472F, -0.6931472F});
    check_error(op_case(ops::table, "log_softmax").in("X", f32({1}, {1})).attr("axis", 1).run(), errc::bad_attribute);
    for (const std::int32_t axis : {0, 1, -1})
        op_case(ops::table, "log_softmax").in("X", some({2, 3})).attr("axis", axis).check_gradient({"X"});
}

TEST_CASE("lengths of vectors") {
    const auto norm = [](float p) { return op_case(ops::table, "p_norm").in("X", f32({2, 2}, {3, -4, 0, 2})).attr("porder", p); };
    constexpr float inf = std::numeric_limits<float>::infinity();
    check_values<float>(norm(2).run()->at("Out"), {5, 2});
    check_values<float>(norm(1).attr("axis", 0).run()->at("Out"), {3, 6});
    check_values<float>(norm(inf).run()->at("Out"), {4, 2});
    check_values<float>(norm(-inf).run()->at("Out"), {3, 0});
    check_values<float>(norm(0).run()->at("Out"), {2, 1});
    for (const float power : {1.0F, 2.0F, 3.5F, inf})
        op_case(ops::table, "p_norm").in("X", some({2, 3})).attr("porder", power).attr("axis", 0).check_gradient({"X"});
    op_case(ops::table, "p_norm").in("X", some({2, 3})).attr("asvector", true).check_gradient({"X"});
    check_values<float>(norm(3).run()->at("Out"), {4.497941F, 2});
    CHECK(norm(2).attr("keepdim", true).run()->at("Out").dims() == Shape{2, 1});
    CHECK(norm(2).attr("asvector", true).version(paddle_26).run()->at("Out").dims() == Shape{});
    check_error(norm(2).attr("axis", 2).run(), errc::bad_attribute);
    check_error(op_case(ops::table, "p_norm").in("X", f32({2, 0}, {})).attr("porder", inf).run(), errc::shape_mismatch);
}
