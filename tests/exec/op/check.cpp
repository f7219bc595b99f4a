#include <wherry/exec/op/check.hpp>

#include "op_case.hpp"

#include <array>

using namespace op_test;
namespace asked = wherry::op::detail;

namespace {

static_assert(!asked::is_2x(0) && !asked::is_2x(fluid_18) && !asked::is_2x(1'999'999));
static_assert(asked::is_2x(2'000'000) && asked::is_2x(paddle_26));

/// An operator of two inputs, X and Y.
struct two_inputs {
    std::array<slot, 2> declared{slot{"X"}, slot{"Y"}};
    std::array<slot_range, 2> slots{slot_range{0, 1}, slot_range{1, 1}};
    std::array<tensor_meta, 2> metas;
    infer_context context;

    two_inputs(const tensor_meta& x, const tensor_meta& y, bool building = false, std::int64_t version = fluid_18)
        : metas{x, y},
          context({.op_type = "mine",
                   .declared_inputs = declared,
                   .input_slots = slots,
                   .output_slots = {},
                   .inputs = metas,
                   .outputs = {},
                   .program_version = version,
                   .building = building}) {}
};
const tensor_meta pair{DType::FP32, {2}};

}  // namespace

TEST_CASE("one number is [1] in 1.8 and has no dims in 2.x") {
    CHECK(asked::scalar_dims(two_inputs(pair, pair).context) == Shape{1});
    CHECK(asked::scalar_dims(two_inputs(pair, pair, false, paddle_26).context) == Shape{});
}

TEST_CASE("an operand of another element type is refused in the reference's words") {
    const two_inputs t({DType::INT32, {2}}, pair);
    CHECK(asked::must_hold(t.context, 0, DType::INT32));
    const auto refused = asked::must_hold(t.context, 0, DType::INT64);
    check_error(refused, errc::dtype_mismatch, "Tensor holds the wrong type, it holds int, but desires to be int64_t.");
    CHECK(refused.error().op == "mine");
    CHECK(refused.error().expected == "int64");
    CHECK(refused.error().found == "int32");
    const wherry::error odd = asked::wrong_dtype(t.context, static_cast<DType>(99), DType::FP32);
    CHECK(odd.message == "Tensor holds the wrong type, it holds unknown, but desires to be float.");
}

TEST_CASE("dims must be those that are asked for; one number may be [1], [] or [1, 1]") {
    const two_inputs t({DType::FP32, {2, 3}}, {DType::FP32, {1}});
    CHECK(asked::must_have_dims(t.context, 0, {2, 3}));
    for (const auto& other : {Shape{3, 2}, Shape{6}, Shape{2, 3, 1}, Shape{}}) {
        const auto refused = asked::must_have_dims(t.context, 0, other);
        check_error(refused, errc::shape_mismatch, "the dims of Input(X) do not fit the other operands");
        CHECK(refused.error().expected == to_string(other));
        CHECK(refused.error().found == "[2, 3]");
    }
    for (const auto& one : {Shape{}, Shape{1}, Shape{1, 1}}) CHECK(asked::must_have_dims(t.context, 1, one));
    check_error(asked::must_have_dims(t.context, 1, {0}), errc::shape_mismatch, "the dims of Input(Y) do not fit the other operands");
}

TEST_CASE("an operand may have to be like another one, type before dims") {
    CHECK(asked::must_match(two_inputs(pair, pair).context, 0, 1));
    check_error(asked::must_match(two_inputs({DType::FP32, {3}}, pair).context, 0, 1), errc::shape_mismatch);
    check_error(asked::must_match(two_inputs({DType::FP64, {3}}, pair).context, 0, 1), errc::dtype_mismatch);
}

TEST_CASE("nothing of this is asked while a program is built") {
    const two_inputs t({DType::FP64, {3}}, pair, true);
    CHECK(asked::must_hold(t.context, 0, DType::INT64));
    CHECK(asked::must_have_dims(t.context, 0, {7}));
    CHECK(asked::must_match(t.context, 0, 1));
}
