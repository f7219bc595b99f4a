#include <wherry/layers/fc.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/fill_constant.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/random.hpp>
#include <wherry/exec/op/sum.hpp>

using namespace wherry;
using fc_options = layers::fc_options<>;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;
using support::types_of;
using support::wires_of;

namespace {

result<Variable> fc(fresh_programs& p, const std::vector<Variable>& inputs, const fc_options& options) {
    return layers::fc(p.b, inputs, options);
}

}  // namespace

TEST_CASE("fc is a product, a bias and an activation; names are made in that order") {
    fresh_programs p;
    const auto out = must(fc(p, {p.data("x", {-1, 4})}, {.size = 3, .act = "relu"}));
    CHECK(types_of(p.ops()) == "mul elementwise_add relu");
    CHECK(wires_of(p.ops()[0]) == "x fc_0.w_0 -> fc_0.tmp_0");
    CHECK(wires_of(p.ops()[1]) == "fc_0.tmp_0 fc_0.b_0 -> fc_0.tmp_1");
    CHECK(wires_of(p.ops()[2]) == "fc_0.tmp_1 -> fc_0.tmp_2");
    CHECK(out.name() == "fc_0.tmp_2");
    CHECK(dims_of(out) == dims{-1, 3});
    CHECK(dims_of(p.var("fc_0.w_0")) == dims{4, 3});
    CHECK(dims_of(p.var("fc_0.b_0")) == dims{3});
    CHECK(types_of(p.startup_ops()) == "fill_constant uniform_random");  // bias 0, weight Xavier
    CHECK(support::names_of(p.main.all_parameters()) == "fc_0.w_0 fc_0.b_0");
}

TEST_CASE("dims before num_flatten_dims are rows, the others columns; -1 keeps the last dim alone") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 5, 2, 3});
    const auto height_and_dims = [&](std::int32_t flatten) {
        const auto out = must(fc(p, {x}, {.size = 7, .num_flatten_dims = flatten}));
        const auto weight = p.main.all_parameters().rbegin()[1];
        const auto& add = p.ops().back();
        CHECK(add.attr_or("axis", std::int32_t{-9}) == (flatten == -1 ? 3 : flatten));
        return std::pair(dims_of(weight)[0], dims_of(out));
    };
    CHECK(height_and_dims(1) == std::pair(std::int64_t{30}, dims{-1, 7}));
    CHECK(height_and_dims(2) == std::pair(std::int64_t{6}, dims{-1, 5, 7}));
    CHECK(height_and_dims(-1) == std::pair(std::int64_t{3}, dims{-1, 5, 2, 7}));
}

TEST_CASE("several inputs have a weight each and are summed; they share one ParamAttr or have one each") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 4});
    const auto y = p.data("y", {-1, 2, 3});
    must(fc(p, {x, y}, {.size = 3}));
    CHECK(types_of(p.ops()) == "mul mul sum elementwise_add");
    CHECK(wires_of(p.ops()[2]) == "fc_0.tmp_0 fc_0.tmp_1 -> fc_0.tmp_2");
    CHECK(dims_of(p.var("fc_0.w_1")) == dims{6, 3});
    must(fc(p, {x, y}, {.size = 3, .param_attr = {{.name = "a"}, {.name = "b"}}, .bias_attr = std::nullopt}));
    CHECK(dims_of(p.var("a")) == dims{4, 3});
    CHECK(dims_of(p.var("b")) == dims{6, 3});
    CHECK_FALSE(p.var("fc_1.b_0"));
    must(fc(p, {x, x}, {.size = 3, .param_attr = {{.name = "a"}}}));  // one weight, used twice
    CHECK(p.main.all_parameters().size() == 6);
}

TEST_CASE("a weight and a bias may be told how to start and be named; a shared one starts once") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3}, DType::FP64);
    const fc_options options{.size = 3,
                             .param_attr = {{.name = "w", .initializer = initializer::Constant{2}}},
                             .bias_attr = ParamAttr{.name = "b", .learning_rate = 2}};
    must(fc(p, {must(fc(p, {x}, options))}, options));
    CHECK(types_of(p.startup_ops()) == "fill_constant fill_constant");
    CHECK(p.startup_ops()[1].attr_or("value", 0.0F) == 2);
    CHECK(p.var("w").dtype() == DType::FP64);
    CHECK(p.var("b").parameter()->learning_rate == 2);
    const auto mismatched = fc(p, {x}, {.size = 4, .param_attr = {{.name = "w"}}});
    check_error(mismatched, errc::shape_mismatch);
    CHECK(mismatched.error().variable == "w");
}

TEST_CASE("fc refuses wrong arguments by code, and leaves no operator") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 4});
    check_error(fc(p, {}, {.size = 2}), errc::bad_argument);
    check_error(fc(p, {x, x}, {.size = 2, .param_attr = {{}, {}, {}}}), errc::bad_argument, "parameter number mismatch");
    check_error(fc(p, {p.data("ids", {-1, 4}, DType::INT64)}, {.size = 2}), errc::argument_dtype,
                "The data type of 'input' in fc must be ['float16', 'float32', 'float64'], but received int64. ");
    const auto mixed = fc(p, {x, p.data("d", {-1, 4}, DType::FP64)}, {.size = 2});
    check_error(mixed, errc::dtype_mismatch, "Data Type mismatch: 5 to 6");
    CHECK(mixed.error().variable == "d");
    CHECK(mixed.error().expected == "float32");
    CHECK(mixed.error().found == "float64");
    for (const auto& open : {p.data("open", {-1, -1}), p.data("wide", {-1, -1, -1})})
        check_error(fc(p, {open}, {.size = 2}), errc::bad_dims,
                    "Each dimension of shape for Parameter must be greater than 0, but received [-1, 2]");
    check_error(fc(p, {x}, {.size = 0}), errc::bad_dims);
    check_error(fc(p, {x}, {.size = -2}), errc::bad_dims);
    check_error(fc(p, {p.data("none", {-1, 0})}, {.size = 2}), errc::bad_dims);
    CHECK(p.ops().empty());
    check_error(
        fc(p, {x}, {.size = 2, .num_flatten_dims = 2}), errc::shape_mismatch,
        "The input tensor X's dimensions of MulOp should be larger than x_num_col_dims. But received X's dimensions = 2, X's shape = "
        "[-1, 4], x_num_col_dims = 2.");
    const auto known = p.data("known", {3, 4});
    for (const auto bad : {0, -2, 3}) check_error(fc(p, {known}, {.size = 2, .num_flatten_dims = bad}), errc::shape_mismatch);
    known.edit().type.lod_tensor->tensor.dims.assign(max_rank + 1, 1);
    const auto deep = fc(p, {known}, {.size = 2});
    check_error(deep, errc::bad_dims);
    CHECK(deep.error().variable == "known");
    CHECK(p.ops().empty());
    check_error(fc(p, {x}, {.size = 2, .act = "y"}), errc::unknown_op, "Operator \"y\" has not been registered.");
}

TEST_CASE("dims that multiply past 64 bits are refused") {
    fresh_programs p;
    const auto huge = p.data("huge", {-1, std::int64_t{1} << 40, std::int64_t{1} << 40});
    check_error(fc(p, {huge}, {.size = 2}), errc::bad_dims);
    CHECK(p.main.all_parameters().empty());
}
