#include <wherry/exec/op/group_norm.hpp>

#include "op_case.hpp"

using namespace op_test;

// Every attribute is compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases.

namespace {
using ops = op_list<op::group_norm, op::instance_norm>;
}  // namespace

TEST_CASE("group_norm and instance_norm") {
    const auto group =
        op_case(ops::table, "group_norm").in("X", f32({1, 2, 1, 2}, {1, 1, 3, 3})).in("Bias", f32({2}, {0, 1})).attr("epsilon", 0.0F).run();
    REQUIRE(group);
    check_values<float>(group->at("Y"), {-1, -1, 2, 2});
    check_values<float>(group->at("Variance"), {1});
    const auto each = op_case(ops::table, "instance_norm").in("X", f32({1, 2, 1, 2}, {1, 5, 3, 5})).attr("epsilon", 0.0F).run();
    REQUIRE(each);
    check_values<float>(each->at("Y"), {-1, 1, -1, 1});
    check_values<float>(each->at("SavedVariance"), {0.5F, 1});
}

TEST_CASE("group_norm refuses groups that the channels do not make") {
    for (const std::int32_t groups : {0, -1, 3})
        check_error(op_case(ops::table, "group_norm").in("X", f32({1, 2}, {1, 2})).attr("groups", groups).run(), errc::bad_attribute);
    check_error(op_case(ops::table, "instance_norm").in("X", f32({2}, {1, 2})).run(), errc::shape_mismatch);
}

TEST_CASE("group_norm and instance_norm of images without channels, or without pixels, end") {
    for (const auto& dims : {Shape{2, 0, 3}, Shape{0, 2, 3}, Shape{2, 2, 0}}) {
        CAPTURE(to_string(dims));
        for (const auto* type : {"group_norm", "instance_norm"}) {
            const auto out = op_case(ops::table, type).in("X", f32(dims, {})).run();
            REQUIRE(out);
            CHECK(out->at("Y").dims() == dims);
        }
    }
}
