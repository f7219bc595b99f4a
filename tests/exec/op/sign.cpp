#include <wherry/exec/op/sign.hpp>

#include "op_case.hpp"

#include <cmath>
#include <limits>

using namespace op_test;

TEST_CASE("sign is -1, 0 or 1, and of NaN 0") {
    const auto nan = std::numeric_limits<float>::quiet_NaN();
    const auto made = op_case(op_list<op::sign>::table, "sign").in("X", f32({2, 3}, {-2.5F, 0, 3, -0.0F, nan, -1e-30F})).run();
    REQUIRE(made);
    check_values<float>(made->at("Out"), {-1, 0, 1, 0, 0, -1}, 0);
}
