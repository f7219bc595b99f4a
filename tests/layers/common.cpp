#include <wherry/layers/common.hpp>

#include <support/fresh_programs.hpp>

#include <wherry/exec/op/activation.hpp>

using namespace wherry;
using support::check_error;
using support::dims;
using support::dims_of;
using support::fresh_programs;
using support::must;

TEST_CASE("an element type that a layer does not take is refused in the reference's words") {
    fresh_programs p;
    const auto ids = p.data("ids", {-1}, DType::INT64);
    const auto floats = layers::check_float(ids, "input", "fc");
    check_error(floats, errc::argument_dtype,
                "The data type of 'input' in fc must be ['float16', 'float32', 'float64'], but received int64. ");
    CHECK(floats.error().variable == "ids");
    CHECK(floats.error().found == "int64");
    check_error(layers::check_dtype(ids, "x", "one", {DType::BOOL}), errc::argument_dtype,
                "The data type of 'x' in one must be ['bool'], but received int64. ");
    must(layers::check_dtype(ids, "x", "two", {DType::INT32, DType::INT64}));
    for (const auto dtype : {DType::FP16, DType::FP32, DType::FP64}) {
        const std::string name(name_of(dtype));
        must(layers::check_float(p.data(name, {1}, dtype), "x", "any"));
    }
    check_error(layers::check_float(p.data("bf", {1}, DType::BF16), "x", "any"), errc::argument_dtype);
}

TEST_CASE("a variable of another kind is refused by name") {
    fresh_programs p;
    const auto x = p.data("x", {1});
    must(layers::check_kind(x, VarKind::LOD_TENSOR, "any"));
    const auto refused = layers::check_kind(x, VarKind::SELECTED_ROWS, "merge_selected_rows");
    check_error(refused, errc::bad_argument);
    CHECK(refused.error().variable == "x");
    CHECK(refused.error().op == "merge_selected_rows");
}

TEST_CASE("a unary layer makes one operator and one temporary, named by its type or as it is told") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3}, DType::FP64);
    const auto out = must(layers::unary<op::relu>(p.b, x));
    CHECK(out.name() == "relu_0.tmp_0");
    CHECK(out.dtype() == DType::FP64);
    CHECK(dims_of(out) == dims{-1, 3});
    CHECK(must(layers::unary<op::relu>(p.b, x, {make_attr("use_cudnn", true)}, "mine")).name() == "mine.tmp_0");
    CHECK(p.ops()[1].attr_or("use_cudnn", false));
    CHECK(p.ops().size() == 2);
}

TEST_CASE("an activation is an operator on the result; without a name there is none") {
    fresh_programs p;
    const auto x = p.data("x", {-1, 3});
    CHECK(must(layers::activated(p.b, "fc_0", x, {})) == x);
    CHECK(p.ops().empty());
    CHECK(must(layers::activated(p.b, "fc_0", x, "relu")).name() == "fc_0.tmp_0");
    CHECK(support::wires_of(p.ops()[0]) == "x -> fc_0.tmp_0");
    check_error(layers::activated(p.b, "fc_0", x, "y"), errc::unknown_op, "Operator \"y\" has not been registered.");
}
