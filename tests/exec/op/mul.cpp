#include <wherry/exec/op/mul.hpp>

#include "op_case.hpp"

#include <wherry/exec/plan_maker.hpp>

#include <support/small_program.hpp>

#include <initializer_list>

using namespace op_test;

namespace {

using ops = op_list<op::mul, op::mul_grad>;

op_case product(const Tensor& x, const Tensor& y, std::int32_t x_columns = 1, std::int32_t y_columns = 1) {
    return op_case(ops::table, "mul").in("X", x).in("Y", y).attr("x_num_col_dims", x_columns).attr("y_num_col_dims", y_columns);
}
/// first, first + 1, ...
Tensor counted(const Shape& dims, float first) {
    Tensor made(DType::FP32, dims);
    for (auto& v : made.elements<float>()) v = first++;
    return made;
}
Tensor out_of(const op_case& c) {
    auto out = c.run();
    REQUIRE_MESSAGE(out, (out ? std::string() : to_string(out.error())));
    return out->at("Out");
}
tensor_meta unknown(const Shape& dims, DType dtype = DType::FP32, std::int32_t lod_level = 0) { return {dtype, dims, lod_level}; }

}  // namespace

TEST_CASE("mul is the product of X and Y seen as matrices") {  // values by fluid 1.8.5
    check_values<float>(out_of(product(counted({2, 3}, 0), counted({3, 2}, 1))), {13, 16, 40, 52}, 0);
    const auto rows = out_of(product(counted({2, 2, 3}, 0), counted({3, 2}, 1), 2));
    CHECK(rows.dims() == Shape{2, 2, 2});
    check_values<float>(rows, {13, 16, 40, 52, 67, 88, 94, 124}, 0);
    const auto columns = out_of(product(counted({2, 2, 3}, 0), counted({2, 3, 2}, 1), 1, 2));
    CHECK(columns.dims() == Shape{2, 2});
    check_values<float>(columns, {125, 140, 341, 392}, 0);
}

TEST_CASE("mul computes in FP64 as in FP32, in both versions alike") {
    for (const auto version : {fluid_18, paddle_26}) {
        const auto out = out_of(product(f64({1, 2}, {0.1, 0.2}), f64({2, 1}, {3, 4})).version(version));
        CHECK(out.dims() == Shape{1, 1});
        check_values<double>(out, {1.1}, 1e-15);
    }
}

TEST_CASE("mul of nothing is nothing, and over nothing is 0") {
    CHECK(out_of(product(counted({0, 3}, 0), counted({3, 2}, 0))).dims() == Shape{0, 2});
    check_values<float>(out_of(product(counted({2, 0}, 0), counted({0, 2}, 0))), {0, 0, 0, 0}, 0);
}

TEST_CASE("the gradients of mul agree with differences, however the operands are split") {
    product(some({2, 3}), some({3, 4}, 1)).check_gradient({"X", "Y"});
    product(some({2, 2, 3}), some({3, 2}, 1), 2).check_gradient({"X", "Y"});
    product(some({2, 2, 3}), some({2, 3, 2, 2}, 1), 1, 2).check_gradient({"X", "Y"});
}

TEST_CASE("one gradient of mul, slots and attributes as in 1.8.5; each output only where it is asked for") {
    const auto grads = product(some({2, 3}), some({3, 2})).gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "mul_grad");
    CHECK(grads[0].input("Out@GRAD")[0] == "Out@GRAD");
    CHECK(grads[0].input("X")[0] == "X");
    CHECK(grads[0].output("Y@GRAD")[0] == "Y@GRAD");
    CHECK(grads[0].attr_or("x_num_col_dims", std::int32_t{0}) == 1);
    const auto grad = [](std::size_t of_x, std::size_t of_y) {
        auto out = op_case(ops::table, "mul_grad")
                       .in("X", f32({1, 2}, {1, 2}))
                       .in("Y", f32({2, 1}, {3, 4}))
                       .in("Out@GRAD", f32({1, 1}, {10}))
                       .out("X@GRAD", of_x)
                       .out("Y@GRAD", of_y)
                       .run();
        REQUIRE(out);
        return *out;
    };
    check_values<float>(grad(1, 0).at("X@GRAD"), {30, 40}, 0);
    CHECK_FALSE(grad(1, 0).contains("Y@GRAD"));
    check_values<float>(grad(0, 1).at("Y@GRAD"), {10, 20}, 0);
    CHECK_FALSE(grad(0, 1).contains("X@GRAD"));
}

