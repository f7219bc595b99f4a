#include <wherry/exec/op/prelu.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::prelu, op::prelu_grad>;
op_case of(const std::string& mode, const Tensor& x, const Tensor& alpha) {
    return op_case(ops::table, "prelu").in("X", x).in("Alpha", alpha).attr("mode", mode);
}
const Tensor x = f32({1, 2, 2}, {-1, 2, -3, -4});
}  // namespace

TEST_CASE("one slope for all, for each channel, for each element") {
    check_values<float>(of("all", x, f32({1}, {0.5F})).run()->at("Out"), {-0.5F, 2, -1.5F, -2});
    check_values<float>(of("channel", x, f32({2}, {0.5F, 2})).run()->at("Out"), {-0.5F, 2, -6, -8});
    check_values<float>(of("channel", x, f32({2}, {0.5F, 2})).attr("data_format", std::string("NHWC")).run()->at("Out"),
                        {-0.5F, 2, -1.5F, -8});
    check_values<float>(of("element", x, f32({1, 2, 2}, {1, 2, 3, 4})).run()->at("Out"), {-1, 2, -9, -16});
    check_error(of("zzz", x, f32({1}, {1})).run(), errc::bad_attribute);
    check_error(of("channel", x, f32({3}, {1, 2, 3})).run(), errc::shape_mismatch);
    check_error(of("channel", f32({2}, {1, 2}), f32({2}, {1, 2})).run(), errc::shape_mismatch);
    check_error(of("element", f32({0, 2}, {}), f32({2}, {1, 2})).run(), errc::shape_mismatch);
    check_error(of("all", x, f64({1}, {1})).run(), errc::dtype_mismatch);
}

TEST_CASE("gradients of both operands") {
    of("all", some({2, 2, 2}), some({1})).check_gradient({"X", "Alpha"});
    of("channel", some({2, 2, 2}), some({2}, 1)).check_gradient({"X", "Alpha"});
    of("element", some({2, 2, 2}), some({2, 2}, 1)).check_gradient({"X", "Alpha"});
}
