#include <wherry/exec/op/box_overlap.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases/detection.py.

TEST_CASE("the overlap of two boxes, and boxes cut to their images") {
    using ops = op_list<op::iou_similarity, op::box_clip>;
    const auto share =
        op_case(ops::table, "iou_similarity").in("X", f32({1, 4}, {0, 0, 2, 2})).in("Y", f32({2, 4}, {1, 0, 3, 2, 5, 5, 6, 6})).run();
    REQUIRE(share);
    check_values<float>(share->at("Out"), {1.0F / 3, 0});
    check_error(op_case(ops::table, "iou_similarity").in("X", f32({4}, {0, 0, 2, 2})).in("Y", f32({1, 4}, {1, 0, 3, 2})).run(),
                errc::shape_mismatch);

    auto boxes = f32({2, 4}, {-1, -1, 9, 9, 0, 0, 99, 99});
    check_error(op_case(ops::table, "box_clip").in("Input", boxes).in("ImInfo", f32({1, 3}, {8, 8, 1})).run(), errc::bad_lod);
    boxes.set_lod({{0, 1, 2}});
    const auto cut = op_case(ops::table, "box_clip").in("Input", boxes).in("ImInfo", f32({2, 3}, {5, 8, 1, 20, 40, 2})).run();
    REQUIRE(cut);
    check_values<float>(cut->at("Output"), {0, 0, 7, 4, 0, 0, 19, 9});
    check_error(op_case(ops::table, "box_clip").in("Input", boxes).in("ImInfo", f32({1, 3}, {5, 8, 1})).run(), errc::shape_mismatch);
}
