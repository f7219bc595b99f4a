#include <wherry/exec/op/convolution_transpose.hpp>

#include "op_case.hpp"

using namespace op_test;

// Every attribute is compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases.

namespace {
using ops = op_list<op::conv2d_transpose, op::depthwise_conv2d_transpose, op::conv3d_transpose>;
using numbers = sequence<std::int32_t>;
op_case spread() {
    return op_case(ops::table, "conv2d_transpose")
        .in("Input", f32({1, 1, 1, 2}, {1, 2}))
        .in("Filter", f32({1, 1, 1, 2}, {1, 10}))
        .attr("strides", numbers{1, 2});
}
}  // namespace

TEST_CASE("conv2d_transpose") {
    const auto out = spread().run();
    REQUIRE(out);
    check_values<float>(out->at("Output"), {1, 10, 2, 20});
    const auto more = spread().attr("output_size", numbers{1, 5}).run();
    REQUIRE(more);
    check_values<float>(more->at("Output"), {1, 10, 2, 20, 0});
    const auto known = op_case(ops::table, "conv2d_transpose")
                           .in("Input", tensor_meta{DType::FP32, {-1, 3, -1, 4}})
                           .in("Filter", tensor_meta{DType::FP32, {3, 5, 2, 2}})
                           .attr("strides", numbers{2, 2})
                           .infer();
    REQUIRE(known);
    CHECK(known->at("Output").dims == Shape{-1, 5, -1, 8});
}

TEST_CASE("conv2d_transpose refuses what does not fit") {
    check_error(spread().attr("output_size", numbers{1, 3}).run(), errc::bad_attribute);
    check_error(spread().attr("output_size", numbers{1, 6}).run(), errc::bad_attribute);
    check_error(spread().attr("output_size", numbers{1}).run(), errc::bad_attribute);
    check_error(spread().attr("output_padding", numbers{0, 2}).run(), errc::bad_attribute);
    check_error(spread().attr("groups", 0).run(), errc::bad_attribute);
    check_error(spread().attr("groups", 2).run(), errc::shape_mismatch);
    check_error(spread().attr("paddings", numbers{0, 3}).run(), errc::shape_mismatch);
    check_error(op_case(ops::table, "conv2d_transpose").in("Input", f32({1, 1, 1, 0}, {})).in("Filter", f32({1, 1, 1, 1}, {1})).run(),
                errc::shape_mismatch);
}
