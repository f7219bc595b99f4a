#include <wherry/exec/op/transpose.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::transpose, op::transpose_grad, op::transpose2, op::transpose2_grad>;
using axes = sequence<std::int32_t>;
op_case turned(const axes& axis, const Tensor& x, std::string_view type = "transpose2") {
    return op_case(ops::table, type).in("X", x).attr("axis", axis);
}
const Tensor two_by_three = f32({2, 3}, {0, 1, 2, 3, 4, 5});
}  // namespace

TEST_CASE("axes in another order, whatever the elements are") {
    const auto out = turned({1, 0}, two_by_three).run();
    REQUIRE(out);
    CHECK(out->at("Out") == f32({3, 2}, {0, 3, 1, 4, 2, 5}));
    CHECK(out->at("XShape").dims() == Shape{0, 2, 3});
    CHECK(turned({1, 0}, i64({2, 2}, {1, 2, 3, 4})).run()->at("Out") == i64({2, 2}, {1, 3, 2, 4}));
    CHECK(turned({-1, 0}, two_by_three).run()->at("Out") == out->at("Out"));
    CHECK(turned({0, 2, 1}, f32({2, 1, 2}, {1, 2, 3, 4})).run()->at("Out") == f32({2, 2, 1}, {1, 2, 3, 4}));
    CHECK(turned({1, 0}, two_by_three, "transpose").run()->at("Out") == out->at("Out"));
    CHECK(turned({1, 0}, f32({0, 3}, {})).run()->at("Out").dims() == Shape{3, 0});
    CHECK(turned({}, two_by_three).version(paddle_26).run()->at("Out") == two_by_three);
}

TEST_CASE("unknown dims move along") {
    const auto metas =
        op_case(ops::table, "transpose2").in("X", tensor_meta{DType::FP32, {-1, 3, 5}, 0}).attr("axis", axes{0, 2, 1}).infer();
    REQUIRE(metas);
    CHECK(metas->at("Out").dims == Shape{-1, 5, 3});
}

TEST_CASE("orders that are not permutations are refused in the words of Paddle 2.6.2") {
    check_error(turned({0, 0}, two_by_three).run(), errc::bad_attribute,
                "Each element of axis should be unique. but axis[1] is 0 appear not only once");
    check_error(
        turned({0, 2}, two_by_three).run(), errc::bad_attribute,
        "The reduce dim index 1 should be in the range [ -dimension(X), dimension(X) ) which dimesion = 2. But received dim index = 2.");
    check_error(turned({0, -3}, two_by_three).run(), errc::bad_attribute);
    check_error(
        turned({0}, two_by_three).run(), errc::bad_attribute,
        "The input tensor's dimension should be equal to the axis's size. But received input tensor's dimension is 2, axis's size is 1");
    check_error(turned({}, two_by_three).run(), errc::bad_attribute);
    check_error(turned({0, 1, 2, 3, 4, 5, 6, 7, 8}, Tensor(DType::FP32, {1, 1, 1, 1, 1, 1, 1, 1, 1})).run(), errc::bad_dims);
}

TEST_CASE("gradients go the way back") {
    for (const auto* type : {"transpose", "transpose2"}) turned({2, 0, 1}, some({2, 3, 2}), type).check_gradient({"X"});
    CHECK(turned({1, 0}, two_by_three).gradients().at(0).input("XShape").size() == 1);
    const auto grad = op_case(ops::table, "transpose2_grad").in("XShape", Tensor(DType::FP32, {0, 2, 3})).attr("axis", axes{1, 0});
    check_error(op_case(grad).in("Out@GRAD", two_by_three).run(), errc::shape_mismatch);
    check_error(op_case(ops::table, "transpose2_grad").in("XShape", f32({}, {1})).in("Out@GRAD", two_by_three).run(), errc::shape_mismatch);
    // one element may come in any rank
    CHECK(op_case(ops::table, "transpose_grad")
              .in("X", f32({1, 1}, {1}))
              .in("Out", f32({1, 1}, {1}))
              .in("Out@GRAD", f32({1, 1, 1, 1}, {7}))
              .attr("axis", axes{1, 0})
              .run()
              ->at("X@GRAD") == f32({1, 1}, {7}));
}
