#include <wherry/exec/op/matmul.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::matmul, op::matmul_grad, op::matmul_v2, op::matmul_v2_grad>;

/// -1, -0.5, 0, ...: what the values below were computed from.
Tensor steps(const Shape& dims) {
    Tensor made(DType::FP32, dims);
    for (std::size_t i = 0; i < made.count(); ++i) made.elements<float>()[i] = 0.5F * static_cast<float>(i) - 1;
    return made;
}
op_case product(const Tensor& x, const Tensor& y, bool transpose_x = false, bool transpose_y = false) {
    return op_case(ops::table, "matmul").in("X", x).in("Y", y).attr("transpose_X", transpose_x).attr("transpose_Y", transpose_y);
}
op_case product_v2(const Tensor& x, const Tensor& y, bool trans_x = false, bool trans_y = false) {
    return op_case(ops::table, "matmul_v2").in("X", x).in("Y", y).attr("trans_x", trans_x).attr("trans_y", trans_y).version(paddle_26);
}
void check_product(const op_case& c, const Shape& dims, std::initializer_list<float> values) {
    const auto out = c.run();
    REQUIRE(out);
    CHECK(out->at("Out").dims() == dims);
    check_values<float>(out->at("Out"), values);
}
}  // namespace

// Values below were computed by fluid 1.8.5 (matmul).

TEST_CASE("products of matrices, transposed or not") {
    check_product(product(steps({2, 3}), steps({3, 2})).attr("alpha", 2.0F), {2, 2}, {2, 0.5F, 2, 5});
    check_product(product(steps({3, 2}), steps({3, 2}), true), {2, 2}, {2, 2, 2, 2.75F});
    check_product(product(steps({2, 3}), steps({2, 3}), false, true), {2, 2}, {1.25F, -1, -1, 3.5F});
}

TEST_CASE("a vector is a row on the left and a column on the right") {
    check_product(product(steps({3}), steps({3})), {1}, {1.25F});
    check_product(product(steps({3}), steps({2}), true, true), {3, 2}, {1, 0.5F, 0.5F, 0.25F, 0, 0});
    check_product(product(steps({3}), steps({3, 2})), {2}, {1, 0.25F});
    check_product(product(steps({3}), steps({1, 2}), true), {3, 2}, {1, 0.5F, 0.5F, 0.25F, 0, 0});
    check_product(product(steps({2, 3}), steps({3})), {2}, {1.25F, -1});
    check_product(product(steps({2, 1}), steps({3}), false, true), {2, 3}, {1, 0.5F, 0, 0.5F, 0.25F, 0});
    check_product(product(steps({2, 2, 3}), steps({3})), {2, 2}, {1.25F, -1, -3.25F, -5.5F});
    check_product(product(steps({3}), steps({2, 3, 2})), {2, 2}, {1, 0.25F, -3.5F, -4.25F});
}

TEST_CASE("batches") {
    check_product(product(steps({2, 2, 3}), steps({2, 3, 2})), {2, 2, 2}, {1, 0.25F, 1, 2.5F, 23.5F, 27.25F, 37, 43});
    check_product(product(steps({2, 2, 3}), steps({3, 2})), {2, 2, 2}, {1, 0.25F, 1, 2.5F, 1, 4.75F, 1, 7});
    check_product(product(steps({2, 3}), steps({2, 3, 2})), {2, 2, 2}, {1, 0.25F, 1, 2.5F, -3.5F, -4.25F, 10, 11.5F});
    check_product(product(steps({2, 3, 1, 2}), steps({6, 1, 2, 1})), {2, 3, 1, 1}, {1.25F, 0.25F, 3.25F, 10.25F, 21.25F, 36.25F});
}

TEST_CASE("matmul_v2 broadcasts leading dims") {  // by NumPy's matmul
    check_product(product_v2(steps({1, 2, 3}), steps({2, 3, 2})), {2, 2, 2}, {1, 0.25F, 1, 2.5F, -3.5F, -4.25F, 10, 11.5F});
    check_product(product_v2(steps({2, 1, 1, 2}), steps({2, 2, 1})), {2, 2, 1, 1}, {1.25F, -0.25F, -0.25F, 0.25F});
    check_product(product_v2(steps({3}), steps({3}), true, true), {}, {1.25F});
    check_product(product_v2(steps({2, 1, 3}), steps({3})), {2, 1}, {1.25F, -1});
    check_product(product_v2(steps({1}), steps({1, 2})), {2}, {1, 0.5F});
}

TEST_CASE("sizes of 0") {
    check_product(product_v2(steps({2, 0}), steps({0, 2})), {2, 2}, {0, 0, 0, 0});
    check_product(product_v2(steps({0, 2}), steps({2, 2})), {0, 2}, {});
    check_product(product_v2(steps({0, 2, 3}), steps({0, 3, 2})), {0, 2, 2}, {});
}

