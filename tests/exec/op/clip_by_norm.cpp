#include <wherry/exec/op/clip_by_norm.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
result<variables> norm_clipped(const Tensor& x, float max_norm) {
    return op_case(op_list<op::clip_by_norm>::table, "clip_by_norm").in("X", x).attr("max_norm", max_norm).run();
}
}  // namespace

TEST_CASE("clip_by_norm scales down what is longer than max_norm, and nothing else") {
    const auto x = f32({2}, {3, -4});
    const auto longer = norm_clipped(x, 2.5F);
    REQUIRE(longer);
    check_values<float>(longer->at("Out"), {1.5F, -2}, 1e-6);
    const auto shorter = norm_clipped(x, 5);
    REQUIRE(shorter);
    CHECK(shorter->at("Out") == x);
    const auto zeros = f32({3}, {0, 0, 0});
    const auto none = norm_clipped(zeros, 1);
    REQUIRE(none);
    CHECK(none->at("Out") == zeros);
    check_error(norm_clipped(x, 0), errc::bad_attribute);
    check_error(norm_clipped(x, -1), errc::bad_attribute);
}
