#include <wherry/exec/op/roi_align.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 over their attributes by tests/oracle/op_cases/detection.py.

TEST_CASE("parts of a region, and regions that no memory or time would do for") {
    using ops = op_list<op::roi_align>;
    const auto of = [](float far) {
        return op_case(ops::table, "roi_align")
            .in("X", f32({1, 1, 2, 2}, {0, 1, 2, 3}))
            .in("ROIs", f32({1, 4}, {0, 0, far, far}))
            .in("RoisNum", i32({1}, {1}))
            .attr("pooled_height", 2);
    };
    check_values<float>(of(2).run()->at("Out"), {1, 2.5F}, 1.0);
    CHECK(of(2).run()->at("Out").dims() == Shape{1, 1, 2, 1});
    for (const float far : {1e30F, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()})
        check_error(of(far).attr("aligned", true).run(), errc::bad_argument);
    check_error(of(2).attr("pooled_width", 0).run(), errc::bad_attribute);
    check_error(of(2).attr("spatial_scale", -1.0F).run(), errc::bad_attribute);
}
