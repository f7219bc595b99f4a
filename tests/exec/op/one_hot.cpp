#include <wherry/exec/op/one_hot.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::one_hot, op::one_hot_v2>;
op_case of(std::string_view type, std::int32_t depth, const Tensor& x) { return op_case(ops::table, type).in("X", x).attr("depth", depth); }
}  // namespace

TEST_CASE("a 1 where each number says") {
    CHECK(of("one_hot_v2", 3, i64({2}, {2, 0})).run()->at("Out") == f32({2, 3}, {0, 0, 1, 1, 0, 0}));
    CHECK(of("one_hot", 2, i32({2, 1}, {1, 0})).attr("dtype", 3).run()->at("Out") == i64({2, 2}, {0, 1, 1, 0}));
    CHECK(of("one_hot_v2", 2, i64({2}, {7, 0})).attr("allow_out_of_range", true).run()->at("Out") == f32({2, 2}, {0, 0, 1, 0}));
    for (const std::int64_t wrong : {std::int64_t{2}, std::int64_t{-1}, std::int64_t{1} << 40})
        check_error(of("one_hot_v2", 2, i64({1}, {wrong})).run(), errc::index_out_of_range);
    check_error(of("one_hot_v2", 2, i64({1}, {7})).attr("allow_out_of_range", true).version(paddle_26).run(), errc::index_out_of_range);
    check_error(of("one_hot_v2", -1, i64({1}, {0})).run(), errc::bad_attribute);
    check_error(of("one_hot_v2", 2, f32({1}, {0})).run(), errc::dtype_mismatch);
    check_error(of("one_hot_v2", 2, i64({1}, {0})).attr("dtype", 99).run(), errc::bad_dtype);
    check_error(of("one_hot", 2, i64({2}, {0, 1})).run(), errc::shape_mismatch);
    check_error(of("one_hot_v2", 2, i64({1}, {0})).in("depth_tensor", i32({1}, {2})).run(), errc::unsupported);
}
