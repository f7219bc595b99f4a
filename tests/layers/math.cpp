#include <wherry/layers/math.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/executor.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/clip.hpp>
#include <wherry/exec/op/dropout.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/matmul.hpp>
#include <wherry/exec/op/reduce.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op/sum.hpp>

using namespace wherry;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;
using support::types_of;
using support::wires_of;

namespace {

using ints = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("activations and softmax keep dims and take floats alone") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    CHECK(must(layers::activation<op::tanh>(p.b, x)).name() == "tanh_0.tmp_0");
    CHECK(must(layers::activation<op::relu>(p.b, x, "mine")).name() == "mine.tmp_0");
    const auto soft = must(layers::softmax(p.b, x, 0));
    CHECK(soft.name() == "softmax_0.tmp_0");
    CHECK(dims_of(soft) == dims{-1, 3});
    CHECK(p.ops().back().attr_or("axis", std::int32_t{9}) == 0);
    CHECK_FALSE(p.ops().back().attr_or("use_cudnn", true));
    const auto ids = p.data("ids", {-1, 3}, DType::INT32);
    check_error(layers::activation<op::relu>(p.b, ids), errc::argument_dtype,
                "The data type of 'x' in relu must be ['float16', 'float32', 'float64'], but received int32. ");
    check_error(layers::softmax(p.b, ids), errc::argument_dtype);
    check_error(layers::softmax(p.b, x, 2), errc::bad_attribute);
    CHECK(types_of(p.ops()) == "tanh relu softmax");
}

TEST_CASE("elementwise broadcasts Y along X from an axis on, and may end in an activation") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3, 4});
    const auto out = must(layers::elementwise<op::elementwise_add>(p.b, x, p.data("y", {3}), {.axis = 1, .act = "relu"}));
    CHECK(types_of(p.ops()) == "elementwise_add relu");
    CHECK(p.ops()[0].attr_or("axis", std::int32_t{9}) == 1);
    CHECK(out.name() == "elementwise_add_0.tmp_1");
    CHECK(dims_of(out) == dims{-1, 3, 4});
    CHECK(must(layers::elementwise<op::elementwise_div>(p.b, x, x, {.name = "mine"})).name() == "mine.tmp_0");
    CHECK(p.ops().back().attr_or("axis", std::int32_t{9}) == -1);
    const auto wide = layers::elementwise<op::elementwise_add>(p.b, x, p.data("z", {3, 5}));
    check_error(wide, errc::shape_mismatch);
    CHECK(wide.error().op == "elementwise_add");
    check_error(layers::elementwise<op::elementwise_add>(p.b, x, x, {.act = "y"}), errc::unknown_op);
}

TEST_CASE("elements of two types are told apart when they are computed, not while the program is built") {
    fresh_programs p;
    const auto x = p.data("x", {2});
    const auto y = p.data("y", {2}, DType::FP64);
    CHECK(must(layers::elementwise<op::elementwise_add>(p.b, x, y)).dtype() == DType::FP32);  // so does 1.8.5
    const auto one = Tensor::of<float>({2}, {1, 2});
    const auto two = Tensor::of<double>({2}, {1, 2});
    Scope scope;
    check_error(Executor().run(p.main, scope, std::vector{one.ref("x"), two.ref("y")}), errc::dtype_mismatch);
}

TEST_CASE("scale keeps its numbers and their order") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    const auto out = must(layers::scale(p.b, x, {.scale = 2, .bias = -1, .bias_after_scale = false, .act = "relu"}));
    CHECK(out.name() == "scale_0.tmp_1");
    CHECK(p.ops()[0].attr_or("scale", 0.0F) == 2);
    CHECK(p.ops()[0].attr_or("bias", 0.0F) == -1);
    CHECK_FALSE(p.ops()[0].attr_or("bias_after_scale", true));
    must(layers::scale(p.b, x));
    CHECK(p.ops()[2].attr_or("scale", 0.0F) == 1);
    CHECK(p.ops()[2].attr_or("bias_after_scale", false));
}

TEST_CASE("a sum has all its inputs in one slot, and at least one") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    const auto y = p.data("y", {-1, 3});
    CHECK(must(layers::sum(p.b, {x, y, x})).name() == "sum_0.tmp_0");
    CHECK(wires_of(p.ops()[0]) == "x y x -> sum_0.tmp_0");
    check_error(layers::sum(p.b, {}), errc::bad_argument);
    check_error(layers::sum(p.b, {x, p.data("z", {-1, 4})}), errc::shape_mismatch);
    CHECK(p.ops().size() == 1);
}

