#include <wherry/exec/op/assign.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::assign>;
}

TEST_CASE("assign copies any element type") {
    const auto out = op_case(ops::table, "assign").in("X", i64({2}, {1, 2})).run();
    REQUIRE(out);
    check_values<std::int64_t>(out->at("Out"), {1, 2}, 0);
    const auto empty = op_case(ops::table, "assign").in("X", f32({0, 2}, {})).run();
    REQUIRE(empty);
    CHECK(empty->at("Out").dims() == Shape{0, 2});
    const auto halves = op_case(ops::table, "assign").in("X", Tensor::of<float16>({1}, {float16(1.5F)})).run();
    REQUIRE(halves);
    CHECK(halves->at("Out").elements<float16>()[0] == float16(1.5F));
    const auto itself = op_case(ops::table, "assign").in("X", f32({2}, {1, 2})).in_place("Out", "X").run();
    REQUIRE(itself);
    check_values<float>(itself->at("X"), {1, 2}, 0);
}

TEST_CASE("assign hands the LoD on, and its gradient is an assign") {
    const auto metas = op_case(ops::table, "assign").in("X", tensor_meta{DType::FP32, Shape{-1, 4}, 1}).infer();
    REQUIRE(metas);
    CHECK(metas->at("Out").lod_level == 1);
    CHECK(metas->at("Out").dims == Shape{-1, 4});
    const auto c = op_case(ops::table, "assign").in("X", some({2, 3}));
    const auto grads = c.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "assign");
    CHECK(grads[0].input("X")[0] == "Out@GRAD");
    CHECK(grads[0].output("Out")[0] == "X@GRAD");
    c.check_gradient({"X"});
}
