#include <wherry/exec/op/concat.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::concat, op::concat_grad>;
op_case joined(std::int32_t axis, std::initializer_list<Tensor> parts) {
    op_case c(ops::table, "concat");
    for (const auto& part : parts) c.in("X", part);
    return c.attr("axis", axis);
}
const Tensor two_by_three = f32({2, 3}, {0, 1, 2, 3, 4, 5});
}  // namespace

TEST_CASE("concat joins along any axis and any element type") {
    const auto columns = joined(1, {two_by_three, f32({2, 1}, {7, 8})}).run();
    REQUIRE(columns);
    CHECK(columns->at("Out").dims() == Shape{2, 4});
    check_values<float>(columns->at("Out"), {0, 1, 2, 7, 3, 4, 5, 8}, 0);
    CHECK(joined(-1, {two_by_three, f32({2, 1}, {7, 8})}).run()->at("Out") == columns->at("Out"));
    const auto rows = joined(0, {two_by_three, f32({0, 3}, {}), f32({1, 3}, {7, 8, 9})}).run();
    REQUIRE(rows);
    check_values<float>(rows->at("Out"), {0, 1, 2, 3, 4, 5, 7, 8, 9}, 0);
    check_values<std::int64_t>(joined(0, {i64({2}, {1, 2}), i64({1}, {3})}).run()->at("Out"), {1, 2, 3}, 0);
    check_values<float>(joined(0, {two_by_three}).run()->at("Out"), {0, 1, 2, 3, 4, 5}, 0);
}

TEST_CASE("dims unknown of one operand may be known of another") {
    const auto metas = op_case(ops::table, "concat")
                           .in("X", tensor_meta{DType::FP32, Shape{-1, 4, -1}, 1})
                           .in("X", tensor_meta{DType::FP32, Shape{-1, 4, 5}, 0})
                           .attr("axis", 1)
                           .infer();
    REQUIRE(metas);
    CHECK(metas->at("Out").dims == Shape{-1, 8, 5});
    CHECK(metas->at("Out").lod_level == 1);
    const auto open = op_case(ops::table, "concat")
                          .in("X", tensor_meta{DType::FP32, Shape{-1, 4}})
                          .in("X", tensor_meta{DType::FP32, Shape{3, 4}})
                          .infer();
    REQUIRE(open);
    CHECK(open->at("Out").dims == Shape{-1, 4});
}

TEST_CASE("operands that cannot be joined, in the words of fluid 1.8.5") {
    check_error(joined(7, {two_by_three, two_by_three}).run(), errc::bad_attribute,
                "The axis is expected to be in range of [-2, 2), but got 7");
    check_error(joined(-9, {two_by_three}).run(), errc::bad_attribute, "The axis is expected to be in range of [-2, 2), but got -9");
    check_error(
        joined(1, {two_by_three, f32({3, 1}, {1, 2, 3})}).run(), errc::shape_mismatch,
        "The 0-th dimension of input[0] and input[1] is expected to be equal.But received input[0]'s shape = [2, 3], input[1]'s shape = "
        "[3, 1].");
    check_error(
        joined(0, {two_by_three, f32({3}, {1, 2, 3})}).run(), errc::shape_mismatch,
        "The shape of input[0] and input[1] is expected to be equal.But received input[0]'s shape = [2, 3], input[1]'s shape = [3].");
    check_error(joined(0, {two_by_three, f64({1, 3}, {1, 2, 3})}).run(), errc::dtype_mismatch,
                "Tensor holds the wrong type, it holds double, but desires to be float.");
    check_error(joined(0, {}).run(), errc::missing_slot, "No Input(X) found for Concat operator.");
    check_error(joined(0, {f32({}, {1})}).run(), errc::bad_attribute);
    check_error(joined(0, {two_by_three}).in("AxisTensor", i32({1}, {1})).run(), errc::unsupported);
    const auto huge = tensor_meta{DType::FP32, Shape{0, std::int64_t{1} << 62}};
    check_error(op_case(ops::table, "concat").in("X", huge).in("X", huge).attr("axis", 1).infer(false), errc::overflow);
}

TEST_CASE("each operand gets its part of the gradient, or none") {
    const auto c = joined(1, {some({2, 2}), some({2, 1}, 1), some({2, 3}, 2)});
    const auto grads = c.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "concat_grad");
    CHECK(grads[0].input("X").size() == 3);
    CHECK(grads[0].has_input_slot("AxisTensor"));
    CHECK(grads[0].input("AxisTensor").empty());
    CHECK(grads[0].output("X@GRAD").size() == 3);
    CHECK(grads[0].desc().attrs.size() == 3);
    c.check_gradient({"X", "X.1", "X.2"});
    joined(0, {some({1, 2}), some({3, 2}, 1)}).check_gradient({"X", "X.1"});

    const auto grad = [](std::size_t wanted, const Tensor& g) {
        return op_case(ops::table, "concat_grad")
            .in("X", two_by_three)
            .in("X", f32({2, 1}, {7, 8}))
            .in("Out@GRAD", g)
            .attr("axis", 1)
            .out("X@GRAD", wanted);
    };
    const auto g = f32({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
    const auto both = grad(2, g).run();
    REQUIRE(both);
    check_values<float>(both->at("X@GRAD"), {1, 2, 3, 5, 6, 7}, 0);
    check_values<float>(both->at("X@GRAD.1"), {4, 8}, 0);
    check_error(grad(1, g).run(), errc::missing_slot);
    check_error(grad(3, g).run(), errc::missing_slot);
    check_error(grad(2, f32({2, 3}, {1, 2, 3, 4, 5, 6})).run(), errc::shape_mismatch);
    check_error(grad(2, f64({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8})).run(), errc::dtype_mismatch);
    const auto metas = op_case(ops::table, "concat_grad")
                           .in("X", tensor_meta{DType::FP32, Shape{-1, 4}, 1})
                           .in("X", tensor_meta{DType::FP32, Shape{-1, 4}, 0})
                           .in("Out@GRAD", tensor_meta{DType::FP32, Shape{-1, 8}})
                           .attr("axis", 1)
                           .out("X@GRAD", 2)
                           .infer();
    REQUIRE(metas);
    CHECK(metas->at("X@GRAD").lod_level == 1);
    CHECK(metas->at("X@GRAD.1").lod_level == 0);
}
