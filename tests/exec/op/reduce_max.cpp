#include <wherry/exec/op/reduce_max.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::reduce_max, op::reduce_max_grad, op::reduce_min, op::reduce_min_grad, op::reduce_prod, op::reduce_prod_grad,
                    op::reduce_any, op::reduce_all>;
using list = sequence<std::int32_t>;
op_case of(std::string_view type, const list& axes, const Tensor& x) { return op_case(ops::table, type).in("X", x).attr("dim", axes); }
const Tensor x = i64({2, 3}, {3, -1, 2, 0, 5, -4});
}  // namespace

TEST_CASE("the largest, the smallest, the product") {
    CHECK(of("reduce_max", {1}, x).run()->at("Out") == i64({2}, {3, 5}));
    CHECK(of("reduce_min", {0}, x).run()->at("Out") == i64({3}, {0, -1, -4}));
    CHECK(of("reduce_prod", {-1}, x).attr("keep_dim", true).run()->at("Out") == i64({2, 1}, {-6, 0}));
    CHECK(of("reduce_max", {}, x).attr("reduce_all", true).run()->at("Out") == i64({1}, {5}));
    CHECK(of("reduce_max", {}, x).attr("reduce_all", true).version(paddle_26).run()->at("Out") == i64({}, {5}));
    CHECK(of("reduce_prod", {0}, f32({0, 2}, {})).run()->at("Out") == f32({2}, {1, 1}));
    check_error(of("reduce_max", {0}, f32({0, 2}, {})).run(), errc::shape_mismatch, "Tensor need be reduced must not empty.");
    check_error(of("reduce_max", {2}, x).run(), errc::bad_attribute);
    check_error(of("reduce_max", {0, 0}, x).run(), errc::bad_attribute);
}

TEST_CASE("any and all") {
    const auto flags = Tensor::of<bool>({2, 2}, {true, false, true, true});
    CHECK(of("reduce_any", {1}, flags).run()->at("Out") == Tensor::of<bool>({2}, {true, true}));
    CHECK(of("reduce_all", {1}, flags).run()->at("Out") == Tensor::of<bool>({2}, {false, true}));
    check_error(of("reduce_any", {1}, x).run(), errc::dtype_mismatch);
}

TEST_CASE("gradients of extremes and products") {
    for (const auto* type : {"reduce_max", "reduce_min", "reduce_prod"}) {
        of(type, {1}, some({2, 3})).check_gradient({"X"});
        of(type, {0, 2}, some({2, 2, 2})).attr("keep_dim", true).check_gradient({"X"});
    }
}
