#include <wherry/exec/op/selected_rows.hpp>

#include "op_case.hpp"

#include <array>

using namespace op_test;

namespace {
using ops = op_list<op::merge_selected_rows, op::get_tensor_from_selected_rows>;
constexpr std::array rows = {VarKind::SELECTED_ROWS};
}  // namespace

TEST_CASE("selected_rows: both operators hand the whole gradient on") {
    for (const auto* type : {"merge_selected_rows", "get_tensor_from_selected_rows"}) {
        const auto out = op_case(ops::table, type).in("X", f32({2, 2}, {1, 2, 3, 4})).run();
        REQUIRE(out);
        check_values<float>(out->at("Out"), {1, 2, 3, 4}, 0);
    }
}

TEST_CASE("selected_rows: one makes rows of rows, the other a tensor; neither has a gradient") {
    const auto* merge = find_op(ops::table, "merge_selected_rows");
    const auto* whole = find_op(ops::table, "get_tensor_from_selected_rows");
    const bool decides = merge->out_kind != nullptr;
    REQUIRE(decides);
    const no_attributes none;
    CHECK(merge->out_kind(&none, rows) == VarKind::SELECTED_ROWS);
    const bool whole_decides = whole->out_kind != nullptr;
    CHECK_FALSE(whole_decides);
    const bool any_gradient = merge->gradient != nullptr || whole->gradient != nullptr;
    CHECK_FALSE(any_gradient);
}
