#include <wherry/exec/op/fused_convolution.hpp>

#include "op_case.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

using namespace op_test;

// What it gives is compared with its parts by tests/exec/rewrite.

namespace {
using fused_ops = op_list<op::fused_conv2d, op::conv2d>;
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

TEST_CASE("results that do not fit the cache are finished part by part") {
    Tensor x(DType::FP32, {1, 2, 256, 160});
    float number = 0;
    for (auto& v : x.elements<float>()) v = number, number = number > 40 ? -40.0F : number + 1.25F;
    for (const std::int32_t groups : {1, 2}) {
        const auto filter = groups == 2 ? f32({2, 1, 1, 1}, {1, -2}) : f32({2, 2, 1, 1}, {1, 2, -3, 4});
        const auto with = [&](const char* type) {
            return op_case(fused_ops::table, type).in("Input", x).in("Filter", filter).attr("groups", groups);
        };
        const auto plain = with("conv2d").run();
        const auto made = with("fused_conv2d").in("Bias", f32({2}, {0.5F, -7})).attr("fuse_activation", std::string("relu")).run();
        REQUIRE(plain);
        REQUIRE(made);
        const auto numbers = plain->at("Output").elements<float>(), found = made->at("Output").elements<float>();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < numbers.size(); ++i)
            wrong += found[i] != std::max(numbers[i] + (i < numbers.size() / 2 ? 0.5F : -7.0F), 0.0F) ? 1U : 0U;
        CHECK(wrong == 0);
        CHECK(found.size() == 2 * 256 * 160);
    }
}
