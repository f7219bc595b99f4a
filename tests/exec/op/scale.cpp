#include <wherry/exec/op/scale.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::scale>;

op_case scaled(const Tensor& x, float by, float bias = 0, bool bias_after_scale = true) {
    return op_case(ops::table, "scale").in("X", x).attr("scale", by).attr("bias", bias).attr("bias_after_scale", bias_after_scale);
}
}  // namespace

// Values below were computed by fluid 1.8.5.

TEST_CASE("scale and bias, either first") {
    const auto x = f32({3}, {-1, -0.5F, 0});
    const auto after = scaled(x, 2, 1).run();
    REQUIRE(after);
    check_values<float>(after->at("Out"), {-1, 0, 1}, 0);
    const auto before = scaled(x, 2, 1, false).run();
    REQUIRE(before);
    check_values<float>(before->at("Out"), {0, 1, 2}, 0);
}

TEST_CASE("for integers scale and bias are cut first") {
    const auto x = i32({3}, {-2, 0, 3});
    const auto after = scaled(x, 2.5F, 1.5F).run();
    REQUIRE(after);
    check_values<std::int32_t>(after->at("Out"), {-3, 1, 7}, 0);
    const auto before = scaled(x, 2.5F, 1.5F, false).run();
    REQUIRE(before);
    check_values<std::int32_t>(before->at("Out"), {-2, 2, 8}, 0);
}

TEST_CASE("the factor may be a tensor") {
    const auto out = scaled(f32({3}, {-1, -0.5F, 0}), 7, 1.5F).in("ScaleTensor", f32({1}, {-1})).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {2.5F, 2, 1.5F}, 0);
}

TEST_CASE("the gradient of a scale is a scale without bias") {
    const auto grads = scaled(some({2}), 2, 1, false).gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "scale");
    CHECK(grads[0].has_input_slot("ScaleTensor"));
    CHECK(grads[0].input("X")[0] == "Out@GRAD");
    CHECK(grads[0].output("Out")[0] == "X@GRAD");
    CHECK(grads[0].desc().attrs.size() == 3);
    CHECK(grads[0].attr_or("scale", 0.0F) == 2);
    CHECK(grads[0].attr_or("bias", 7.0F) == 0);
    CHECK(grads[0].attr_or("bias_after_scale", false));
    scaled(some({2, 3}), 2, 1, false).check_gradient({"X"});
    scaled(some({2, 3}), 2, 1).in("ScaleTensor", f64({1}, {-3})).check_gradient({"X"});
}

TEST_CASE("factors that do not fit") {
    check_error(scaled(i32({1}, {1}), 1e30F).run(), errc::bad_attribute);
    check_error(scaled(i32({1}, {1}), 1, 2147483648.0F).run(), errc::bad_attribute);
    check_error(scaled(i64({1}, {1}), std::nanf("")).run(), errc::bad_attribute);
    CHECK(scaled(i32({1}, {1}), -2147483648.0F).run());
    check_error(scaled(f32({1}, {1}), 1).in("ScaleTensor", f32({2}, {1, 2})).run(), errc::shape_mismatch);
    check_error(scaled(f32({1}, {1}), 1).in("ScaleTensor", f64({1}, {1})).run(), errc::dtype_mismatch);
}
