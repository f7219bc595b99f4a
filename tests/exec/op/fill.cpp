#include <wherry/exec/op/fill.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::fill_constant_batch_size_like, op::fill_any_like, op::fill_zeros_like, op::assign_value, op::increment>;
using list = sequence<std::int32_t>;
const Tensor x = f32({2, 1}, {1, 2});
op_case like(const list& shape) {
    return op_case(ops::table, "fill_constant_batch_size_like").in("Input", x).attr("shape", shape).attr("value", 3.0F);
}
}  // namespace

TEST_CASE("one value in dims that another tensor gives") {
    CHECK(like({-1, 2}).run()->at("Out") == f32({2, 2}, {3, 3, 3, 3}));
    CHECK(like({1, 9}).attr("output_dim_idx", 1).attr("dtype", DType::INT64).run()->at("Out") == i64({1, 2}, {3, 3}));
    CHECK(like({-1}).attr("str_value", std::string("7")).run()->at("Out") == f32({2}, {7, 7}));
    CHECK(op_case(ops::table, "fill_any_like").in("X", x).attr("value", 2.0F).run()->at("Out") == f32({2, 1}, {2, 2}));
    CHECK(op_case(ops::table, "fill_any_like").in("X", x).attr("dtype", 2).run()->at("Out") == i32({2, 1}, {0, 0}));
    CHECK(op_case(ops::table, "fill_zeros_like").in("X", x).run()->at("Out") == f32({2, 1}, {0, 0}));
    const auto metas = op_case(ops::table, "fill_constant_batch_size_like")
                           .in("Input", tensor_meta{DType::FP32, {-1, 4}, 0})
                           .attr("shape", list{-1, 2})
                           .infer();
    REQUIRE(metas);
    CHECK(metas->at("Out").dims == Shape{-1, 2});
}

TEST_CASE("impossible dims and types are refused") {
    check_error(like({-1}).attr("input_dim_idx", 2).run(), errc::bad_attribute);
    check_error(like({-1}).attr("output_dim_idx", 1).run(), errc::bad_attribute);
    check_error(like({-1, -2}).run(), errc::bad_dims);
    check_error(like({-1}).attr("dtype", 99).run(), errc::bad_dtype);
    check_error(like({-1}).attr("str_value", std::string("abc")).run(), errc::bad_attribute);
    check_error(op_case(ops::table, "fill_any_like").in("X", x).attr("dtype", 7).run(), errc::bad_dtype);
    const auto values = [](const list& shape, DType dtype) {
        return op_case(ops::table, "assign_value").attr("shape", shape).attr("dtype", dtype).attr("int32_values", list{1, 2});
    };
    CHECK(values({2, 1}, DType::INT32).run()->at("Out") == i32({2, 1}, {1, 2}));
    check_error(values({3}, DType::INT32).run(), errc::bad_attribute);
    check_error(values({2}, DType::FP64).run(), errc::bad_dtype);
    check_error(values({-2}, DType::INT32).run(), errc::bad_dims);
    check_error(values({65536, 65536, 65536, 65536}, DType::INT32).run(), errc::overflow);
}

TEST_CASE("a number is counted up") {
    CHECK(op_case(ops::table, "increment").in("X", i64({1}, {3})).attr("step", -2.0F).run()->at("Out") == i64({1}, {1}));
    CHECK(op_case(ops::table, "increment").in("X", f32({1}, {3})).run()->at("Out") == f32({1}, {4}));
    check_error(op_case(ops::table, "increment").in("X", x).run(), errc::shape_mismatch);
    check_error(op_case(ops::table, "increment").in("X", i32({1}, {3})).attr("step", 1e30F).run(), errc::overflow);
}
