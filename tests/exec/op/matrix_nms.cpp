#include <wherry/exec/op/matrix_nms.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 over their attributes by tests/oracle/op_cases/detection.py.

TEST_CASE("scores are lowered by what better boxes cover") {
    using ops = op_list<op::matrix_nms>;
    const auto out = op_case(ops::table, "matrix_nms")
                         .in("BBoxes", f32({1, 2, 4}, {0, 0, 2, 2, 0, 0, 2, 1}))
                         .in("Scores", f32({1, 1, 2}, {0.8F, 0.6F}))
                         .attr("background_label", -1)
                         .out("RoisNum")
                         .run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {0, 0.8F, 0, 0, 2, 2, 0, 0.3F, 0, 0, 2, 1});
    check_values<std::int32_t>(out->at("RoisNum"), {2});
    check_error(op_case(ops::table, "matrix_nms").in("BBoxes", f32({1, 1, 4}, {0, 0, 2, 2})).in("Scores", f32({1, 1, 2}, {1, 2})).run(),
                errc::shape_mismatch);
}
