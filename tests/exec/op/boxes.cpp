#include <wherry/exec/op/boxes.hpp>

#include "op_case.hpp"

using namespace op_test;

// Every attribute is compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases.

namespace {
using ops = op_list<op::prior_box, op::box_coder, op::yolo_box>;
using floats = sequence<float>;
op_case prior(const Shape& map = {1, 1, 1, 1}) {
    return op_case(ops::table, "prior_box")
        .in("Input", some(map))
        .in("Image", f32({1, 1, 4, 4}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
        .attr("variances", floats{1, 2, 3, 4});
}
op_case yolo(sequence<std::int32_t> anchors) {
    return op_case(ops::table, "yolo_box")
        .in("X", some({1, 6, 1, 1}))
        .in("ImgSize", i32({1, 2}, {8, 8}))
        .attr("anchors", std::move(anchors));
}
}  // namespace

TEST_CASE("prior_box") {
    const auto out = prior().attr("min_sizes", floats{2}).attr("aspect_ratios", floats{1}).run();
    REQUIRE(out);
    CHECK(out->at("Boxes").dims() == Shape{1, 1, 1, 4});
    check_values<double>(out->at("Boxes"), {0.25, 0.25, 0.75, 0.75});
    check_values<double>(out->at("Variances"), {1, 2, 3, 4});
    check_error(prior().run(), errc::bad_attribute);
    check_error(prior().attr("min_sizes", floats{2}).attr("variances", floats{1, 2, 3}).run(), errc::bad_attribute);
    check_error(prior().attr("min_sizes", floats{2}).attr("step_w", -1.0F).run(), errc::bad_attribute);
    check_error(prior({1, 1, 5, 1}).attr("min_sizes", floats{2}).run(), errc::shape_mismatch);
    CHECK(prior({1, 1, 4, 4}).attr("min_sizes", floats{2}).run());
    check_error(prior().attr("min_sizes", floats{0}).run(), errc::bad_attribute);
    check_error(prior().attr("min_sizes", floats{2}).attr("max_sizes", floats{1}).run(), errc::bad_attribute);
    check_error(prior().attr("min_sizes", floats{2}).attr("aspect_ratios", floats{-1}).run(), errc::bad_attribute);
}

TEST_CASE("box_coder refuses boxes that do not fit") {
    const auto coder = [](Tensor prior_boxes, Tensor target) {
        return op_case(ops::table, "box_coder").in("PriorBox", std::move(prior_boxes)).in("TargetBox", std::move(target));
    };
    CHECK(coder(some({2, 4}), some({3, 4})).run());
    check_error(coder(some({2, 4}), some({3, 3})).run(), errc::shape_mismatch);
    check_error(coder(some({2, 3}), some({3, 4})).run(), errc::shape_mismatch);
    check_error(coder(some({2, 4}), some({3, 4})).attr("code_type", std::string("zzz")).run(), errc::bad_attribute);
    check_error(coder(some({2, 4}), some({3, 4})).attr("axis", 2).run(), errc::bad_attribute);
    check_error(coder(some({2, 4}), some({3, 1, 4})).attr("code_type", std::string("decode_center_size")).run(), errc::shape_mismatch);
}

TEST_CASE("yolo_box refuses anchors that the channels do not make") {
    CHECK(yolo({16, 8}).run());
    check_error(yolo({16}).run(), errc::bad_attribute);
    check_error(yolo({}).run(), errc::bad_attribute);
    check_error(yolo({16, 8, 4, 4}).run(), errc::shape_mismatch);
    check_error(yolo({16, 8}).attr("class_num", 0).run(), errc::bad_attribute);
    check_error(yolo({16, 8}).attr("downsample_ratio", 0).run(), errc::bad_attribute);
}
