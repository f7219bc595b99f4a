#include <wherry/exec/op/softmax.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::softmax, op::softmax_grad>;
}  // namespace

// Values below were computed by fluid 1.8.5.

TEST_CASE("softmax along any axis") {
    const auto first = op_case(ops::table, "softmax").in("X", f32({2, 3}, {-1, -0.5F, 0, 0.5F, 1, 1.5F})).attr("axis", 0).run();
    REQUIRE(first);
    check_values<float>(first->at("Out"), {0.18242551F, 0.18242551F, 0.18242551F, 0.81757444F, 0.81757444F, 0.81757444F});
    const auto middle = op_case(ops::table, "softmax").in("X", f32({1, 3, 2}, {-1, -0.5F, 0, 0.5F, 1, 1.5F})).attr("axis", -2).run();
    REQUIRE(middle);
    check_values<float>(middle->at("Out"), {0.09003057F, 0.09003057F, 0.24472848F, 0.24472848F, 0.66524094F, 0.66524094F});
}

TEST_CASE("no class gets a probability of 0") {
    const auto out = op_case(ops::table, "softmax").in("X", f32({1, 3}, {1000, 0, -1000})).run();
    REQUIRE(out);
    CHECK(out->at("Out").elements<float>()[0] == 1);
    CHECK(out->at("Out").elements<float>()[1] == doctest::Approx(1.6038109e-28).epsilon(1e-5));
    CHECK(out->at("Out").elements<float>()[2] > 0);
}

TEST_CASE("softmax of nothing is nothing") {
    CHECK(op_case(ops::table, "softmax").in("X", f32({0, 3}, {})).run());
    CHECK(op_case(ops::table, "softmax").in("X", f32({3, 0}, {})).run());
}

TEST_CASE("the gradient of softmax agrees with differences") {
    op_case(ops::table, "softmax").in("X", some({2, 3})).check_gradient({"X"});
    op_case(ops::table, "softmax").in("X", some({2, 3, 2})).attr("axis", 1).check_gradient({"X"});
}

TEST_CASE("softmax writes the attributes of 1.8.5 and its gradient copies them") {
    const auto softmax = op_case(ops::table, "softmax").in("X", some({2, 3}));
    CHECK(softmax.written().attr_or<std::string>("data_format", "") == "AnyLayout");
    CHECK(softmax.written().desc().attrs.size() == 5);
    const auto grads = softmax.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "softmax_grad");
    CHECK(grads[0].input("Out")[0] == "Out");
    CHECK(grads[0].desc().inputs.size() == 2);
    CHECK(grads[0].desc().attrs.size() == 5);
}

TEST_CASE("softmax keeps LoD, its gradient says nothing of it") {
    const auto known = op_case(ops::table, "softmax").in("X", tensor_meta{DType::FP32, {-1, 3}, 1}).infer();
    REQUIRE(known);
    CHECK(known->at("Out").lod_level == 1);
    const auto grad = op_case(ops::table, "softmax_grad")
                          .in("Out", tensor_meta{DType::FP32, {-1, 3}, 1})
                          .in("Out@GRAD", tensor_meta{DType::FP32, {-1, 3}, 1})
                          .infer();
    REQUIRE(grad);
    CHECK(!grad->at("X@GRAD").lod_level);
}

TEST_CASE("softmax along an axis that X has not") {
    for (const std::int32_t axis : {2, -3, 9})
        check_error(op_case(ops::table, "softmax").in("X", some({2, 3})).attr("axis", axis).run(), errc::bad_attribute,
                    "Attr(axis) value should be in range [-R, R-1], R is the rank of Input(X).");
    check_error(op_case(ops::table, "softmax_grad").in("Out", some({2})).in("Out@GRAD", some({2})).attr("axis", 1).run(),
                errc::bad_attribute);
}

TEST_CASE("softmax of integers has no kernel, and its gradient wants equal dims") {
    check_error(op_case(ops::table, "softmax").in("X", i32({2}, {1, 2})).run(), errc::dtype_mismatch,
                "op softmax does not have kernel for data_type[int]");
    check_error(op_case(ops::table, "softmax_grad").in("Out", some({2})).in("Out@GRAD", some({3})).run(), errc::shape_mismatch);
}