TEST_CASE("reductions over some axes drop or keep them, over all give one number") {
    fresh_programs p;
    const auto x = p.data("x", {2, 3, 4});
    const auto reduced = [&](const layers::reduce_options& options) {
        return dims_of(must(layers::reduce<op::reduce_sum>(p.b, x, options)));
    };
    CHECK(reduced({.dim = {0, 2}, .keep_dim = true}) == dims{1, 3, 1});
    CHECK_FALSE(p.ops().back().attr_or("reduce_all", true));
    CHECK(reduced({.dim = {-1}}) == dims{2, 3});
    CHECK(reduced({}) == dims{1});
    CHECK(p.ops().back().attr_or("dim", ints{}) == ints{0});
    CHECK(p.ops().back().attr_or("reduce_all", false));
    CHECK(reduced({.dim = {0, 1, 2}}) == dims{1});
    CHECK(p.ops().back().attr_or("reduce_all", false));
    CHECK(must(layers::reduce<op::reduce_mean>(p.b, x, {.name = "mine"})).name() == "mine.tmp_0");
    const auto outside = layers::reduce<op::reduce_sum>(p.b, x, {.dim = {3}});
    check_error(outside, errc::bad_attribute);
    CHECK(outside.error().op == "reduce_sum");
}

TEST_CASE("matmul multiplies the last two dims, transposed as told") {
    fresh_programs p;
    const auto x = p.data("x", {2, 3, 4});
    const auto y = p.data("y", {2, 5, 4});
    CHECK(dims_of(must(layers::matmul(p.b, x, y, {.transpose_y = true, .alpha = 0.5F}))) == dims{2, 3, 5});
    CHECK(p.ops()[0].attr_or("alpha", 0.0F) == 0.5F);
    CHECK(p.ops()[0].attr_or("transpose_Y", false));
    CHECK_FALSE(p.ops()[0].attr_or("transpose_X", true));
    CHECK(dims_of(must(layers::matmul(p.b, x, p.data("z", {2, 3, 6}), {.transpose_x = true}))) == dims{2, 4, 6});
    check_error(layers::matmul(p.b, x, y), errc::shape_mismatch);
    CHECK(p.ops().size() == 2);
}

TEST_CASE("clip keeps its limits") {
    fresh_programs p;
    CHECK(must(layers::clip(p.b, p.data("x", {3}), -2, 0.5F)).name() == "clip_0.tmp_0");
    CHECK(p.ops()[0].attr_or("min", 0.0F) == -2);
    CHECK(p.ops()[0].attr_or("max", 0.0F) == 0.5F);
}

TEST_CASE("dropout takes its own seed, or else the program's, and fixes it; its mask has no gradient") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    const auto seeded = [&](const layers::dropout_options& options) {
        must(layers::dropout(p.b, x, options));
        const auto& op = p.ops().back();
        CHECK(op.attr_or("fix_seed", false) == (op.attr_or("seed", std::int32_t{-1}) != 0));
        return op.attr_or("seed", std::int32_t{-1});
    };
    CHECK(seeded({}) == 0);
    CHECK(seeded({.seed = 3}) == 3);
    p.main.set_random_seed(8);
    CHECK(seeded({}) == 8);
    CHECK(seeded({.seed = 3}) == 3);
    const auto out = must(
        layers::dropout(p.b, x, {.dropout_prob = 0.25F, .is_test = true, .dropout_implementation = "upscale_in_train", .name = "mine"}));
    CHECK(out.name() == "mine.tmp_0");
    const auto mask = p.var("mine.tmp_1");
    CHECK(mask.dtype() == DType::UINT8);
    CHECK(mask.stop_gradient());
    CHECK(p.ops().back().attr_or("dropout_prob", 0.0F) == 0.25F);
    CHECK(p.ops().back().attr_or("is_test", false));
    CHECK(p.ops().back().attr_or<std::string>("dropout_implementation", "") == "upscale_in_train");
}

TEST_CASE("dropout refuses wrong arguments") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    check_error(layers::dropout(p.b, p.data("ids", {-1}, DType::INT64), {}), errc::argument_dtype);
    for (const auto bad : {-0.1F, 1.5F}) check_error(layers::dropout(p.b, x, {.dropout_prob = bad}), errc::bad_attribute);
    check_error(layers::dropout(p.b, x, {.dropout_implementation = "x"}), errc::bad_attribute);
    CHECK(p.ops().empty());
}