TEST_CASE("the attributes of mul are those of 1.8.5, written with their defaults") {
    const auto written = op_case(ops::table, "mul").in("X", some({2, 2})).in("Y", some({2, 2})).written();
    std::string all;
    for (const auto& attr : written.desc().attrs) all += attr.name + " ";
    CHECK(all == "x_num_col_dims y_num_col_dims force_fp32_output scale_x scale_y scale_out use_mkldnn ");
    CHECK(written.attr_or("scale_y", std::vector<float>{}) == std::vector<float>{1});
}

TEST_CASE("while a program is built, unknown dims of mul agree with any, and stay unknown") {
    const auto out = op_case(ops::table, "mul").in("X", unknown({-1, 3}, DType::FP64, 1)).in("Y", unknown({3, 2}, DType::FP64)).infer();
    REQUIRE(out);
    CHECK(out->at("Out").dims == Shape{-1, 2});
    CHECK(out->at("Out").dtype == DType::FP64);
    CHECK(out->at("Out").lod_level == 1);
    CHECK(op_case(ops::table, "mul").in("X", unknown({2, -1})).in("Y", unknown({3, 2})).infer());
    CHECK(op_case(ops::table, "mul").in("X", unknown({2, 3})).in("Y", unknown({-1, -1})).infer());
    check_error(op_case(ops::table, "mul").in("X", unknown({-1, 3})).in("Y", unknown({4, 2})).infer(), errc::shape_mismatch);
}

TEST_CASE("impossible products of mul are refused in the reference's words") {
    const auto x = counted({2, 3}, 0);
    const auto y = counted({3, 2}, 0);
    const auto inner = product(x, counted({4, 2}, 0)).run();
    check_error(
        inner, errc::shape_mismatch,
        "After flatten the input tensor X and Y to 2-D dimensions matrix X1 and Y1, the matrix X1's width must be equal with matrix "
        "Y1's height. But received X's shape = [2, 3], X1's shape = [2, 3], X1's width = 3; Y's shape = [4, 2], Y1's shape = [4, "
        "2], Y1's height = 4.");
    CHECK(inner.error().expected == "3");
    CHECK(inner.error().found == "4");
    check_error(
        product(x, y, 2).run(), errc::shape_mismatch,
        "The input tensor X's dimensions of MulOp should be larger than x_num_col_dims. But received X's dimensions = 2, X's shape = "
        "[2, 3], x_num_col_dims = 2.");
    check_error(
        product(x, y, 1, 2).run(), errc::shape_mismatch,
        "The input tensor Y's dimensions of MulOp should be larger than y_num_col_dims. But received Y's dimensions = 2, Y's shape = "
        "[3, 2], y_num_col_dims = 2.");
    for (const auto bad : {0, -1, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}) {
        check_error(product(x, y, bad).run(), errc::shape_mismatch);
        check_error(product(x, y, 1, bad).run(), errc::shape_mismatch);
    }
    check_error(product(f32({}, {1}), y).run(), errc::shape_mismatch);
    check_error(product(x, f64({3, 2}, {1, 2, 3, 4, 5, 6})).run(), errc::dtype_mismatch);
    check_error(product(i32({1, 1}, {1}), i32({1, 1}, {1})).run(), errc::dtype_mismatch, "op mul does not have kernel for data_type[int]");
    const Shape five{1, 1, 1, 1, 1, 1};
    check_error(product(counted(five, 1), counted(five, 1), 5, 1).run(), errc::bad_dims);  // 5 + 5 dims
}

TEST_CASE("a gradient of mul that does not fit the operands is refused") {
    const auto grad = [](const Tensor& seed) {
        return op_case(ops::table, "mul_grad").in("X", counted({2, 3}, 0)).in("Y", counted({3, 2}, 0)).in("Out@GRAD", seed).run();
    };
    CHECK(grad(counted({2, 2}, 1)));
    check_error(grad(counted({2, 3}, 1)), errc::shape_mismatch);
    check_error(grad(counted({4}, 1)), errc::shape_mismatch);
    check_error(grad(f64({2, 2}, {1, 2, 3, 4})), errc::dtype_mismatch);
    check_error(
        op_case(ops::table, "mul_grad").in("X", counted({2, 3}, 0)).in("Y", counted({4, 2}, 0)).in("Out@GRAD", counted({2, 2}, 0)).run(),
        errc::shape_mismatch);
}

TEST_CASE("a product of mul with more elements than can be counted is refused before memory is reserved") {
    const auto huge = std::int64_t{1} << 40;
    support::small_program p;
    p.var("x", {-1, 0}).var("y", {0, -1}).var("out", {-1, -1}).op("mul", {{"X", {"x"}}, {"Y", {"y"}}}, {{"Out", {"out"}}});
    const Tensor x(DType::FP32, {huge, 0});
    const Tensor y(DType::FP32, {0, huge});
    Scope scope;
    check_error(make_plan(p.program, ops::table, std::vector{x.ref("x"), y.ref("y")}, {}, scope), errc::overflow);
}
