#include <wherry/exec/op/attribute_input.hpp>

#include "op_case.hpp"

#include <array>
#include <limits>
#include <vector>

using namespace op_test;
namespace asked = wherry::op::detail;

namespace {

using dims = std::vector<std::int64_t>;

/// An operator whose only slot, ScaleTensor, may be absent.
struct one_input {
    std::array<slot, 1> declared{slot{"ScaleTensor", slot_arity::optional}};
    std::array<slot_range, 1> slots;
    std::array<tensor_meta, 1> metas;
    infer_context context;

    explicit one_input(std::optional<tensor_meta> given, bool building = false)
        : slots{slot_range{0, given ? 1U : 0U}},
          metas{given.value_or(tensor_meta())},
          context({.op_type = "mine",
                   .declared_inputs = declared,
                   .input_slots = slots,
                   .output_slots = {},
                   .inputs = metas,
                   .outputs = {},
                   .building = building}) {}
};
const one_input nothing(std::nullopt);

float or_attribute(const Tensor* given, float attribute) {
    operand held;
    if (given != nullptr) held = {const_cast<std::byte*>(given->bytes().data()), given->dtype(), given->dims(), given->count()};
    const std::array<slot_range, 1> slots{slot_range{0, given != nullptr ? 1U : 0U}};
    operand* const inputs[] = {&held};
    return static_cast<float>(asked::number_or(
        run_context({.op_type = "mine", .declared_outputs = {}, .input_slots = slots, .output_slots = {}, .inputs = inputs, .outputs = {}}),
        0, attribute));
}

}  // namespace

TEST_CASE("dims of an attribute make a shape, of none to as many dims as there may be") {
    for (const auto& good : {dims{}, dims{2, 3}, dims{0, 5}, dims(max_rank, 1)}) {
        const auto shape = asked::shape_from(good, DType::FP32, nothing.context);
        REQUIRE(shape);
        CHECK(dims(shape->begin(), shape->end()) == good);
    }
}

TEST_CASE("dims and element types that cannot be are refused before memory is reserved") {
    const auto negative = asked::shape_from(dims{2, -1}, DType::FP32, nothing.context);
    check_error(negative, errc::bad_dims,
                "Each value of attribute 'shape' is expected to be no less than 0. But received: shape[1] = -1; shape = [2, -1].");
    CHECK(negative.error().op == "mine");
    check_error(asked::shape_from(dims(max_rank + 1, 1), DType::FP32, nothing.context), errc::bad_dims);
    check_error(asked::shape_from(dims{std::numeric_limits<std::int64_t>::min()}, DType::FP32, nothing.context), errc::bad_dims);
    const auto dtype = asked::shape_from(dims{2}, static_cast<DType>(99), nothing.context);
    check_error(dtype, errc::bad_dtype, "Not support proto::VarType::Type(99) as tensor type");
    CHECK(dtype.error().found == "99");
    check_error(asked::shape_from(dims{2}, static_cast<DType>(7), nothing.context), errc::bad_dtype);  // LOD_TENSOR, a kind
    const auto half = std::int64_t{1} << 31;
    for (const auto& huge : {dims{half, half, 4}, dims{0, half, half, 4}, dims{std::numeric_limits<std::int64_t>::max()}})
        check_error(asked::shape_from(huge, DType::FP32, nothing.context), errc::overflow);
    CHECK(asked::shape_from(dims{std::int64_t{1} << 61}, DType::UINT8, nothing.context));
    check_error(asked::shape_from(dims{std::int64_t{1} << 61}, DType::FP64, nothing.context), errc::overflow);  // the bytes
}

TEST_CASE("an input that would decide a shape must be absent") {
    CHECK(asked::must_be_absent(nothing.context, 0));
    check_error(asked::must_be_absent(one_input(tensor_meta{DType::INT32, {2}}).context, 0), errc::unsupported,
                "Input(ScaleTensor) is not supported, only the attribute of that meaning");
}

TEST_CASE("an input in place of an attribute is one float; nothing is asked while a program is built") {
    CHECK(asked::must_be_number(nothing.context, 0));
    for (const auto& one : {Shape{}, Shape{1}, Shape{1, 1}})
        for (const auto dtype : {DType::FP32, DType::FP64}) CHECK(asked::must_be_number(one_input(tensor_meta{dtype, one}).context, 0));
    for (const auto& other : {Shape{2}, Shape{0}, Shape{1, 3}}) {
        const auto refused = asked::must_be_number(one_input(tensor_meta{DType::FP32, other}).context, 0);
        check_error(refused, errc::shape_mismatch, "ScaleTensor should have 1 element");
        CHECK(refused.error().found == to_string(other));
    }
    check_error(asked::must_be_number(one_input(tensor_meta{DType::INT64, {1}}).context, 0), errc::dtype_mismatch,
                "ScaleTensor should hold floats");
    CHECK(asked::must_be_number(one_input(tensor_meta{DType::INT64, {-1}}, true).context, 0));
}

TEST_CASE("the number is the input's where there is one, else the attribute's") {
    CHECK(or_attribute(nullptr, 0.5F) == 0.5F);
    const auto single = f32({1}, {2});
    const auto wide = f64({1}, {3});
    CHECK(or_attribute(&single, 0.5F) == 2);
    CHECK(or_attribute(&wide, 0.5F) == 3);
}
