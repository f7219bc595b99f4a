#include <wherry/exec/op/accuracy.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::accuracy>;
const Tensor best = f32({3, 2}, {0, 1, 2, 3, 4, 5});
const Tensor places = i64({3, 2}, {0, 1, 1, 0, 2, 0});
op_case scored(const Tensor& label, const Tensor& out = best, const Tensor& indices = places) {
    return op_case(ops::table, "accuracy").in("Out", out).in("Indices", indices).in("Label", label);
}
}  // namespace

// Values and messages below were observed on fluid 1.8.5 and Paddle 2.6.2.

TEST_CASE("accuracy is the share of rows that hold their label") {
    const auto labels = i64({3, 1}, {1, 2, 2});
    const auto out = scored(labels).run();
    REQUIRE(out);
    CHECK(out->at("Accuracy").dims() == Shape{1});
    check_values<float>(out->at("Accuracy"), {0.6666666865F});
    check_values<std::int32_t>(out->at("Correct"), {2}, 0);
    check_values<std::int32_t>(out->at("Total"), {3}, 0);
    const auto later = scored(labels).version(paddle_26).run();
    REQUIRE(later);
    CHECK(later->at("Accuracy").dims() == Shape{});
    CHECK(later->at("Total").dims() == Shape{});
    check_values<float>(later->at("Accuracy"), {0.6666666865F});
    check_values<float>(scored(labels, f64({3, 2}, {0, 1, 2, 3, 4, 5})).run()->at("Accuracy"), {0.6666666865F});
    const auto none = scored(i64({0, 1}, {}), f32({0, 2}, {}), i64({0, 2}, {})).run();
    REQUIRE(none);
    check_values<float>(none->at("Accuracy"), {0}, 0);
    check_values<std::int32_t>(none->at("Total"), {0}, 0);
}

TEST_CASE("labels that do not fit") {
    check_error(scored(i64({3}, {1, 2, 2})).run(), errc::shape_mismatch,
                "ShapeError: label's dimensions of AccuracyOp must be 2. But received label's dimensions = 1, label's shape = [3]");
    check_error(scored(i64({3, 2}, {1, 2, 2, 2, 2, 2})).run(), errc::shape_mismatch,
                "ShapeError: label's second dimension of AccuracyOp must be 1. But received label's second dimension is = 2, label's shape "
                "= [3, 2]");
    check_error(scored(i64({2, 1}, {1, 2})).run(), errc::shape_mismatch,
                "ShapeError: the output's num_rows of AccuracyOp must be the same as label's num_rows. But received output's shape = [3, "
                "2], label's "
                "shape = [2, 1], output's num_rows = 3, label's num_rows = 2");
    check_error(scored(i32({3, 1}, {1, 2, 2})).run(), errc::dtype_mismatch,
                "Tensor holds the wrong type, it holds int, but desires to be int64_t.");
    check_error(scored(i64({3, 1}, {1, 2, 2}), best, i64({3, 1}, {1, 2, 2})).run(), errc::shape_mismatch);
    check_error(scored(i64({3, 1}, {1, 2, 2}), f32({3}, {1, 2, 3})).run(), errc::shape_mismatch);
}

TEST_CASE("while a program is built rows may differ, and Accuracy has the LoD of Out") {
    const auto metas = op_case(ops::table, "accuracy")
                           .in("Out", tensor_meta{DType::FP32, Shape{3, 1}, 1})
                           .in("Indices", tensor_meta{DType::INT64, Shape{3, 1}, 1})
                           .in("Label", tensor_meta{DType::INT64, Shape{4, 1}, 0})
                           .infer();
    REQUIRE(metas);
    CHECK(metas->at("Accuracy").lod_level == 1);
    CHECK(metas->at("Accuracy").dtype == DType::FP32);
    CHECK(!metas->at("Correct").lod_level);
    CHECK(metas->at("Total").dtype == DType::INT32);
}
