#include <wherry/exec/op/normalization.hpp>

#include "op_case.hpp"

using namespace op_test;

// Every attribute is compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases.

namespace {
using ops = op_list<op::batch_norm, op::sync_batch_norm, op::affine_channel, op::layer_norm>;
op_case batch_norm() {
    return op_case(ops::table, "batch_norm")
        .in("X", f32({2, 2}, {1, 2, 3, 6}))
        .in("Scale", f32({2}, {1, 2}))
        .in("Bias", f32({2}, {0, 1}))
        .in("Mean", f32({2}, {1, 0}))
        .in("Variance", f32({2}, {1, 4}))
        .attr("epsilon", 0.0F);
}
}  // namespace

TEST_CASE("batch_norm by given statistics") {
    const auto out = batch_norm().attr("is_test", true).run();
    REQUIRE(out);
    check_values<float>(out->at("Y"), {0, 3, 2, 7});
    check_values<float>(out->at("MeanOut"), {1, 0});
}

TEST_CASE("batch_norm by those of the batch, of which running averages are kept") {
    const auto out = batch_norm().attr("momentum", 0.5F).run();
    REQUIRE(out);
    check_values<float>(out->at("Y"), {-1, -1, 1, 3});
    check_values<float>(out->at("MeanOut"), {1.5F, 2});
    check_values<float>(out->at("VarianceOut"), {1, 4});
    check_values<float>(out->at("SavedMean"), {2, 4});
    check_values<float>(out->at("SavedVariance"), {1, 0.5F});
}

TEST_CASE("layer_norm and affine_channel") {
    const auto out =
        op_case(ops::table, "layer_norm").in("X", f32({2, 2}, {1, 3, 4, 8})).in("Bias", f32({2}, {0, 1})).attr("epsilon", 0.0F).run();
    REQUIRE(out);
    check_values<float>(out->at("Y"), {-1, 2, -1, 2});
    check_values<float>(out->at("Mean"), {2, 6});
    check_values<float>(out->at("Variance"), {1, 4});
    const auto scaled = op_case(ops::table, "affine_channel")
                            .in("X", f32({1, 2, 1, 2}, {1, 2, 3, 4}))
                            .in("Scale", f32({2}, {2, 3}))
                            .in("Bias", f32({2}, {0, 1}))
                            .run();
    REQUIRE(scaled);
    check_values<float>(scaled->at("Out"), {2, 4, 10, 13});
}

TEST_CASE("normalisation refuses operands that do not fit") {
    check_error(batch_norm().attr("epsilon", -0.1F).run(), errc::bad_attribute);
    check_error(batch_norm().attr("epsilon", 0.1F).run(), errc::bad_attribute);
    check_error(
        op_case(ops::table, "affine_channel").in("X", f32({1, 2}, {1, 2})).in("Scale", f32({1}, {2})).in("Bias", f32({2}, {0, 1})).run(),
        errc::shape_mismatch);
    check_error(
        op_case(ops::table, "affine_channel").in("X", f32({1, 2}, {1, 2})).in("Scale", f64({2}, {2, 1})).in("Bias", f32({2}, {0, 1})).run(),
        errc::dtype_mismatch);
    for (const std::int32_t axis : {0, 2, -1})
        check_error(op_case(ops::table, "layer_norm").in("X", f32({1, 2}, {1, 2})).attr("begin_norm_axis", axis).run(),
                    errc::bad_attribute);
    check_error(op_case(ops::table, "layer_norm").in("X", f32({1, 2}, {1, 2})).in("Scale", f32({3}, {1, 2, 3})).run(),
                errc::shape_mismatch);
}
