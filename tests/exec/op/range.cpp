#include <wherry/exec/op/range.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::range>;
/// Dims of a range whose numbers are known.
result<Shape> dims_of(const Tensor& start, const Tensor& end, const Tensor& step) {
    const auto known = [](const Tensor& t) {
        tensor_meta meta{t.dtype(), t.dims()};
        meta.value = t.bytes();
        return meta;
    };
    const auto metas = op_case(ops::table, "range").in("Start", known(start)).in("End", known(end)).in("Step", known(step)).infer(false);
    if (!metas) return metas.error();
    return metas->at("Out").dims;
}
const auto one = [](std::int64_t v) { return i64({1}, {v}); };
}  // namespace

TEST_CASE("as many numbers as fit") {
    CHECK(*dims_of(one(1), one(8), one(3)) == Shape{3});
    CHECK(*dims_of(one(8), one(1), one(-3)) == Shape{3});
    CHECK(*dims_of(one(2), one(2), one(3)) == Shape{0});
    CHECK(*dims_of(f32({1}, {0}), f32({1}, {1}), f32({1}, {0.25F})) == Shape{4});
}

TEST_CASE("impossible ranges are refused") {
    check_error(dims_of(one(1), one(8), one(0)), errc::bad_argument, "The step of range op should not be 0.");
    check_error(dims_of(one(1), one(8), one(-1)), errc::bad_argument, "The step should be greater than 0 while start < end.");
    check_error(dims_of(one(8), one(1), one(1)), errc::bad_argument, "The step should be less than 0 while start > end.");
    check_error(dims_of(one(0), one(std::int64_t{1} << 62), one(1)), errc::too_large);
    check_error(dims_of(f32({1}, {0}), f32({1}, {std::numeric_limits<float>::infinity()}), f32({1}, {1})), errc::too_large);
    check_error(dims_of(one(1), one(8), i32({1}, {1})), errc::dtype_mismatch);
    check_error(dims_of(i64({2}, {1, 2}), one(8), one(1)), errc::shape_mismatch);
    check_error(op_case(ops::table, "range").in("Start", one(1)).in("End", one(8)).in("Step", one(3)).run(), errc::unsupported);
}
