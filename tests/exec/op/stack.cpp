#include <wherry/exec/op/stack.hpp>

#include <wherry/exec/op/concat.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::stack, op::stack_grad, op::unstack, op::unstack_grad, op::unbind, op::split, op::concat, op::concat_grad>;
using list = sequence<std::int32_t>;
const Tensor x = i32({2, 3}, {0, 1, 2, 3, 4, 5});
op_case stacked(std::int32_t axis, std::initializer_list<Tensor> parts) {
    op_case c(ops::table, "stack");
    for (const auto& part : parts) c.in("X", part);
    return c.attr("axis", axis);
}
op_case parts(std::string_view type, std::int32_t axis, std::size_t count, const Tensor& from = x) {
    op_case c(ops::table, type);
    return c.in("X", from).attr("axis", axis).out(type == "unstack" ? "Y" : "Out", count);
}
}  // namespace

TEST_CASE("tensors of one shape are stacked and taken apart") {
    CHECK(stacked(0, {x, x}).run()->at("Y").dims() == Shape{2, 2, 3});
    CHECK(stacked(-1, {i32({2}, {1, 2}), i32({2}, {3, 4})}).run()->at("Y") == i32({2, 2}, {1, 3, 2, 4}));
    CHECK(stacked(0, {f32({}, {1}), f32({}, {2})}).run()->at("Y") == f32({2}, {1, 2}));
    for (const auto* type : {"unstack", "unbind"}) {
        const auto columns = parts(type, 1, 3).run();
        REQUIRE(columns);
        CHECK(columns->at(type == std::string_view("unstack") ? "Y.1" : "Out.1") == i32({2}, {1, 4}));
    }
}

TEST_CASE("operands that cannot be stacked or taken apart are refused") {
    check_error(stacked(3, {x, x}).run(), errc::bad_attribute);
    check_error(stacked(-4, {x, x}).run(), errc::bad_attribute);
    check_error(stacked(0, {x, i32({3}, {1, 2, 3})}).run(), errc::shape_mismatch, "Dims of all Inputs(X) must be the same.");
    check_error(stacked(0, {f32({1}, {1}), f64({1}, {1})}).run(), errc::dtype_mismatch);
    check_error(stacked(0, {Tensor(DType::FP32, {1, 1, 1, 1, 1, 1, 1, 1, 1})}).run(), errc::bad_dims);
    check_error(parts("unstack", 1, 2).run(), errc::shape_mismatch);
    check_error(parts("unstack", 1, 3).attr("num", 2).run(), errc::bad_attribute);
    check_error(parts("unbind", 2, 3).run(), errc::bad_attribute);
}

TEST_CASE("parts along an axis: equal ones, or of given sizes") {
    const auto rows = parts("split", 0, 2).attr("num", 2).run();
    REQUIRE(rows);
    CHECK(rows->at("Out.1") == i32({1, 3}, {3, 4, 5}));
    const auto columns = parts("split", -1, 2).attr("sections", list{1, -1}).run();
    REQUIRE(columns);
    CHECK(columns->at("Out") == i32({2, 1}, {0, 3}));
    CHECK(columns->at("Out.1") == i32({2, 2}, {1, 2, 4, 5}));
    CHECK(parts("split", 1, 2).attr("sections", list{0, 3}).run()->at("Out").dims() == Shape{2, 0});
    check_error(parts("split", 1, 2).attr("num", 2).run(), errc::shape_mismatch);
    check_error(parts("split", 1, 2).run(), errc::bad_attribute);
    check_error(parts("split", 1, 3).attr("num", 2000000000).run(), errc::shape_mismatch);
    check_error(parts("split", 0, 3).attr("num", 2).run(), errc::missing_slot);
    check_error(parts("split", 1, 2).attr("sections", list{1, 1}).run(), errc::shape_mismatch);
    check_error(parts("split", 1, 2).attr("sections", list{-1, -1}).run(), errc::bad_attribute);
    check_error(parts("split", 1, 2).attr("sections", list{-2, 5}).run(), errc::bad_attribute);
    check_error(parts("split", 1, 2).attr("sections", list{4, -1}).run(), errc::shape_mismatch);
    check_error(parts("split", 2, 2).attr("num", 2).run(), errc::bad_attribute);
    check_error(parts("split", 1, 2).attr("num", 2).in("AxisTensor", i32({1}, {0})).run(), errc::unsupported);
    const auto metas =
        op_case(ops::table, "split").in("X", tensor_meta{DType::FP32, {4, -1}, 0}).attr("axis", 1).attr("num", 2).out("Out", 2).infer();
    REQUIRE(metas);
    CHECK(metas->at("Out.1").dims == Shape{4, -1});
}

TEST_CASE("gradients of stack and its kin") {
    op_case c(ops::table, "stack");
    c.in("X", some({2, 2})).in("X", some({2, 2}, 1)).attr("axis", 1).check_gradient({"X", "X.1"}, "Y");
    CHECK(parts("unstack", 0, 2, some({2, 3})).gradients().at(0).type() == "unstack_grad");
    CHECK(parts("unbind", 0, 2, some({2, 3})).gradients().at(0).type() == "stack");
    const auto back = parts("split", 1, 3, some({2, 3})).attr("num", 3).gradients().at(0);
    CHECK(back.type() == "concat");
    CHECK(back.input("X").size() == 3);
    const auto joined =
        op_case(ops::table, "unstack_grad").in("Y@GRAD", f32({2}, {1, 2})).in("Y@GRAD", f32({2}, {3, 4})).attr("axis", 1).run();
    REQUIRE(joined);
    CHECK(joined->at("X@GRAD") == f32({2, 2}, {1, 3, 2, 4}));
}
