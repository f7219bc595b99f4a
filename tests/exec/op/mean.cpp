#include <wherry/exec/op/mean.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::mean, op::mean_grad>;
}  // namespace

TEST_CASE("the mean of all elements is [1] in 1.8 and has no dims in 2.x") {
    const auto x = f32({2, 3}, {-1, -0.5F, 0, 0.5F, 1, 1.5F});
    const auto out = op_case(ops::table, "mean").in("X", x).run();
    REQUIRE(out);
    CHECK(out->at("Out").dims() == Shape{1});
    check_values<float>(out->at("Out"), {0.25F});  // fluid 1.8.5
    const auto later = op_case(ops::table, "mean").in("X", x).version(paddle_26).run();
    REQUIRE(later);
    CHECK(later->at("Out").dims() == Shape{});
}

TEST_CASE("the mean of nothing is NaN, as in the reference") {
    const auto out = op_case(ops::table, "mean").in("X", f32({0, 3}, {})).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {std::numeric_limits<float>::quiet_NaN()});
}

TEST_CASE("the gradient of the mean agrees with differences") {
    op_case(ops::table, "mean").in("X", some({2, 3})).check_gradient({"X"});
    op_case(ops::table, "mean").in("X", some({2, 3})).version(paddle_26).check_gradient({"X"});
}

TEST_CASE("the gradient of the mean has no attributes; LoD is only its own") {
    const auto grads = op_case(ops::table, "mean").in("X", some({2})).attr("with_quant_attr", false).gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "mean_grad");
    CHECK(grads[0].desc().attrs.empty());
    const tensor_meta x{DType::FP32, {-1, 1}, 0};
    const auto known = op_case(ops::table, "mean").in("X", x).infer();
    REQUIRE(known);
    CHECK(!known->at("Out").lod_level);
    const auto grad = op_case(ops::table, "mean_grad").in("X", x).in("Out@GRAD", tensor_meta{DType::FP32, {1}}).infer();
    REQUIRE(grad);
    CHECK(grad->at("X@GRAD").lod_level == 0);
}

TEST_CASE("mean refuses integers, and gradients that are not one number") {
    check_error(op_case(ops::table, "mean").in("X", i32({1}, {1})).run(), errc::dtype_mismatch,
                "op mean does not have kernel for data_type[int]");
    check_error(op_case(ops::table, "mean_grad").in("X", some({3})).in("Out@GRAD", some({2})).run(), errc::shape_mismatch,
                "Mean Gradient should be scalar. But received Out@Grad's elements num is 2.");
    check_error(op_case(ops::table, "mean_grad").in("X", some({3})).in("Out@GRAD", some({0})).run(), errc::shape_mismatch);
    check_error(op_case(ops::table, "mean_grad").in("X", some({3})).in("Out@GRAD", f32({1}, {1})).run(), errc::dtype_mismatch);
}
