#include <wherry/exec/op/fused_convolution.hpp>

#include "op_case.hpp"

#include <string>

using namespace op_test;

// What it gives is compared with its parts by tests/exec/rewrite.

namespace {
using fused_ops = op_list<op::fused_conv2d>;
op_case fused(const Tensor& bias, const std::string& act, std::initializer_list<float> numbers) {
    return op_case(fused_ops::table, "fused_conv2d")
        .in("Input", f32({1, 1, 1, 2}, {1, -3}))
        .in("Filter", f32({2, 1, 1, 1}, {1, 2}))
        .in("Bias", bias)
        .attr("fuse_activation", act)
        .attr("fuse_numbers", sequence<float>(numbers.begin(), numbers.end()));
}
}  // namespace

TEST_CASE("a convolution, its bias and its activation at once") {
    const auto bias = f32({2}, {10, -1});
    check_values<float>(fused(bias, "", {}).run()->at("Output"), {11, 7, 1, -7});
    check_values<float>(fused(bias, "relu", {}).run()->at("Output"), {11, 7, 1, 0});
    check_values<float>(fused(bias, "relu6", {6}).run()->at("Output"), {6, 6, 1, 0});
    check_error(fused(bias, "relu6", {}).run(), errc::bad_attribute);
    check_error(fused(bias, "zzz", {}).run(), errc::bad_attribute);
    check_error(fused(f32({1}, {1}), "", {}).run(), errc::shape_mismatch);
    check_error(fused(f64({2}, {1, 1}), "", {}).run(), errc::dtype_mismatch);
    check_error(fused(bias, "", {}).attr("data_format", std::string("NHWC")).run(), errc::bad_attribute);
}
