#include <wherry/exec/op/pool_with_index.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 over their attributes by tests/oracle/op_cases/detection.py.

TEST_CASE("the largest element and its place") {
    using ops = op_list<op::max_pool2d_with_index>;
    const auto pooled = [](std::int32_t size) {
        return op_case(ops::table, "max_pool2d_with_index")
            .in("X", f32({1, 1, 2, 3}, {0, 5, 1, 2, 3, 4}))
            .attr("ksize", sequence<std::int32_t>(2, size));
    };
    const auto out = pooled(2).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {5, 5});
    check_values<std::int32_t>(out->at("Mask"), {1, 1});
    check_values<std::int32_t>(pooled(2).attr("adaptive", true).run()->at("Mask"), {1, 1, 4, 5});
    check_error(pooled(0).run(), errc::bad_attribute);
    check_error(pooled(4).run(), errc::shape_mismatch);
}
