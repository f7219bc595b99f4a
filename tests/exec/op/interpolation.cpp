#include <wherry/exec/op/interpolation.hpp>

#include "op_case.hpp"

using namespace op_test;

// Every attribute is compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases.

namespace {
using ops = op_list<op::nearest_interp, op::bilinear_interp, op::bilinear_interp_v2>;
op_case bilinear() { return op_case(ops::table, "bilinear_interp").in("X", f32({1, 1, 1, 2}, {0, 4})); }
}  // namespace

TEST_CASE("images in other dims") {
    const auto out = bilinear().attr("out_h", 1).attr("out_w", 5).run();
    REQUIRE(out);
    CHECK(out->at("Out").dims() == Shape{1, 1, 1, 5});
    check_values<float>(out->at("Out"), {0, 1, 2, 3, 4});
    const auto twice =
        op_case(ops::table, "nearest_interp").in("X", f32({1, 1, 1, 2}, {0, 4})).attr("scale", 2.0F).attr("align_corners", false).run();
    REQUIRE(twice);
    check_values<float>(twice->at("Out"), {0, 0, 4, 4, 0, 0, 4, 4});
    const auto open = op_case(ops::table, "bilinear_interp").in("X", tensor_meta{DType::FP32, {-1, 3, -1, 4}}).attr("scale", 2.0F).infer();
    REQUIRE(open);
    CHECK(open->at("Out").dims == Shape{-1, 3, -1, 8});
}

TEST_CASE("sizes that no image has") {
    check_error(bilinear().run(), errc::bad_attribute);
    check_error(bilinear().attr("out_h", 1).attr("out_w", -5).run(), errc::bad_attribute);
    check_error(bilinear().attr("scale", 1e9F).run(), errc::bad_attribute);
    check_error(bilinear().attr("out_h", 1).attr("out_w", 1).attr("align_mode", 2).run(), errc::bad_attribute);
    check_error(bilinear().in("OutSize", i32({2}, {1, 3})).run(), errc::unsupported);
    check_error(op_case(ops::table, "bilinear_interp").in("X", f32({1, 2}, {0, 4})).run(), errc::shape_mismatch);
    check_error(op_case(ops::table, "bilinear_interp_v2").in("X", f32({1, 1, 1, 2}, {0, 4})).attr("scale", sequence<float>{1, 2, 3}).run(),
                errc::bad_attribute);
}
