#include <wherry/exec/op/proposals.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 over their attributes by tests/oracle/op_cases/detection.py.

namespace {
using proposal_ops = op_list<op::generate_proposals, op::generate_proposals_v2>;
op_case proposed(std::string_view type, const Tensor& info) {
    return op_case(proposal_ops::table, type)
        .in("Scores", f32({1, 1, 1, 2}, {0.5F, 0.7F}))
        .in("BboxDeltas", f32({1, 4, 1, 2}, {0, 0, 0, 0, 0, 0, 0, 0}))
        .in(type == "generate_proposals" ? "ImInfo" : "ImShape", info)
        .in("Anchors", f32({1, 2, 1, 4}, {0, 0, 3, 3, 4, 4, 7, 7}))
        .in("Variances", f32({1, 2, 1, 4}, {1, 1, 1, 1, 1, 1, 1, 1}));
}
}  // namespace

TEST_CASE("boxes are proposed, the best first") {
    const auto out = proposed("generate_proposals", f32({1, 3}, {6, 8, 1})).out("RpnRoisNum").run();
    REQUIRE(out);
    check_values<float>(out->at("RpnRois"), {4, 4, 7, 5, 0, 0, 3, 3});
    check_values<float>(out->at("RpnRoiProbs"), {0.7F, 0.5F});
    check_values<std::int32_t>(out->at("RpnRoisNum"), {2});
    REQUIRE(proposed("generate_proposals_v2", f32({1, 2}, {6, 8})).run());
    check_error(proposed("generate_proposals_v2", f32({1, 3}, {6, 8, 1})).run(), errc::shape_mismatch);
    check_error(proposed("generate_proposals", f32({2, 3}, {6, 8, 1, 6, 8, 1})).run(), errc::shape_mismatch);
    check_error(proposed("generate_proposals", f32({1, 3}, {6, 8, 1})).attr("eta", 2.0F).run(), errc::bad_attribute);
}
