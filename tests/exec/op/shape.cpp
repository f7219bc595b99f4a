#include <wherry/exec/op/shape.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::shape, op::size>;
op_case of(std::string_view type, const Tensor& x) { return op_case(ops::table, type).in("Input", x); }
}  // namespace

TEST_CASE("dims as a tensor, and their product") {
    CHECK(of("shape", f32({2, 1, 2}, {1, 2, 3, 4})).run()->at("Out") == i32({3}, {2, 1, 2}));
    CHECK(of("shape", f32({}, {1})).run()->at("Out").dims() == Shape{0});
    CHECK(of("size", f32({2, 1, 2}, {1, 2, 3, 4})).run()->at("Out") == i64({1}, {4}));
    CHECK(of("size", f32({}, {1})).version(paddle_26).run()->at("Out") == i64({}, {1}));
    CHECK(of("shape", f32({}, {1})).info().reads == op_reads::dims);
    check_error(op_case(ops::table, "shape").in("Input", tensor_meta{DType::FP32, {0, std::int64_t{1} << 31}}).infer(false),
                errc::overflow);
}
