#include <wherry/exec/op/convolution.hpp>

#include "op_case.hpp"

using namespace op_test;

// Every attribute is compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases.

namespace {
using ops = op_list<op::conv2d, op::depthwise_conv2d, op::conv3d>;
op_case sums() {
    return op_case(ops::table, "conv2d").in("Input", f32({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6})).in("Filter", f32({1, 1, 2, 2}, {1, 1, 1, 1}));
}
using numbers = sequence<std::int32_t>;
}  // namespace

TEST_CASE("conv2d, its strides and its padding") {
    const auto out = sums().run();
    REQUIRE(out);
    CHECK(out->at("Output").dims() == Shape{1, 1, 1, 2});
    check_values<float>(out->at("Output"), {12, 16});
    const auto padded = sums().attr("paddings", numbers{1, 0}).attr("strides", numbers{2, 1}).run();
    REQUIRE(padded);
    check_values<float>(padded->at("Output"), {3, 5, 9, 11});
}

TEST_CASE("conv2d knows what can be known of its dims while a program is built") {
    const auto known = op_case(ops::table, "conv2d")
                           .in("Input", tensor_meta{DType::FP32, {-1, 3, -1, 8}})
                           .in("Filter", tensor_meta{DType::FP32, {4, 3, 3, 3}})
                           .infer();
    REQUIRE(known);
    CHECK(known->at("Output").dims == Shape{-1, 4, -1, 6});
}

TEST_CASE("conv2d refuses operands that do not fit") {
    check_error(sums().attr("groups", 0).run(), errc::bad_attribute);
    check_error(sums().attr("strides", numbers{0, 1}).run(), errc::bad_attribute);
    check_error(sums().attr("paddings", numbers{-1, 1}).run(), errc::bad_attribute);
    check_error(op_case(ops::table, "conv2d").in("Input", f32({1, 1, 1, 2}, {1, 2})).in("Filter", f32({1, 1, 2, 1}, {1, 1})).run(),
                errc::shape_mismatch);
    check_error(op_case(ops::table, "conv2d").in("Input", f32({1, 2, 1, 1}, {1, 2})).in("Filter", f32({1, 1, 1, 1}, {1})).run(),
                errc::shape_mismatch);
    check_error(op_case(ops::table, "conv2d").in("Input", f32({1, 1, 1, 1}, {1})).in("Filter", f64({1, 1, 1, 1}, {1})).run(),
                errc::dtype_mismatch);
    check_error(op_case(ops::table, "conv3d").in("Input", f32({1, 1, 1, 1}, {1})).in("Filter", f32({1, 1, 1, 1}, {1})).run(),
                errc::shape_mismatch);
    check_error(op_case(ops::table, "conv2d").in("Input", i32({1, 1, 1, 1}, {1})).in("Filter", i32({1, 1, 1, 1}, {1})).run(),
                errc::dtype_mismatch);
}
