#include <wherry/exec/op/sum.hpp>

#include <wherry/exec/op/scale.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::sum, op::scale>;
}  // namespace

TEST_CASE("the sum of several tensors") {
    const auto out = op_case(ops::table, "sum").in("X", f32({2}, {1, 2})).in("X", f32({2}, {10, 20})).in("X", f32({2}, {100, 200})).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {111, 222}, 0);
    const auto one = op_case(ops::table, "sum").in("X", i64({2}, {1, 2})).run();
    REQUIRE(one);
    check_values<std::int64_t>(one->at("Out"), {1, 2}, 0);
    CHECK(op_case(ops::table, "sum").in("X", f32({0, 2}, {})).in("X", f32({0, 2}, {})).run());
}

TEST_CASE("a sum may be written over any of its terms") {
    for (const auto* over : {"X", "X.1", "X.2"}) {
        const auto out =
            op_case(ops::table, "sum").in("X", f32({1}, {1})).in("X", f32({1}, {10})).in("X", f32({1}, {100})).in_place("Out", over).run();
        REQUIRE(out);
        check_values<float>(out->at(over), {111}, 0);
    }
}

TEST_CASE("the gradient of a sum is a scale by 1 for each term") {
    const auto c = op_case(ops::table, "sum").in("X", some({2, 3})).in("X", some({2, 3}, 1.1));
    const auto grads = c.gradients();
    REQUIRE(grads.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(grads[i].type() == "scale");
        CHECK(grads[i].desc().inputs.size() == 1);
        CHECK(grads[i].input("X")[0] == "Out@GRAD");
        CHECK(grads[i].output("Out")[0] == grad_name(nth_name("X", i)));
        REQUIRE(grads[i].desc().attrs.size() == 1);
        CHECK(grads[i].attr_or("scale", 0.0F) == 1);
    }
    c.check_gradient({"X", "X.1"});
}

TEST_CASE("terms that do not fit") {
    check_error(op_case(ops::table, "sum").in("X", some({2, 3})).in("X", some({3, 2})).run(), errc::shape_mismatch,
                "The input tensor X of SumOp must have same shape. But received X[0]'s shape = [2, 3], X[1]'s shape = [3, 2].");
    check_error(op_case(ops::table, "sum").in("X", some({2, 3})).in("X", some({3})).run(), errc::shape_mismatch);
    const auto mixed = op_case(ops::table, "sum").in("X", some({1})).in("X", i32({1}, {1}));
    CHECK(mixed.infer(true));
    check_error(mixed.run(), errc::dtype_mismatch, "The inputs type of sum op must be same");
    check_error(op_case(ops::table, "sum").run(), errc::missing_slot);
}

TEST_CASE("while a program is built unknown dims agree") {
    const auto known =
        op_case(ops::table, "sum").in("X", tensor_meta{DType::FP32, {-1, 3}, 1}).in("X", tensor_meta{DType::FP32, {2, 3}}).infer();
    REQUIRE(known);
    CHECK(known->at("Out").dims == Shape{-1, 3});
    CHECK(known->at("Out").lod_level == 1);
}
