#include <wherry/exec/op/elementwise.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::elementwise_add, op::elementwise_add_grad, op::elementwise_sub, op::elementwise_sub_grad, op::elementwise_mul,
                    op::elementwise_mul_grad, op::elementwise_div, op::elementwise_div_grad, op::elementwise_max, op::elementwise_max_grad,
                    op::elementwise_min, op::elementwise_min_grad>;

/// -1, -0.5, 0, ...: what the values below were computed from.
Tensor steps(const Shape& dims) {
    Tensor made(DType::FP32, dims);
    for (std::size_t i = 0; i < made.count(); ++i) made.elements<float>()[i] = 0.5F * static_cast<float>(i) - 1;
    return made;
}
op_case both(std::string_view type, const Tensor& x, const Tensor& y, std::int32_t axis = -1) {
    return op_case(ops::table, type).in("X", x).in("Y", y).attr("axis", axis);
}
}  // namespace

// Values below were computed by fluid 1.8.5.

TEST_CASE("Y lies along X from axis on") {
    const auto bias = both("elementwise_add", steps({2, 3}), steps({3}), 1).run();
    REQUIRE(bias);
    check_values<float>(bias->at("Out"), {-2, -1, 0, -0.5F, 0.5F, 1.5F}, 0);
    const auto rows = both("elementwise_add", steps({2, 3}), steps({2}), 0).run();
    REQUIRE(rows);
    check_values<float>(rows->at("Out"), {-2, -1.5F, -1, 0, 0.5F, 1}, 0);
    const auto middle = both("elementwise_add", steps({2, 3, 4, 5}), steps({3, 4}), 1).run();
    REQUIRE(middle);
    CHECK(middle->at("Out").elements<float>()[5] == 1);
    CHECK(middle->at("Out").elements<float>()[119] == 63);
}

TEST_CASE("size 1 repeats on either side and X may have the lower rank") {
    const auto outer = both("elementwise_sub", steps({2, 1}), steps({1, 3})).run();
    REQUIRE(outer);
    CHECK(outer->at("Out").dims() == Shape{2, 3});
    check_values<float>(outer->at("Out"), {0, -0.5F, -1, 0.5F, 0, -0.5F}, 0);
    const auto lower = both("elementwise_sub", steps({3}), steps({2, 3})).run();
    REQUIRE(lower);
    check_values<float>(lower->at("Out"), {0, 0, 0, -1.5F, -1.5F, -1.5F}, 0);
    const auto lower_axis = both("elementwise_sub", steps({2}), steps({2, 3}), 0).run();
    REQUIRE(lower_axis);
    check_values<float>(lower_axis->at("Out"), {0, -0.5F, -1, -1, -1.5F, -2}, 0);
    const auto single = both("elementwise_div", steps({1}), steps({2, 3})).run();
    REQUIRE(single);
    check_values<float>(single->at("Out"), {1, 2, -std::numeric_limits<float>::infinity(), -2, -1, -0.6666667F});
}

TEST_CASE("equal dims meet whatever the axis is") {
    const auto out = both("elementwise_add", steps({2, 3}), steps({2, 3}), 2).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {-2, -1, 0, 1, 2, 3}, 0);
}

TEST_CASE("numbers without dims, as 2.x has them") {
    const auto out = both("elementwise_mul", steps({2}), f32({}, {3})).version(paddle_26).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {-3, -1.5F}, 0);
    const auto two = both("elementwise_mul", f32({}, {2}), f32({}, {3})).version(paddle_26).run();
    REQUIRE(two);
    CHECK(two->at("Out").dims() == Shape{});
}

TEST_CASE("max and min with a NaN give Y") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const auto* type : {"elementwise_max", "elementwise_min"}) {
        const auto out = both(type, f32({3}, {nan, 1, 2}), f32({3}, {1, nan, 2})).run();
        REQUIRE(out);
        check_values<float>(out->at("Out"), {1, nan, 2}, 0);
    }
}

TEST_CASE("integers") {
    const auto quotient = both("elementwise_div", i32({6}, {-2, -1, 0, 1, 2, 3}), i32({6}, {2, 2, 2, 2, 2, 2})).run();
    REQUIRE(quotient);
    check_values<std::int32_t>(quotient->at("Out"), {-1, 0, 0, 0, 1, 1}, 0);
    const auto total = both("elementwise_add", i64({2}, {1, 2}), i64({1}, {5})).run();
    REQUIRE(total);
    check_values<std::int64_t>(total->at("Out"), {6, 7}, 0);
}

TEST_CASE("no elements are fine") {
    const auto out = both("elementwise_add", steps({0, 3}), steps({3})).run();
    REQUIRE(out);
    CHECK(out->at("Out").dims() == Shape{0, 3});
}

TEST_CASE("gradients of the elementwise operators agree with differences") {
    for (const auto* type :
         {"elementwise_add", "elementwise_sub", "elementwise_mul", "elementwise_div", "elementwise_max", "elementwise_min"}) {
        CAPTURE(type);
        both(type, some({2, 3}), some({2, 3}, 1.1)).check_gradient({"X", "Y"});
        both(type, some({2, 3, 2}), some({3}, 1.1), 1).check_gradient({"X", "Y"});
        both(type, some({3}), some({2, 3}, 1.1)).check_gradient({"X", "Y"});
        both(type, some({2, 1}), some({1, 3}, 1.1)).check_gradient({"X", "Y"});
    }
}

