#include <wherry/exec/op/top_k.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::top_k, op::top_k_grad>;
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
op_case top(const Tensor& x, std::int32_t k) { return op_case(ops::table, "top_k").in("X", x).attr("k", k); }
void check_top(const Tensor& x, std::int32_t k, std::initializer_list<float> values, std::initializer_list<std::int64_t> indices) {
    const auto out = top(x, k).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), values, 0);
    check_values<std::int64_t>(out->at("Indices"), indices, 0);
}
}  // namespace

// Values and messages below were observed on fluid 1.8.5; 2.6.2 gives the same values.

TEST_CASE("top_k finds the largest of each row") {
    check_top(f32({2, 4}, {0, 1, 2, 3, 4, 5, 6, 7}), 2, {3, 2, 7, 6}, {3, 2, 3, 2});
    check_top(f32({4}, {0, 1, 2, 3}), 2, {3, 2}, {3, 2});
    check_top(f32({1, 6}, {1, 1, 1, 1, 1, 1}), 3, {1, 1, 1}, {0, 1, 2});
    check_top(f32({1, 7}, {1, 2, 2, 1, 2, 1, 2}), 5, {2, 2, 2, 2, 1}, {1, 4, 6, 2, 0});
    check_top(f32({1, 8}, {2, 2, 1, 3, 1, 2, 3, 3}), 4, {3, 3, 3, 2}, {7, 3, 6, 1});
    check_top(f32({1, 5}, {1, not_a_number, 2, not_a_number, 3}), 4, {not_a_number, not_a_number, 3, 2}, {1, 3, 4, 2});
    check_top(f32({0, 5}, {}), 4, {}, {});
}

TEST_CASE("a k out of range is refused") {
    const auto x = f32({2, 4}, {0, 1, 2, 3, 4, 5, 6, 7});
    check_error(top(x, 0).run(), errc::bad_attribute, "k must >= 1");
    check_error(top(x, -1).run(), errc::bad_attribute, "k must >= 1");
    check_error(top(x, -1).version(paddle_26).run(), errc::bad_attribute, "Attribute k must be >= 1, but got k is -1.");
    check_error(top(x, 100).run(), errc::shape_mismatch, "input must have >= k columns");
    check_error(top(f32({}, {3}), 1).run(), errc::shape_mismatch, "input must have >= 1d shape");
    check_error(top(f32({2, 0}, {}), 1).run(), errc::shape_mismatch);
    check_error(top(i64({3}, {4, 3, 5}), 2).run(), errc::dtype_mismatch, "op top_k does not have kernel for data_type[int64_t]");
    check_error(top(x, 1).in("K", i32({1}, {2})).run(), errc::unsupported);
}

TEST_CASE("both results of top_k have the LoD of X") {
    const auto metas = op_case(ops::table, "top_k").in("X", tensor_meta{DType::FP32, Shape{-1, 4}, 1}).attr("k", 2).infer();
    REQUIRE(metas);
    CHECK(metas->at("Out").dims == Shape{-1, 2});
    CHECK(metas->at("Out").lod_level == 1);
    CHECK(metas->at("Indices").dtype == DType::INT64);
    CHECK(metas->at("Indices").lod_level == 1);
}

TEST_CASE("the gradient of top_k goes to the chosen places") {
    const auto c = top(some({2, 4}), 2);
    const auto grads = c.gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "top_k_grad");
    CHECK(grads[0].desc().inputs.size() == 3);
    CHECK(grads[0].desc().attrs.empty());
    c.check_gradient({"X"});
    const auto grad = [](const Tensor& indices, const Tensor& g) {
        return op_case(ops::table, "top_k_grad").in("X", f32({2, 3}, {0, 1, 2, 3, 4, 5})).in("Indices", indices).in("Out@GRAD", g);
    };
    const auto g = f32({2, 1}, {1, 2});
    check_values<float>(grad(i64({2, 1}, {2, 0}), g).run()->at("X@GRAD"), {0, 0, 1, 2, 0, 0}, 0);
    check_error(grad(i64({2, 1}, {2, 3}), g).run(), errc::index_out_of_range);
    check_error(grad(i64({2, 1}, {-1, 0}), g).run(), errc::index_out_of_range);
    check_error(grad(i64({1, 1}, {0}), g).run(), errc::shape_mismatch);
    check_error(grad(i64({}, {0}), g).run(), errc::shape_mismatch);
    check_error(grad(i64({2, 1}, {2, 0}), f32({2, 2}, {1, 2, 3, 4})).run(), errc::shape_mismatch);
    check_error(grad(i32({2, 1}, {2, 0}), g).run(), errc::dtype_mismatch);
    check_error(grad(i64({2, 1}, {2, 0}), f64({2, 1}, {1, 2})).run(), errc::dtype_mismatch);
}
