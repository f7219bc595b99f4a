#include <wherry/exec/op/fpn_proposals.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases/detection.py; how a plan goes on by tests/exec/plan_rest.cpp.

namespace {
using pyramid_ops = op_list<op::distribute_fpn_proposals, op::collect_fpn_proposals>;
op_case shared_out(std::initializer_list<std::int32_t> numbers) {
    return op_case(pyramid_ops::table, "distribute_fpn_proposals")
        .in("FpnRois", f32({3, 4}, {0, 0, 9, 9, 0, 0, 1, 1, 5, 5, 14, 14}))
        .in("RoisNum", i32({static_cast<std::int64_t>(numbers.size())}, numbers))
        .out("MultiFpnRois", 2)
        .out("RestoreIndex")
        .out("MultiLevelRoIsNum", 2)
        .attr("min_level", 2)
        .attr("max_level", 3)
        .attr("refer_level", 3)
        .attr("refer_scale", 8);
}
}  // namespace

TEST_CASE("regions go to the level of their size, and the index says where they went") {
    const auto out = shared_out({1, 2}).run();
    REQUIRE(out);
    check_values<std::int32_t>(out->at("RestoreIndex"), {1, 0, 2});
    check_values<std::int32_t>(out->at("MultiLevelRoIsNum"), {0, 1});
    check_values<std::int32_t>(out->at("MultiLevelRoIsNum.1"), {1, 1});
    check_error(shared_out({1, 1}).run(), errc::bad_argument);
    check_error(shared_out({4, -1}).run(), errc::bad_argument);
    check_error(shared_out({1, 2}).attr("max_level", 4).run(), errc::shape_mismatch);
    check_error(shared_out({1, 2}).attr("refer_scale", 0).run(), errc::bad_attribute);
}

TEST_CASE("the best regions of all levels, image by image") {
    const auto out = op_case(pyramid_ops::table, "collect_fpn_proposals")
                         .in("MultiLevelRois", f32({2, 4}, {1, 1, 1, 1, 2, 2, 2, 2}))
                         .in("MultiLevelRois", f32({1, 4}, {3, 3, 3, 3}))
                         .in("MultiLevelScores", f32({2, 1}, {0.1F, 0.9F}))
                         .in("MultiLevelScores", f32({1, 1}, {0.5F}))
                         .in("MultiLevelRoIsNum", i32({2}, {0, 2}))
                         .in("MultiLevelRoIsNum", i32({2}, {1, 0}))
                         .attr("post_nms_topN", 2)
                         .out("RoisNum")
                         .run();
    REQUIRE(out);
    check_values<float>(out->at("FpnRois"), {3, 3, 3, 3, 2, 2, 2, 2});
    check_values<std::int32_t>(out->at("RoisNum"), {1, 1});
}
