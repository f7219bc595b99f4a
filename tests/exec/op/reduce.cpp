#include <wherry/exec/op/reduce.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::reduce_sum, op::reduce_sum_grad, op::reduce_mean, op::reduce_mean_grad>;
using axes = std::vector<std::int32_t>;

Tensor steps() { return f32({2, 3}, {-1, -0.5F, 0, 0.5F, 1, 1.5F}); }
op_case reduce(std::string_view type, const Tensor& x, axes dim) {
    return op_case(ops::table, type).in("X", x).attr("dim", std::move(dim));
}
Shape dims_of(const op_case& c) {
    const auto out = c.run();
    REQUIRE(out);
    return out->at("Out").dims();
}
}  // namespace

// Values below were computed by fluid 1.8.5.

TEST_CASE("sums over one axis") {
    const auto columns = reduce("reduce_sum", steps(), {0}).run();
    REQUIRE(columns);
    CHECK(columns->at("Out").dims() == Shape{3});
    check_values<float>(columns->at("Out"), {-0.5F, 0.5F, 1.5F}, 0);
    const auto rows = reduce("reduce_sum", steps(), {-1}).run();
    REQUIRE(rows);
    check_values<float>(rows->at("Out"), {-1.5F, 3}, 0);
}

TEST_CASE("means over two axes") {
    auto x = Tensor(DType::FP32, {2, 3, 2});
    for (std::size_t i = 0; i < 12; ++i) x.elements<float>()[i] = 0.5F * static_cast<float>(i) - 1;
    const auto out = reduce("reduce_mean", x, {0, 2}).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {0.75F, 1.75F, 2.75F}, 0);
}

TEST_CASE("dims of the result") {
    CHECK(dims_of(reduce("reduce_sum", steps(), {0}).attr("keep_dim", true)) == Shape{1, 3});
    CHECK(dims_of(reduce("reduce_sum", steps(), {0, 1})) == Shape{1});
    CHECK(dims_of(reduce("reduce_sum", steps(), {0, 1}).attr("keep_dim", true)) == Shape{1, 1});
    CHECK(dims_of(reduce("reduce_sum", steps(), {0}).attr("reduce_all", true)) == Shape{1});
    CHECK(dims_of(reduce("reduce_sum", steps(), {0}).attr("reduce_all", true).attr("keep_dim", true)) == Shape{1, 1});
    CHECK(dims_of(reduce("reduce_mean", steps(), {}).attr("reduce_all", true).version(paddle_26)) == Shape{});
    CHECK(dims_of(reduce("reduce_mean", steps(), {}).version(paddle_26)) == Shape{});
    CHECK(dims_of(reduce("reduce_mean", f32({}, {2}), {0}).version(paddle_26)) == Shape{});
    CHECK(dims_of(reduce("reduce_sum", some({1, 2, 1, 2, 1, 2, 1}), {1})) == Shape{1, 1, 2, 1, 2, 1});
}

TEST_CASE("a sum over every axis by name is right, where 1.8.5 gives 0") {
    const auto out = reduce("reduce_sum", steps(), {0, 1}).run();
    REQUIRE(out);
    check_values<float>(out->at("Out"), {1.5F}, 0);
}

TEST_CASE("sums of integers, and of another element type") {
    const auto x = i32({2, 3}, {-2, -1, 0, 1, 2, 3});
    const auto out = reduce("reduce_sum", x, {1}).run();
    REQUIRE(out);
    check_values<std::int32_t>(out->at("Out"), {-3, 6}, 0);
    const auto cast = reduce("reduce_sum", x, {1}).attr("in_dtype", 5).attr("out_dtype", 5).run();
    REQUIRE(cast);
    check_values<float>(cast->at("Out"), {-3, 6}, 0);
}

TEST_CASE("sums of nothing are 0, means NaN") {
    const auto total = reduce("reduce_sum", f32({0, 2}, {}), {0}).run();
    REQUIRE(total);
    check_values<float>(total->at("Out"), {0, 0}, 0);
    const auto mean = reduce("reduce_mean", f32({0, 2}, {}), {0}).run();
    REQUIRE(mean);
    const float no_number = std::numeric_limits<float>::quiet_NaN();
    check_values<float>(mean->at("Out"), {no_number, no_number});
}

TEST_CASE("gradients of reductions agree with differences") {
    for (const auto* type : {"reduce_sum", "reduce_mean"}) {
        CAPTURE(type);
        reduce(type, some({2, 3, 2}), {1}).check_gradient({"X"});
        reduce(type, some({2, 3, 2}), {0, -1}).check_gradient({"X"});
        reduce(type, some({2, 3}), {0}).attr("keep_dim", true).check_gradient({"X"});
        reduce(type, some({2, 3}), {0}).attr("reduce_all", true).check_gradient({"X"});
        reduce(type, some({2, 3}), {}).version(paddle_26).check_gradient({"X"});
    }
}

TEST_CASE("LoD ends where the first dim is reduced") {
    const auto lod_of = [](axes dim, bool all) {
        const auto known = op_case(ops::table, "reduce_sum")
                               .in("X", tensor_meta{DType::FP32, {-1, 3, 4}, 1})
                               .attr("dim", std::move(dim))
                               .attr("reduce_all", all)
                               .infer();
        REQUIRE(known);
        return known->at("Out").lod_level;
    };
    CHECK(lod_of({1}, false) == 1);
    CHECK(lod_of({2, 1}, false) == 1);
    CHECK(!lod_of({1, 0}, false));
    CHECK(!lod_of({1}, true));
}

TEST_CASE("the gradient of a reduction reads X and keeps the attributes") {
    const auto grads = reduce("reduce_mean", some({2, 3}), {1}).gradients();
    REQUIRE(grads.size() == 1);
    CHECK(grads[0].type() == "reduce_mean_grad");
    CHECK(grads[0].input("X")[0] == "X");
    CHECK(grads[0].desc().attrs.size() == 5);
}

TEST_CASE("axes out of range are refused") {
    check_error(
        reduce("reduce_sum", steps(), {2}).run(), errc::bad_attribute,
        "The reduce dim index 0 should be in the range [-dimension(X), dimension(X)] which dimesion = 2. But received dim index = 2.");
    check_error(reduce("reduce_sum", steps(), {-9}).run(), errc::bad_attribute);
    check_error(reduce("reduce_sum", steps(), {1, -1}).run(), errc::bad_attribute);
    check_error(reduce("reduce_sum", steps(), {}).run(), errc::bad_attribute);
    check_error(reduce("reduce_sum", steps(), {0}).attr("out_dtype", 99).run(), errc::bad_attribute);
    check_error(reduce("reduce_mean", i32({2}, {1, 2}), {0}).run(), errc::dtype_mismatch);
    check_error(reduce("reduce_sum_grad", some({2, 3}), {0}).in("Out@GRAD", some({2})).run(), errc::shape_mismatch);
}