TEST_CASE("gradients of products agree with differences") {
    for (const bool tx : {false, true}) {
        for (const bool ty : {false, true}) {
            CAPTURE(tx);
            CAPTURE(ty);
            const auto x = [&](const Shape& batch) {
                auto dims = batch;
                dims.push_back(tx ? 3 : 2);
                dims.push_back(tx ? 2 : 3);
                return some(dims);
            };
            const auto y = [&](const Shape& batch) {
                auto dims = batch;
                dims.push_back(ty ? 4 : 3);
                dims.push_back(ty ? 3 : 4);
                return some(dims, 1.1);
            };
            product(x({}), y({}), tx, ty).attr("alpha", 1.5F).check_gradient({"X", "Y"});
            product(x({2}), y({2}), tx, ty).check_gradient({"X", "Y"});
            product(x({2}), y({}), tx, ty).check_gradient({"X", "Y"});
            product(x({}), y({2}), tx, ty).check_gradient({"X", "Y"});
            product_v2(x({2, 1}), y({1, 3}), tx, ty).check_gradient({"X", "Y"});
            product_v2(x({2, 3}), y({3}), tx, ty).check_gradient({"X", "Y"});
        }
    }
    product(some({3}), some({3}, 1.1)).check_gradient({"X", "Y"});
    product(some({3}), some({2}, 1.1), true, true).check_gradient({"X", "Y"});
    product(some({2, 2, 3}), some({3}, 1.1)).check_gradient({"X", "Y"});
    product(some({3}), some({2, 3, 2}, 1.1)).check_gradient({"X", "Y"});
    product_v2(some({3}), some({3}, 1.1)).check_gradient({"X", "Y"});
    product_v2(some({2, 2, 3}), some({3}, 1.1)).check_gradient({"X", "Y"});
}

TEST_CASE("only the gradient that is asked for is made") {
    const auto out =
        op_case(ops::table, "matmul_grad").in("X", some({2, 3})).in("Y", some({3, 2})).in("Out@GRAD", some({2, 2})).out("X@GRAD", 0).run();
    REQUIRE(out);
    CHECK(out->count("X@GRAD") == 0);
    CHECK(out->at("Y@GRAD").dims() == Shape{3, 2});
}

TEST_CASE("attributes and gradient slots are those of 1.8.5") {
    const auto c = product(some({2, 3}), some({3, 2}));
    CHECK(c.written().desc().attrs.size() == 12);
    const auto grads = c.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "matmul_grad");
    CHECK(grads[0].desc().inputs.size() == 3);
    CHECK(grads[0].desc().attrs.size() == 12);
}

TEST_CASE("while a program is built") {
    const auto known =
        op_case(ops::table, "matmul").in("X", tensor_meta{DType::FP32, {-1, -1}, 1}).in("Y", tensor_meta{DType::FP32, {3, 2}}).infer();
    REQUIRE(known);
    CHECK(known->at("Out").dims == Shape{-1, 2});
    CHECK(known->at("Out").lod_level == 1);
    const auto batch =
        op_case(ops::table, "matmul").in("X", tensor_meta{DType::FP32, {-1, 2, 3}}).in("Y", tensor_meta{DType::FP32, {2, 3, 2}}).infer();
    REQUIRE(batch);
    CHECK(batch->at("Out").dims == Shape{-1, 2, 2});
}

TEST_CASE("products that do not fit") {
    check_error(product(steps({2, 3}), steps({2, 3})).run(), errc::shape_mismatch,
                "Input X's width should be equal to the Y's height, but received X's shape: [2, 3], Y's shape: [2, 3].");
    check_error(product(steps({3}), steps({3}), true).run(), errc::shape_mismatch);
    check_error(product(steps({2, 2, 3}), steps({3, 3, 2})).run(), errc::shape_mismatch,
                "The batch size of the two matrices should be equal, or at least one is zero. But received X's shape: [2, 2, 3], Y's "
                "shape: [3, 3, 2].");
    check_error(product(steps({1, 2, 3}), steps({2, 3, 2})).run(), errc::shape_mismatch);
    check_error(product_v2(steps({2, 2, 3}), steps({3, 3, 2})).run(), errc::shape_mismatch);
    check_error(product(steps({}), steps({3})).run(), errc::shape_mismatch);
    check_error(product(steps({2, 3}), some({3, 2})).run(), errc::dtype_mismatch,
                "Tensor holds the wrong type, it holds double, but desires to be float.");
    check_error(product(i32({1, 1}, {1}), i32({1, 1}, {1})).run(), errc::dtype_mismatch,
                "op matmul does not have kernel for data_type[int]");
    check_error(product(steps({2, 4}), steps({4, 4})).attr("head_number", 2).run(), errc::unsupported);
    check_error(product(steps({2, 4}), steps({4, 4})).attr("fused_reshape_Out", std::vector<std::int32_t>{2, 2, 2}).run(),
                errc::unsupported);
    check_error(op_case(ops::table, "matmul_grad").in("X", some({2, 3})).in("Y", some({3, 2})).in("Out@GRAD", some({3, 2})).run(),
                errc::shape_mismatch);
}

TEST_CASE("a product of more elements than can be counted is refused") {
    constexpr std::int64_t huge = std::int64_t{1} << 40;
    check_error(op_case(ops::table, "matmul")
                    .in("X", tensor_meta{DType::FP32, {huge, 0}})
                    .in("Y", tensor_meta{DType::FP32, {0, huge}})
                    .infer(false),
                errc::overflow);
}
