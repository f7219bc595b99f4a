#include <wherry/exec/op/fill_constant.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::fill_constant>;
op_case filled(DType dtype, std::vector<std::int64_t> shape = {2}) {
    return op_case(ops::table, "fill_constant").attr("shape", std::move(shape)).attr("dtype", dtype);
}
}  // namespace

// Values below were computed by fluid 1.8.5, those of small integers by Paddle 2.6.2.

TEST_CASE("fill_constant fills any element type") {
    const auto out = [](DType dtype, float value) {
        auto made = filled(dtype).attr("value", value).run();
        REQUIRE(made);
        return made->at("Out");
    };
    check_values<float>(out(DType::FP32, 1.5F), {1.5F, 1.5F}, 0);
    check_values<double>(out(DType::FP64, 1.5F), {1.5, 1.5}, 0);
    check_values<std::int64_t>(out(DType::INT64, 1.5F), {1, 1}, 0);
    check_values<std::int32_t>(out(DType::INT32, -1.5F), {-1, -1}, 0);
    check_values<std::int16_t>(out(DType::INT16, 1.5F), {1, 1}, 0);
    check_values<std::int8_t>(out(DType::INT8, 1.5F), {1, 1}, 0);
    check_values<std::uint8_t>(out(DType::UINT8, 1.5F), {1, 1}, 0);
    CHECK(out(DType::BOOL, 1).elements<bool>()[1]);
    CHECK(out(DType::FP16, 1.5F).elements<float16>()[1] == float16(1.5F));
    CHECK(out(DType::BF16, 1.5F).elements<bfloat16>()[1].bits == 16320);
    // The reference gives INT_MIN, which is what x86 happens to do.
    check_values<std::int32_t>(out(DType::INT32, 1e30F), {2147483647, 2147483647}, 0);
}

TEST_CASE("fill_constant makes scalars and empty tensors") {
    const auto scalar = filled(DType::FP32, {}).attr("value", 2.0F).run();
    REQUIRE(scalar);
    CHECK(scalar->at("Out").dims() == Shape{});
    check_values<float>(scalar->at("Out"), {2}, 0);
    const auto empty = filled(DType::FP32, {0, 3}).run();
    REQUIRE(empty);
    CHECK(empty->at("Out").dims() == Shape{0, 3});
}

TEST_CASE("str_value is the value where it is given, and holds all of an int64") {
    const auto out = [](DType dtype, std::string text) {
        return filled(dtype).attr("value", 7.0F).attr("str_value", std::move(text)).run();
    };
    check_values<std::int64_t>(out(DType::INT64, "9007199254740993")->at("Out"), {9007199254740993, 9007199254740993}, 0);
    check_values<std::int64_t>(out(DType::INT64, "2.5")->at("Out"), {2, 2}, 0);
    check_values<float>(out(DType::FP32, "0.9")->at("Out"), {0.9F, 0.9F}, 0);
    check_values<float>(out(DType::FP32, "+1e-3")->at("Out"), {1e-3F, 1e-3F}, 0);
    check_values<float>(out(DType::FP32, "-inf")->at("Out"),
                        {-std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()});
    check_values<float>(out(DType::FP32, "")->at("Out"), {7, 7}, 0);
    for (const auto* text : {"abc", "1.5x", " 1", "+-1", "+", "1e999"}) {
        CAPTURE(text);
        check_error(out(DType::FP32, text), errc::bad_attribute, "attribute 'str_value' is not a number");
    }
}

TEST_CASE("the value may be a tensor, the shape may not") {
    const auto out = filled(DType::FP32).in("ValueTensor", f32({1}, {3})).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {3, 3}, 0);
    check_error(filled(DType::FP32).in("ValueTensor", f32({2}, {3, 4})).run(), errc::shape_mismatch);
    check_error(filled(DType::FP32).in("ValueTensor", f64({1}, {3})).run(), errc::dtype_mismatch);
    check_error(filled(DType::FP32).in("ShapeTensor", i32({1}, {3})).run(), errc::unsupported);
    check_error(filled(DType::FP32).in("ShapeTensorList", i32({1}, {3})).run(), errc::unsupported);
}

TEST_CASE("shapes and element types that cannot be") {
    check_error(filled(DType::FP32, {2, -1}).run(), errc::bad_dims,
                "Each value of attribute 'shape' is expected to be no less than 0. But received: shape[1] = -1; shape = [2, -1].");
    check_error(filled(DType::FP32, {-1}).infer(), errc::bad_dims);
    const std::int64_t huge = std::int64_t{1} << 31;
    check_error(filled(DType::FP32, {huge, huge}).run(), errc::overflow);
    check_error(filled(DType::FP32, {0, huge, huge, 4}).run(), errc::overflow);
    check_error(filled(DType::FP32, {0, std::int64_t{1} << 62}).run(), errc::overflow);
    check_error(filled(DType::FP32, std::vector<std::int64_t>(10, 1)).run(), errc::bad_dims);
    check_error(filled(static_cast<DType>(99)).run(), errc::bad_dtype, "Not support proto::VarType::Type(99) as tensor type");
    check_error(filled(static_cast<DType>(7)).run(), errc::bad_dtype);
    check_error(filled(DType::COMPLEX64).run(), errc::dtype_mismatch,
                "op fill_constant does not have kernel for data_type[complex<float>]");
    check_error(filled(DType::FP32).attr("value", "one").run(), errc::bad_attribute);
}

TEST_CASE("fill_constant is written as fluid 1.8.5 writes it") {
    const auto op = filled(DType::FP32).written();
    CHECK(op.desc().inputs.empty());
    CHECK(op.desc().attrs.size() == 5);
    CHECK(op.find_attr("shape")->type == AttrType::LONGS);
    CHECK(op.find_attr("dtype")->type == AttrType::INT);
    CHECK(op.find_attr("str_value")->type == AttrType::STRING);
    const auto metas = filled(DType::FP32).infer();
    REQUIRE(metas);
    CHECK(!metas->at("Out").lod_level);
}
