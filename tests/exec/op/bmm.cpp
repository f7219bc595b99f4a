#include <wherry/exec/op/bmm.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::bmm, op::bmm_grad>;
op_case of(const Tensor& x, const Tensor& y) { return op_case(ops::table, "bmm").in("X", x).in("Y", y); }
}  // namespace

TEST_CASE("products of the matrices of two batches") {
    const auto out = of(f32({2, 1, 2}, {1, 2, 3, 4}), f32({2, 2, 1}, {5, 6, 7, 8})).run();
    REQUIRE(out);
    CHECK(out->at("Out") == f32({2, 1, 1}, {17, 53}));
    check_error(of(f32({1, 2}, {1, 2}), f32({2, 1}, {1, 2})).run(), errc::shape_mismatch);
    check_error(of(f32({2, 1, 1}, {1, 2}), f32({1, 1, 1}, {1})).run(), errc::shape_mismatch);
    check_error(of(f32({1, 1, 2}, {1, 2}), f32({1, 1, 1}, {1})).run(), errc::shape_mismatch);
    of(some({2, 2, 3}), some({2, 3, 2}, 1)).check_gradient({"X", "Y"});
}
