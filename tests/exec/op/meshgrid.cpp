#include <wherry/exec/op/meshgrid.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases.

TEST_CASE("a grid of two vectors") {
    using ops = op_list<op::meshgrid>;
    const auto grid = op_case(ops::table, "meshgrid").in("X", f32({2}, {1, 2})).in("X", f32({3}, {3, 4, 5})).out("Out", 2).run();
    REQUIRE(grid);
    check_values<float>(grid->at("Out"), {1, 1, 1, 2, 2, 2});
    check_values<float>(grid->at("Out.1"), {3, 4, 5, 3, 4, 5});
    check_error(op_case(ops::table, "meshgrid").in("X", f32({2}, {1, 2})).in("X", f32({1, 1}, {3})).out("Out", 2).run(),
                errc::shape_mismatch);
}
