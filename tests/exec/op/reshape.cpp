#include <wherry/exec/op/reshape.hpp>

#include "op_case.hpp"

#include <numeric>

using namespace op_test;

namespace {
using ops = op_list<op::reshape2, op::reshape2_grad>;
op_case reshaped(const Shape& x, std::vector<std::int32_t> shape) {
    Tensor made(DType::FP32, x);
    std::iota(made.elements<float>().begin(), made.elements<float>().end(), 1.0F);
    return op_case(ops::table, "reshape2").in("X", made).attr("shape", std::move(shape));
}
Shape dims(const Shape& x, std::vector<std::int32_t> shape) {
    const auto made = reshaped(x, std::move(shape)).run();
    REQUIRE_MESSAGE(made, (made ? std::string() : to_string(made.error())));
    CHECK(made->at("XShape").count() == 0);
    for (std::size_t i = 0; i < made->at("Out").count(); ++i) CHECK(made->at("Out").elements<float>()[i] == static_cast<float>(i + 1));
    return made->at("Out").dims();
}
}  // namespace

TEST_CASE("0 copies a dim, -1 is the rest") {
    CHECK(dims({2, 3}, {3, 2}) == Shape{3, 2});
    CHECK(dims({2, 3}, {1, 6}) == Shape{1, 6});
    CHECK(dims({2, 3}, {0, -1}) == Shape{2, 3});
    CHECK(dims({2, 3}, {-1, 0}) == Shape{2, 3});
    CHECK(dims({2, 6}, {0, -1, 2}) == Shape{2, 3, 2});
    CHECK(dims({2, 3}, {6}) == Shape{6});
    CHECK(dims({0, 3}, {-1, 3}) == Shape{0, 3});
    CHECK(dims({0, 3}, {0, 5}) == Shape{0, 5});
    const auto scalar = reshaped({1}, {}).version(paddle_26).run();
    REQUIRE(scalar);
    CHECK(scalar->at("Out").dims() == Shape{});
}

TEST_CASE("while a program is built the rest may stay unknown") {
    const auto built = [](const Shape& x, std::vector<std::int32_t> shape) {
        auto metas = op_case(ops::table, "reshape2").in("X", tensor_meta{DType::FP32, x, 1}).attr("shape", std::move(shape)).infer();
        REQUIRE(metas);
        return *metas;
    };
    // Dims and LoD levels of fluid 1.8.5: the LoD goes on where the rows do.
    const auto open = built({-1, 12}, {0, -1, 2});
    CHECK(open.at("Out").dims == Shape{-1, -1, 2});
    CHECK(open.at("Out").lod_level == 1);
    CHECK(open.at("XShape").dims == Shape{0, -1, 12});
    CHECK(open.at("XShape").lod_level == 1);
    CHECK(built({-1, 4}, {-1, 8}).at("Out").lod_level == 1);
    CHECK(!built({-1, 4}, {2, -1}).at("Out").lod_level);
    CHECK(!built({4, 4}, {2, 8}).at("Out").lod_level);
    CHECK(built({4, 4}, {4, 2, 2}).at("Out").lod_level == 1);
}

TEST_CASE("shapes that do not fit, in the words of fluid 1.8.5") {
    check_error(reshaped({2, 3}, {-1, -1}).run(), errc::bad_attribute,
                "Only one dimension value of 'shape' in ReshapeOp can be -1. But received shape = [-1, -1], shape[1] is also -1.");
    check_error(
        reshaped({2, 3}, {-2, 3}).run(), errc::bad_attribute,
        "Each dimension value of 'shape' in ReshapeOp must not be negative except one unknown dimension. But received  shape = [-2, 3], "
        "shape[0] = -2.");
    check_error(
        reshaped({2, 3}, {7}).run(), errc::shape_mismatch,
        "The 'shape' in ReshapeOp is invalid. The input tensor X'size must be equal to the capacity of 'shape'. But received X's shape = "
        "[2, 3], X's size = 6, 'shape' is [7], the capacity of 'shape' is 7.");
    check_error(reshaped({2, 3}, {2, 3, 0}).run(), errc::bad_attribute,
                "The index of 0 in `shape` must be less than the input tensor X's dimensions. But received shape = [2, 3, 0], shape[2] = "
                "0, X's shape "
                "= [2, 3], X's dimensions = 2.");
    check_error(reshaped({2, 3}, {-1, 4}).run(), errc::shape_mismatch,
                "The 'shape' attribute in ReshapeOp is invalid. The input tensor X'size must be divisible by known capacity of 'shape'. "
                "But received "
                "X's shape = [2, 3], X's size = 6, 'shape' is [-1, 4], known capacity of 'shape' is -4.");
    check_error(reshaped({2, 3}, {}).run(), errc::bad_attribute,
                "The parameter 'shape' in ReshapeOp must be set. But received 'shape' is empty.");
    check_error(reshaped({2, 3}, {65536, 65536, 65536, 65536}).run(), errc::overflow);
    check_error(reshaped({0, 3}, {0, -1}).run(), errc::shape_mismatch);
    check_error(reshaped({2, 3}, std::vector<std::int32_t>(10, 1)).run(), errc::bad_dims);
    check_error(reshaped({1, 1, 1, 1, 1, 1, 1, 1, 1}, {1}).run(), errc::bad_dims);
    CHECK(reshaped({1, 1, 1, 1, 1, 1, 1, 1, 1}, {1}).out("XShape", 0).run());
    check_error(reshaped({2, 3}, {6}).in("Shape", i32({1}, {6})).run(), errc::unsupported);
    check_error(reshaped({2, 3}, {6}).in("ShapeTensor", i32({1}, {6})).run(), errc::unsupported);
}

TEST_CASE("the gradient goes back by XShape") {
    auto c = op_case(ops::table, "reshape2").in("X", some({2, 3})).attr("shape", std::vector<std::int32_t>{0, -1, 1});
    const auto grads = c.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "reshape2_grad");
    CHECK(grads[0].desc().inputs.size() == 2);
    CHECK(grads[0].input("XShape")[0] == "XShape");
    CHECK(grads[0].input("Out@GRAD")[0] == "Out@GRAD");
    CHECK(grads[0].output("X@GRAD")[0] == "X@GRAD");
    CHECK(grads[0].desc().attrs.size() == 2);
    c.check_gradient({"X"});
    const auto grad = [](const Shape& kept, const Tensor& g) {
        return op_case(ops::table, "reshape2_grad").in("XShape", Tensor(DType::FP32, kept)).in("Out@GRAD", g);
    };
    CHECK(grad({0, 2, 3}, f32({6}, {1, 2, 3, 4, 5, 6})).run()->at("X@GRAD").dims() == Shape{2, 3});
    check_error(grad({0, 2, 3}, f32({2}, {1, 2})).run(), errc::shape_mismatch);
    check_error(grad({}, f32({2}, {1, 2})).run(), errc::shape_mismatch);
}
