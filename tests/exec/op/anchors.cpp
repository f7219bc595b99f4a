#include <wherry/exec/op/anchors.hpp>

#include "op_case.hpp"

using namespace op_test;

// Compared with the real 1.8.5 and 2.6.2 over their attributes by tests/oracle/op_cases/detection.py.

namespace {
using anchor_ops = op_list<op::anchor_generator, op::density_prior_box>;
sequence<float> anchor_numbers(std::initializer_list<float> list) { return {list.begin(), list.end()}; }
op_case anchors_of(std::initializer_list<float> sizes) {
    return op_case(anchor_ops::table, "anchor_generator")
        .in("Input", f32({1, 1, 1, 1}, {0}))
        .attr("anchor_sizes", anchor_numbers(sizes))
        .attr("aspect_ratios", anchor_numbers({1}))
        .attr("variances", anchor_numbers({1, 2, 3, 4}))
        .attr("stride", anchor_numbers({16, 16}));
}
op_case dense_over(const Shape& map) {
    return op_case(anchor_ops::table, "density_prior_box")
        .in("Input", some(map))
        .in("Image", some({1, 1, 8, 8}))
        .attr("fixed_sizes", anchor_numbers({4}))
        .attr("fixed_ratios", anchor_numbers({1}))
        .attr("variances", anchor_numbers({1, 1, 1, 1}));
}
}  // namespace

TEST_CASE("anchors and their variances; sizes that make none are refused") {
    const auto out = anchors_of({16, 32}).run();
    REQUIRE(out);
    check_values<float>(out->at("Anchors"), {0, 0, 15, 15, -8, -8, 23, 23});
    check_values<float>(out->at("Variances"), {1, 2, 3, 4, 1, 2, 3, 4});
    check_error(anchors_of({}).run(), errc::bad_attribute);
    check_error(anchors_of({-1}).run(), errc::bad_attribute);
    check_error(anchors_of({16}).attr("stride", anchor_numbers({16})).run(), errc::bad_attribute);
}

TEST_CASE("densities are as many as the sizes") {
    auto dense = dense_over({1, 1, 1, 1});
    check_error(dense.run(), errc::bad_attribute);
    dense.attr("densities", sequence<std::int32_t>(1, 2)).attr("flatten_to_2d", true);
    const auto out = dense.run();
    REQUIRE(out);
    CHECK(out->at("Boxes").dims() == Shape{4, 4});
    check_error(dense_over({1, 1, 8, 1}).run(), errc::shape_mismatch);  // as large as the image
}
