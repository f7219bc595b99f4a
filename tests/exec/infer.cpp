#include <wherry/exec/infer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <optional>

using namespace wherry;

namespace {

struct axis_case {
    std::int64_t axis;
    std::size_t rank;
    std::optional<std::size_t> expected;
};
constexpr axis_case axis_cases[] = {
    {0, 1, 0},
    {2, 3, 2},
    {-1, 3, 2},
    {-3, 3, 0},
    {3, 3, std::nullopt},
    {-4, 3, std::nullopt},
    {0, 0, std::nullopt},
    {-1, 0, std::nullopt},
    {std::numeric_limits<std::int64_t>::min(), 3, std::nullopt},
    {std::numeric_limits<std::int64_t>::max(), 3, std::nullopt},
};
constexpr bool holds(const axis_case& c) { return normalized_axis(c.axis, c.rank) == c.expected; }
static_assert([] {
    for (const auto& c : axis_cases)
        if (!holds(c)) return false;
    return true;
}());

/// An operator of inputs X (two variables) and Y (none), outputs Out (one), Side (none).
struct two_slots {
    std::array<slot, 2> declared{slot{"X", slot_arity::many}, slot{"Y", slot_arity::optional}};
    std::array<slot_range, 2> inputs{slot_range{0, 2}, slot_range{2, 0}};
    std::array<slot_range, 2> outputs{slot_range{0, 1}, slot_range{1, 0}};
    std::array<tensor_meta, 2> in{tensor_meta{DType::FP32, {2, 3}, 1, 4, true}, tensor_meta{DType::INT64, {7}}};
    std::array<tensor_meta, 1> out{};
    infer_context context{{.op_type = "mine",
                           .declared_inputs = declared,
                           .input_slots = inputs,
                           .output_slots = outputs,
                           .inputs = in,
                           .outputs = out,
                           .program_version = 1'008'005,
                           .building = true}};
};

}  // namespace

TEST_CASE("an axis counts from the front or the back, and must be there") {
    for (const auto& c : axis_cases) CHECK_MESSAGE(holds(c), c.axis << " of " << c.rank);
}

TEST_CASE("inputs are found by slot and place") {
    two_slots t;
    CHECK(t.context.in_name(1) == "Y");
    CHECK(t.context.in_count(0) == 2);
    CHECK(t.context.has_in(0));
    CHECK_FALSE(t.context.has_in(1));
    CHECK(t.context.in(0).dims == Shape{2, 3});
    CHECK(t.context.in(0, 1).dims == Shape{7});
    CHECK(t.context.building());
    CHECK(t.context.program_version() == 1'008'005);
}

TEST_CASE("an output that the program asks for is set, another one is passed over") {
    two_slots t;
    CHECK(t.context.has_out(0));
    CHECK_FALSE(t.context.has_out(1));
    t.context.set_out(0, {DType::INT32, {5}});
    t.context.set_out(0, {DType::FP64, {6}}, 1);
    t.context.set_out(1, {DType::FP64, {6}});
    CHECK(t.out[0].dtype == DType::INT32);
    CHECK(t.out[0].dims == Shape{5});
}

TEST_CASE("outputs derived from an input keep its LoD, and are not SelectedRows") {
    const two_slots t;
    const auto same_type = t.in[0].with(Shape{9});
    CHECK(same_type.dtype == DType::FP32);
    CHECK(same_type.dims == Shape{9});
    CHECK(same_type.lod_level == 1);
    CHECK(same_type.lod_from == 4);
    CHECK_FALSE(same_type.is_rows);
    const auto other_type = t.in[1].with(DType::BOOL, Shape{});
    CHECK(other_type.dtype == DType::BOOL);
    CHECK(other_type.lod_level == 0);  // said now, where the input said nothing
    CHECK(other_type.lod_from == -1);
}

TEST_CASE("a dim that is not known agrees with every other") {
    CHECK(infer_context::agree(3, 3));
    CHECK(infer_context::agree(-1, 3));
    CHECK(infer_context::agree(3, -1));
    CHECK(infer_context::agree(0, 0));
    CHECK_FALSE(infer_context::agree(3, 4));
    CHECK_FALSE(infer_context::agree(0, 1));
}

TEST_CASE("an error names the operator, what was expected and what was found") {
    const wherry::error e = two_slots().context.fail(errc::shape_mismatch, "why", "[2]", "[3]");
    CHECK(e.code == errc::shape_mismatch);
    CHECK(e.op == "mine");
    CHECK(e.message == "why");
    CHECK(e.expected == "[2]");
    CHECK(e.found == "[3]");
}
