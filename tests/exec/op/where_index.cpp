#include <wherry/exec/op/where_index.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases; how a plan goes on after it by tests/exec/plan_rest.cpp.

TEST_CASE("places of the elements that are not 0, row by row") {
    using ops = op_list<op::where_index>;
    const auto out = op_case(ops::table, "where_index").in("Condition", f32({2, 3}, {0, 1, 0, -2, 0, 3})).run();
    REQUIRE(out);
    const auto found = out->at("Out").elements<std::int64_t>();
    CHECK(std::vector<std::int64_t>(found.begin(), found.begin() + 6) == std::vector<std::int64_t>{0, 1, 1, 0, 1, 2});
    check_error(op_case(ops::table, "where_index").in("Condition", f32({}, {1})).run(), errc::shape_mismatch);
}
