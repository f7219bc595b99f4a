#include <wherry/exec/op/clip.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::clip, op::clip_grad>;
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
op_case clipped(const Tensor& x, float min, float max) { return op_case(ops::table, "clip").in("X", x).attr("min", min).attr("max", max); }
const Tensor six = f32({2, 3}, {0, 1, 2, 3, 4, 5});
}  // namespace

// Values and messages below were observed on fluid 1.8.5 and, where it says so, Paddle 2.6.2.

TEST_CASE("clip keeps values within its bounds, which may be tensors") {
    check_values<float>(clipped(six, 1, 3).run()->at("Out"), {1, 1, 2, 3, 3, 3}, 0);
    check_values<float>(clipped(six, 3, 1).in("Min", f32({1}, {0.5F})).in("Max", f32({1}, {2})).run()->at("Out"), {0.5F, 1, 2, 2, 2, 2}, 0);
    check_values<float>(clipped(f32({2}, {not_a_number, 9}), 1, 3).run()->at("Out"), {not_a_number, 3}, 0);
    check_values<float>(clipped(six, 1, 3).in_place("Out", "X").run()->at("X"), {1, 1, 2, 3, 3, 3}, 0);
    check_values<std::int64_t>(clipped(i64({3}, {1, 2, 3}), 1.5F, 2.5F).version(paddle_26).run()->at("Out"), {1, 2, 2}, 0);
}

TEST_CASE("bounds that exclude each other are refused") {
    check_error(clipped(six, 3, 1).run(), errc::bad_attribute,
                "max should be greater than min. But received min = 3.000000, max = 1.000000");
    check_error(clipped(six, 1, 1).run(), errc::bad_attribute,
                "max should be greater than min. But received min = 1.000000, max = 1.000000");
    check_error(clipped(six, not_a_number, 1).run(), errc::bad_attribute);
    check_error(clipped(six, 3, 1).version(paddle_26).run(), errc::bad_attribute,
                "max should be greater than or equal to min. But received min = 3.000000, max = 1.000000");
    check_values<float>(clipped(six, 1, 1).version(paddle_26).run()->at("Out"), {1, 1, 1, 1, 1, 1}, 0);
    check_error(clipped(six, 0, 1).in("Min", f32({1}, {2})).run(), errc::bad_attribute);
    check_error(clipped(six, 0, 1).in("Min", f32({2}, {2, 3})).run(), errc::shape_mismatch);
    check_error(clipped(six, 0, 1).in("Max", i64({1}, {2})).run(), errc::dtype_mismatch);
    check_error(clipped(Tensor::of<bool>({1}, {true}), 0, 1).run(), errc::dtype_mismatch,
                "op clip does not have kernel for data_type[bool]");
}

TEST_CASE("the gradient of clip flows between the bounds") {
    const auto c = clipped(some({2, 4}), -0.9F, 0.9F);
    const auto grads = c.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "clip_grad");
    CHECK(grads[0].desc().inputs.size() == 4);  // Max, Min, Out@GRAD, X
    CHECK(grads[0].desc().inputs[0].parameter == "Max");
    CHECK(grads[0].input("Min").empty());
    CHECK(grads[0].desc().attrs.size() == 2);
    c.check_gradient({"X"});
    clipped(some({2, 4}), 0, 1).in("Min", f64({1}, {-1})).in("Max", f64({1}, {1.2})).check_gradient({"X"});
    const auto grad = [](const Tensor& g) {
        return op_case(ops::table, "clip_grad").in("X", six).in("Out@GRAD", g).attr("min", 1.0F).attr("max", 3.0F);
    };
    check_values<float>(grad(f32({2, 3}, {1, 2, 3, 4, 5, 6})).run()->at("X@GRAD"), {0, 0, 3, 0, 0, 0}, 0);
    check_error(grad(f32({3}, {1, 2, 3})).run(), errc::shape_mismatch);
    check_error(grad(f64({2, 3}, {1, 2, 3, 4, 5, 6})).run(), errc::dtype_mismatch);
    const auto metas = op_case(ops::table, "clip").in("X", tensor_meta{DType::FP32, Shape{-1, 4}, 1}).attr("max", 1.0F).infer();
    REQUIRE(metas);
    CHECK(metas->at("Out").lod_level == 1);
}
