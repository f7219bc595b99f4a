#include <wherry/exec/op/activation.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::relu, op::relu_grad, op::tanh, op::tanh_grad, op::sigmoid, op::sigmoid_grad, op::sqrt, op::sqrt_grad, op::square,
                    op::square_grad>;
constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
}  // namespace

// Values below were computed by fluid 1.8.5.

TEST_CASE("relu keeps a NaN and clears what is negative") {
    const auto out = op_case(ops::table, "relu").in("X", f32({5}, {no_number, -0.0F, -1, 2, inf})).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {no_number, 0, 0, 2, inf}, 0);
}

TEST_CASE("sigmoid is not clamped") {
    const auto out = op_case(ops::table, "sigmoid").in("X", f32({4}, {-88, -100, 20, 0.5F})).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {6.0546015e-39F, 0, 1, 0.62245935F}, 1e-6);
    CHECK(out->at("Out").elements<float>()[0] > 0);
}

TEST_CASE("the square root of a negative number is NaN") {
    const auto out = op_case(ops::table, "sqrt").in("X", f32({3}, {-1, 0, 4})).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {no_number, 0, 2}, 0);
}

TEST_CASE("square takes integers, as in the reference") {
    const auto out = op_case(ops::table, "square").in("X", i32({2, 3}, {-2, -1, 0, 1, 2, 3})).run();
    REQUIRE(out);
    check_values<std::int32_t>(out->at("Out"), {4, 1, 0, 1, 4, 9}, 0);
}

TEST_CASE("tanh") {
    const auto out = op_case(ops::table, "tanh").in("X", f32({3}, {-2, 0, 0.5F})).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {-0.9640276F, 0, 0.46211717F});
}

TEST_CASE("gradients of the activations agree with differences") {
    for (const auto* type : {"relu", "tanh", "sigmoid", "square"}) {
        CAPTURE(type);
        op_case(ops::table, type).in("X", some({2, 3})).check_gradient({"X"});
    }
    op_case(ops::table, "sqrt").in("X", some_positive({2, 3})).check_gradient({"X"});
}

TEST_CASE("gradients of the activations read what 1.8.5 reads") {
    for (const auto* type : {"relu", "tanh", "sigmoid", "sqrt", "square"}) {
        CAPTURE(type);
        const auto grads = op_case(ops::table, type).in("X", some({2})).gradients();
        REQUIRE(grads.size() == 1);
        CHECK(grads[0].type() == std::string(type) + "_grad");
        CHECK(grads[0].desc().inputs.size() == 2);
        CHECK(grads[0].input(std::string_view(type) == "square" ? "X" : "Out").size() == 1);
        CHECK(grads[0].input("Out@GRAD")[0] == "Out@GRAD");
        CHECK(grads[0].output("X@GRAD")[0] == "X@GRAD");
        CHECK(grads[0].find_attr("use_cudnn") != nullptr);
        CHECK(grads[0].find_attr("use_mkldnn") != nullptr);
    }
}

TEST_CASE("activations keep LoD and unknown dims") {
    const auto known = op_case(ops::table, "relu").in("X", tensor_meta{DType::FP32, {-1, 3}, 1}).infer();
    REQUIRE(known);
    CHECK(known->at("Out").dims == Shape{-1, 3});
    CHECK(known->at("Out").lod_level == 1);
}

TEST_CASE("an activation of integers has no kernel") {
    check_error(op_case(ops::table, "relu").in("X", i32({1}, {1})).run(), errc::dtype_mismatch,
                "op relu does not have kernel for data_type[int]");
}

TEST_CASE("a gradient of other dims than the result is refused before it runs") {
    check_error(op_case(ops::table, "relu_grad").in("Out", some({2, 3})).in("Out@GRAD", some({2, 2})).run(), errc::shape_mismatch);
    check_error(op_case(ops::table, "relu_grad").in("Out", some({2})).in("Out@GRAD", f32({2}, {1, 2})).run(), errc::dtype_mismatch,
                "Tensor holds the wrong type, it holds float, but desires to be double.");
}
