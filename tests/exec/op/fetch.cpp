#include <wherry/exec/op/fetch.hpp>

#include "op_case.hpp"

using namespace op_test;

TEST_CASE("fetch can be named in a list and carries its column") {
    using ops = op_list<op::fetch>;
    const auto c = op_case(ops::table, "fetch").in("X", f32({1}, {1}));
    CHECK(c.run());
    CHECK(c.written().attr_or("col", -1) == 0);
    check_error(op_case(ops::table, "fetch").in("X", f32({1}, {1})).attr("col", "first").run(), errc::bad_attribute);
}
