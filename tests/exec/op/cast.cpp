#include <wherry/exec/op/cast.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::cast>;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
Tensor as(DType dtype, const Tensor& x) {
    auto made = op_case(ops::table, "cast").in("X", x).attr("in_dtype", x.dtype()).attr("out_dtype", dtype).run();
    REQUIRE_MESSAGE(made, (made ? std::string() : to_string(made.error())));
    return made->at("Out");
}
}  // namespace

TEST_CASE("cast goes towards zero; what does not fit is the nearest that does") {
    const auto x = f32({8}, {0, 0.5F, -1.5F, 300, -300, 1e30F, not_a_number, infinity});
    // In range these are the values of fluid 1.8.5, which for the rest takes what the processor gives.
    check_values<std::int32_t>(as(DType::INT32, x), {0, 0, -1, 300, -300, 2147483647, 0, 2147483647}, 0);
    check_values<std::int64_t>(as(DType::INT64, f32({3}, {2.5F, -2.5F, 300})), {2, -2, 300}, 0);
    check_values<std::int16_t>(as(DType::INT16, x), {0, 0, -1, 300, -300, 32767, 0, 32767}, 0);
    check_values<std::uint8_t>(as(DType::UINT8, x), {0, 0, 0, 255, 0, 255, 0, 255}, 0);
    check_values<std::int8_t>(as(DType::INT8, x), {0, 0, -1, 127, -128, 127, 0, 127}, 0);
    check_values<double>(as(DType::FP64, x), {0, 0.5, -1.5, 300, -300, 1.0000000150474662e30, not_a_number, infinity}, 0);
    check_values<float>(as(DType::FP32, x), {0, 0.5F, -1.5F, 300, -300, 1e30F, not_a_number, infinity}, 0);
    const auto truths = as(DType::BOOL, x);
    for (std::size_t i = 0; i < 8; ++i) CHECK(truths.elements<bool>()[i] == (i != 0));
}

TEST_CASE("cast to and from the halves goes by way of float") {
    const auto x = f32({6}, {0, 0.5F, -1.5F, 300, 0x1p100F, infinity});
    const auto halves = as(DType::FP16, x);
    check_values<float>(as(DType::FP32, halves), {0, 0.5F, -1.5F, 300, infinity, infinity}, 0);
    check_values<std::int64_t>(as(DType::INT64, as(DType::FP16, f32({2}, {2.5F, -300}))), {2, -300}, 0);
    const auto brain = as(DType::BF16, x);  // bits as Paddle 2.6.2 writes them
    const std::uint16_t bits[] = {0, 16128, 49088, 17302, 29056, 32640};
    for (std::size_t i = 0; i < 6; ++i) CHECK(brain.elements<bfloat16>()[i].bits == bits[i]);
    check_values<float>(as(DType::FP32, as(DType::FP16, brain)), {0, 0.5F, -1.5F, 300, infinity, infinity}, 0);
    check_values<float>(as(DType::FP32, as(DType::BF16, i64({2}, {1, -2}))), {1, -2}, 0);
    CHECK(as(DType::BOOL, halves).elements<bool>()[1]);
    check_values<float>(as(DType::FP32, as(DType::FP16, as(DType::BOOL, f32({2}, {0, 7})))), {0, 1}, 0);
    check_values<std::int64_t>(as(DType::INT64, i32({2}, {-5, 7})), {-5, 7}, 0);
    check_values<std::uint8_t>(as(DType::UINT8, i64({2}, {258, 7})), {2, 7}, 0);
}

TEST_CASE("cast looks at what X holds, not at in_dtype") {
    const auto out =
        op_case(ops::table, "cast").in("X", f32({2}, {1.5F, -2.5F})).attr("in_dtype", DType::FP64).attr("out_dtype", DType::INT64).run();
    REQUIRE(out);
    check_values<std::int64_t>(out->at("Out"), {1, -2}, 0);
}

TEST_CASE("element types cast does not know") {
    check_error(op_case(ops::table, "cast").in("X", f32({1}, {1})).attr("out_dtype", 99).run(), errc::bad_dtype, "Not supported 99");
    check_error(op_case(ops::table, "cast").in("X", f32({1}, {1})).attr("out_dtype", DType::COMPLEX64).run(), errc::dtype_mismatch,
                "op cast does not have kernel for data_type[complex<float>]");
}

TEST_CASE("the gradient of a cast is the cast back") {
    auto c = op_case(ops::table, "cast").in("X", some({2, 3})).attr("in_dtype", DType::FP64).attr("out_dtype", DType::FP32);
    const auto grads = c.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "cast");
    CHECK(grads[0].input("X")[0] == "Out@GRAD");
    CHECK(grads[0].output("Out")[0] == "X@GRAD");
    CHECK(grads[0].desc().attrs.size() == 2);
    CHECK(grads[0].attr_or("in_dtype", DType::BOOL) == DType::FP32);
    CHECK(grads[0].attr_or("out_dtype", DType::BOOL) == DType::FP64);
    c.attr("out_dtype", DType::FP64).check_gradient({"X"});
}
