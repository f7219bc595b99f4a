#include <wherry/exec/op/arg.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::arg_max, op::arg_min, op::argsort, op::argsort_grad, op::top_k_v2, op::top_k_v2_grad>;
const Tensor x = f32({2, 3}, {3, 1, 3, 0, 5, 4});
op_case of(std::string_view type, const Tensor& from = x) { return op_case(ops::table, type).in("X", from); }
constexpr float none = std::numeric_limits<float>::quiet_NaN();
}  // namespace

TEST_CASE("positions of the largest and the smallest, the first of equal ones") {
    CHECK(of("arg_max").attr("axis", std::int64_t{1}).run()->at("Out") == i64({2}, {0, 1}));
    CHECK(of("arg_min").attr("axis", std::int64_t{0}).run()->at("Out") == i64({3}, {1, 0, 0}));
    CHECK(of("arg_max").attr("keepdims", true).attr("dtype", 2).run()->at("Out") == i32({2, 1}, {0, 1}));
    CHECK(of("arg_max").attr("flatten", true).version(paddle_26).run()->at("Out") == i64({}, {4}));
    CHECK(of("arg_max", f32({2}, {1, 2})).run()->at("Out") == i64({1}, {1}));
    check_error(of("arg_max").attr("axis", std::int64_t{2}).run(), errc::bad_attribute, "'axis'(2) must be less than Rank(X)(2).");
    check_error(of("arg_max").attr("dtype", 5).run(), errc::bad_attribute);
    check_error(of("arg_max", f32({2, 0}, {})).run(), errc::shape_mismatch);
    CHECK(of("arg_max", f32({0, 2}, {})).run()->at("Out").dims() == Shape{0});
}

TEST_CASE("lines in order, up and down, equal ones as they stood") {
    const auto up = of("argsort").run();
    REQUIRE(up);
    CHECK(up->at("Out") == f32({2, 3}, {1, 3, 3, 0, 4, 5}));
    CHECK(up->at("Indices") == i64({2, 3}, {1, 0, 2, 0, 2, 1}));
    const auto down = of("argsort").attr("axis", 0).attr("descending", true).run();
    REQUIRE(down);
    CHECK(down->at("Indices") == i64({2, 3}, {0, 1, 1, 1, 0, 0}));
    CHECK(of("argsort", f32({3}, {none, 1, 2})).run()->at("Indices") == i64({3}, {1, 2, 0}));
    CHECK(of("argsort", f32({}, {1})).run()->at("Indices") == i64({}, {0}));
    check_error(of("argsort").attr("axis", -3).run(), errc::bad_attribute);
}

TEST_CASE("the first k of each line") {
    const auto two = of("top_k_v2").attr("k", 2).run();
    REQUIRE(two);
    CHECK(two->at("Out") == f32({2, 2}, {3, 3, 5, 4}));
    CHECK(two->at("Indices") == i64({2, 2}, {0, 2, 1, 2}));
    const auto low = of("top_k_v2").attr("axis", 0).attr("largest", false).run();
    REQUIRE(low);
    CHECK(low->at("Out") == f32({1, 3}, {0, 1, 3}));
    for (const std::int32_t k : {0, -1}) check_error(of("top_k_v2").attr("k", k).run(), errc::bad_attribute);
    check_error(of("top_k_v2").attr("k", 4).run(), errc::shape_mismatch, "input of topk must have >= k columns");
    check_error(of("top_k_v2").attr("axis", 2).run(), errc::bad_attribute);
    check_error(of("top_k_v2").in("K", i32({1}, {1})).run(), errc::unsupported);
}

TEST_CASE("gradients go back to where elements stood") {
    of("argsort", some({2, 4})).check_gradient({"X"});
    of("argsort", some({3, 2, 2})).attr("axis", 0).attr("descending", true).check_gradient({"X"});
    of("top_k_v2", some({3, 2})).attr("k", 2).attr("axis", 0).check_gradient({"X"});
    const auto grad = op_case(ops::table, "argsort_grad").in("X", some({2})).in("Out@GRAD", some({2}));
    check_error(op_case(grad).in("Indices", i64({2}, {0, 2})).run(), errc::index_out_of_range);
    check_error(op_case(grad).in("Indices", i64({2}, {-1, 0})).run(), errc::index_out_of_range);
    check_error(op_case(grad).in("Indices", i64({3}, {0, 1, 0})).run(), errc::shape_mismatch);
    check_error(op_case(grad).in("Indices", i32({2}, {0, 1})).run(), errc::dtype_mismatch);
}
