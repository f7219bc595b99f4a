#include <wherry/exec/op/roi_images.hpp>

#include "op_case.hpp"

#include <wherry/exec/op/roi_align.hpp>

using namespace op_test;

TEST_CASE("regions belong to images by LoD, or by an input") {
    using ops = op_list<op::roi_align>;
    auto rois = f32({2, 4}, {0, 0, 1, 1, 0, 0, 1, 1});
    const auto align = [&] { return op_case(ops::table, "roi_align").in("X", f32({2, 1, 1, 1}, {3, 4})).in("ROIs", rois); };
    check_error(align().run(), errc::bad_lod);
    check_values<float>(align().in("RoisNum", i32({2}, {0, 2})).run()->at("Out"), {4, 4});
    rois.set_lod({{0, 1, 2}});
    check_values<float>(align().run()->at("Out"), {3, 4});
    check_error(align().in("RoisNum", i32({2}, {0, 1})).run(), errc::bad_argument);
    check_error(align().in("RoisNum", i64({2}, {0, 2})).run(), errc::dtype_mismatch);
    check_error(align().in("RoisNum", i32({1}, {2})).run(), errc::shape_mismatch);
}