TEST_CASE("only the gradients that are asked for are made") {
    const auto out = op_case(ops::table, "elementwise_mul_grad")
                         .in("X", some({2, 3}))
                         .in("Y", some({3}))
                         .in("Out@GRAD", some({2, 3}))
                         .out("X@GRAD", 0)
                         .attr("axis", 1)
                         .run();
    REQUIRE(out);
    CHECK(out->count("X@GRAD") == 0);
    CHECK(out->at("Y@GRAD").dims() == Shape{3});
}

TEST_CASE("gradient operators name the slots and attributes of 1.8.5") {
    const auto add = both("elementwise_add", some({2}), some({2}), 1).gradients();
    REQUIRE(add.size() == 1);
    CHECK(add[0].type() == "elementwise_add_grad");
    CHECK(add[0].desc().inputs.size() == 3);
    CHECK(add[0].input("Out").empty());
    CHECK(add[0].attr_or<std::int32_t>("axis", 7) == 1);
    CHECK(add[0].desc().attrs.size() == 4);
    const auto div = both("elementwise_div", some({2}), some({2})).gradients();
    CHECK(div[0].desc().inputs.size() == 4);
    CHECK(div[0].input("Out")[0] == "Out");
}

TEST_CASE("while a program is built an unknown dim meets any other") {
    const auto infer = [](const Shape& x, const Shape& y, std::int32_t axis) {
        const auto known = op_case(ops::table, "elementwise_add")
                               .in("X", tensor_meta{DType::FP32, x, 1})
                               .in("Y", tensor_meta{DType::FP32, y})
                               .attr("axis", axis)
                               .infer();
        REQUIRE(known);
        CHECK(known->at("Out").lod_level == 1);
        return known->at("Out").dims;
    };
    CHECK(infer({-1, 3}, {2, -1}, -1) == Shape{2, 3});
    CHECK(infer({-1, -1}, {2, 4}, -1) == Shape{2, 4});
    CHECK(infer({-1, 3}, {1, 3}, -1) == Shape{-1, 3});
    CHECK(infer({-1, -1}, {3}, 1) == Shape{-1, 3});
}

TEST_CASE("dims that do not meet, in the words of the reference") {
    check_error(
        both("elementwise_add", steps({2, 3}), steps({2, 4})).infer(), errc::shape_mismatch,
        "Broadcast dimension mismatch. Operands could not be broadcast together with the shape of X = [2, 3] and the shape of Y = [2, 4]. "
        "Received [3] in X is not equal to [4] in Y at i:1.");
    check_error(
        both("elementwise_add", steps({2, 3}), steps({3}), 0).run(), errc::shape_mismatch,
        "Broadcast dimension mismatch. Operands could not be broadcast together with the shape of X = [2, 3] and the shape of Y = [3]. "
        "Received [2] in X is not equal to [3] in Y at i:0.");
    check_error(both("elementwise_add", steps({3}), steps({2, 4})).run(), errc::shape_mismatch);
    check_error(both("elementwise_add", steps({2, 3}), steps({3, 2}), 1).run(), errc::shape_mismatch);  // reaches past X
}

TEST_CASE("an axis out of range is refused") {
    check_error(both("elementwise_add", steps({2, 3}), steps({3}), 5).run(), errc::bad_attribute,
                "Axis should be less than 2, but received axis is 5.");
    check_error(both("elementwise_add", steps({2, 3}), steps({3}), -3).run(), errc::bad_attribute);
    check_error(both("elementwise_add", steps({2, 3}), steps({3}), 1 << 30).run(), errc::bad_attribute);
}

TEST_CASE("operands of two element types are an error at run, not while the program is built") {
    const auto mixed = both("elementwise_add", steps({3}), i32({3}, {1, 2, 3}));
    CHECK(mixed.infer(true));
    check_error(mixed.run(), errc::dtype_mismatch, "Tensor holds the wrong type, it holds int, but desires to be float.");
}

TEST_CASE("integer divisions that no machine can do") {
    check_error(both("elementwise_div", i32({2}, {1, 2}), i32({2}, {1, 0})).run(), errc::bad_argument,
                "Integer division by zero encountered in divide. Please check.");
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    check_error(both("elementwise_div", i64({2}, {1, least}), i64({1}, {-1})).run(), errc::overflow);
}

TEST_CASE("a gradient of other dims is refused before it runs") {
    check_error(op_case(ops::table, "elementwise_add_grad").in("X", some({2, 3})).in("Y", some({3})).in("Out@GRAD", some({2, 2})).run(),
                errc::shape_mismatch);
}

TEST_CASE("a result of more elements than can be counted is refused, also where a dim is 0") {
    constexpr std::int64_t huge = std::int64_t{1} << 40;
    check_error(op_case(ops::table, "elementwise_add")
                    .in("X", tensor_meta{DType::FP32, {huge, 1, 0}})
                    .in("Y", tensor_meta{DType::FP32, {1, huge, 0}})
                    .infer(false),
                errc::overflow);
}
