#include <wherry/layers/loss.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/cross_entropy.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/mean.hpp>
#include <wherry/exec/op/softmax_with_cross_entropy.hpp>

using namespace wherry;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;
using support::types_of;
using support::wires_of;

TEST_CASE("cross entropy with hard labels is cross_entropy2, whose side results are temporaries too") {
    fresh_programs p;
    const auto out = must(layers::cross_entropy(p.b, p.data("x", {-1, 3}), p.data("label", {-1, 1}, DType::INT64)));
    CHECK(out.name() == "cross_entropy2_0.tmp_0");
    CHECK(dims_of(out) == dims{-1, 1});
    CHECK(types_of(p.ops()) == "cross_entropy2");
    CHECK(wires_of(p.ops()[0]) == "label x -> cross_entropy2_0.tmp_2 cross_entropy2_0.tmp_1 cross_entropy2_0.tmp_0");
    CHECK(p.ops()[0].attr_or("ignore_index", std::int32_t{0}) == -100);
    CHECK(dims_of(p.var("cross_entropy2_0.tmp_1")) == dims{-1, 3, 0});
    must(layers::cross_entropy(p.b, p.var("x"), p.var("label"), {.ignore_index = 2}));
    CHECK(p.ops()[1].attr_or("ignore_index", std::int32_t{0}) == 2);
}

TEST_CASE("cross entropy with soft labels is cross_entropy") {
    fresh_programs p;
    const auto out = must(layers::cross_entropy(p.b, p.data("x", {-1, 3}), p.data("label", {-1, 3}), {.soft_label = true}));
    CHECK(out.name() == "cross_entropy_0.tmp_0");
    CHECK(dims_of(out) == dims{-1, 1});
    CHECK(types_of(p.ops()) == "cross_entropy");
    CHECK(p.ops()[0].attr_or("soft_label", false));
}

TEST_CASE("softmax with cross entropy gives both") {
    fresh_programs p;
    const auto out = must(layers::softmax_with_cross_entropy(p.b, p.data("x", {-1, 3}), p.data("label", {-1, 1}, DType::INT64),
                                                             {.ignore_index = 1, .numeric_stable_mode = false, .axis = 1}));
    CHECK(out.softmax.name() == "softmax_with_cross_entropy_0.tmp_0");
    CHECK(out.loss.name() == "softmax_with_cross_entropy_0.tmp_1");
    CHECK(dims_of(out.softmax) == dims{-1, 3});
    CHECK(dims_of(out.loss) == dims{-1, 1});
    const auto& op = p.ops()[0];
    CHECK(op.attr_or("ignore_index", std::int32_t{0}) == 1);
    CHECK_FALSE(op.attr_or("numeric_stable_mode", true));
    CHECK_FALSE(op.attr_or("soft_label", true));
    CHECK(op.attr_or("axis", std::int32_t{0}) == 1);
    const auto soft = must(layers::softmax_with_cross_entropy(p.b, p.var("x"), p.data("soft", {-1, 3}), {.soft_label = true}));
    CHECK(dims_of(soft.loss) == dims{-1, 1});
}

TEST_CASE("the square error is a difference, squared; the mean is one number") {
    fresh_programs p;
    const auto cost = must(layers::square_error_cost(p.b, p.data("x", {-1, 2}), p.data("y", {-1, 2})));
    CHECK(types_of(p.ops()) == "elementwise_sub square");
    CHECK(wires_of(p.ops()[0]) == "x y -> square_error_cost_0.tmp_0");
    CHECK(cost.name() == "square_error_cost_0.tmp_1");
    CHECK(dims_of(cost) == dims{-1, 2});
    const auto mean = must(layers::mean(p.b, cost));
    CHECK(mean.name() == "mean_0.tmp_0");
    CHECK(dims_of(mean) == dims{1});
    CHECK(must(layers::mean(p.b, cost, "mine")).name() == "mine.tmp_0");
}

TEST_CASE("losses refuse other element types in the reference's words") {
    fresh_programs p;
    const auto ids = p.data("ids", {-1, 1}, DType::INT32);
    const auto half = p.data("half", {-1, 1}, DType::FP16);
    check_error(layers::cross_entropy(p.b, ids, ids), errc::argument_dtype,
                "The data type of 'input' in cross_entropy must be ['float16', 'float32', 'float64'], but received int32. ");
    check_error(layers::softmax_with_cross_entropy(p.b, ids, ids), errc::argument_dtype,
                "The data type of 'logits' in softmax_with_cross_entropy must be ['float16', 'float32', 'float64'], but received int32. ");
    check_error(layers::square_error_cost(p.b, half, half), errc::argument_dtype,
                "The data type of 'input' in square_error_cost must be ['float32', 'float64'], but received float16. ");
    check_error(layers::mean(p.b, ids), errc::argument_dtype,
                "The data type of 'x' in mean must be ['float16', 'float32', 'float64'], but received int32. ");
    CHECK(p.ops().empty());
}

TEST_CASE("labels that do not fit, an axis that is not there and dims that differ leave no operator") {
    fresh_programs p;
    const auto x = p.data("x", {5, 3});
    const auto four = p.data("four", {4, 1}, DType::INT64);
    check_error(layers::cross_entropy(p.b, x, four), errc::shape_mismatch);
    check_error(layers::cross_entropy(p.b, x, p.data("two", {5, 2}, DType::INT64)), errc::shape_mismatch);
    check_error(layers::cross_entropy(p.b, x, p.data("soft", {5, 2}), {.soft_label = true}), errc::shape_mismatch);
    check_error(layers::softmax_with_cross_entropy(p.b, x, four), errc::shape_mismatch);
    const auto axis = layers::softmax_with_cross_entropy(p.b, x, p.data("five", {5, 1}, DType::INT64), {.axis = 2});
    check_error(axis, errc::bad_attribute);
    CHECK(axis.error().op == "softmax_with_cross_entropy");
    check_error(layers::square_error_cost(p.b, x, p.data("wide", {5, 4})), errc::shape_mismatch);
    CHECK(p.ops().empty());
}
