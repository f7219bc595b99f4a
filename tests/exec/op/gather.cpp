#include <wherry/exec/op/gather.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::gather, op::gather_grad, op::index_select, op::index_select_grad, op::gather_nd, op::gather_nd_grad>;
op_case of(std::string_view type, const Tensor& x, const Tensor& index) { return op_case(ops::table, type).in("X", x).in("Index", index); }
const Tensor x = f32({3, 2}, {0, 1, 2, 3, 4, 5});
Tensor out_of(const op_case& c) {
    const auto ran = c.run();
    REQUIRE(ran);
    return ran->at("Out");
}
}  // namespace

TEST_CASE("parts that indices choose") {
    CHECK(out_of(of("gather", x, i32({2}, {2, 0}))) == f32({2, 2}, {4, 5, 0, 1}));
    CHECK(out_of(of("gather", x, i64({2, 1}, {2, 0}))) == f32({2, 2}, {4, 5, 0, 1}));
    CHECK(out_of(of("gather", x, i64({1}, {1})).attr("axis", 1)) == f32({3, 1}, {1, 3, 5}));
    CHECK(out_of(of("gather", x, i64({}, {1})).version(paddle_26)) == f32({2}, {2, 3}));
    CHECK(out_of(of("index_select", x, i32({2}, {1, 0})).attr("dim", -1)) == f32({3, 2}, {1, 0, 3, 2, 5, 4}));
    CHECK(out_of(of("gather_nd", x, i32({2, 2}, {2, 1, 0, 0}))) == f32({2}, {5, 0}));
    CHECK(out_of(of("gather_nd", x, i64({1, 1}, {1}))) == f32({1, 2}, {2, 3}));
    CHECK(out_of(of("gather_nd", x, i64({2, 0}, {}))).dims() == Shape{2, 3, 2});
}

TEST_CASE("indices out of range, or of another type, are refused") {
    for (const std::int32_t index : {3, -1, 500000000, -500000000})
        check_error(of("gather", x, i32({1}, {index})).run(), errc::index_out_of_range);
    check_error(of("gather", x, i32({1}, {3})).run(), errc::index_out_of_range,
                "The element of Index must be less than the size of dim of X, but received index is 3.");
    check_error(of("index_select", x, i32({1}, {-1})).run(), errc::index_out_of_range);
    check_error(of("gather_nd", x, i32({1, 2}, {0, 2})).run(), errc::index_out_of_range);
    check_error(of("gather_nd", x, i64({1, 2}, {-1, 0})).run(), errc::index_out_of_range);
    check_error(of("gather", x, f32({1}, {0})).run(), errc::dtype_mismatch);
    check_error(of("gather", x, i32({1, 2}, {0, 1})).run(), errc::shape_mismatch);
    check_error(of("gather", x, i32({1}, {0})).attr("axis", 2).run(), errc::bad_attribute);
    check_error(of("index_select", x, i32({1}, {0})).attr("dim", 2).run(), errc::bad_attribute);
    check_error(of("gather_nd", x, i32({1, 3}, {0, 0, 0})).run(), errc::shape_mismatch);
    check_error(of("gather_nd", x, i32({}, {0})).run(), errc::shape_mismatch);
    check_error(op_case(of("gather", x, i32({1}, {0}))).in("Axis", i32({1}, {0})).run(), errc::unsupported);
}

TEST_CASE("gradients are added where the parts came from") {
    of("gather", some({3, 2}), i32({3}, {2, 0, 2})).check_gradient({"X"});
    of("gather", some({2, 3, 2}), i64({2}, {2, 0})).attr("axis", 1).check_gradient({"X"});
    of("index_select", some({2, 3, 2}), i64({2}, {2, 0})).attr("dim", 1).check_gradient({"X"});
    of("gather_nd", some({3, 2}), i64({3, 1}, {2, 0, 2})).check_gradient({"X"});
    check_error(op_case(ops::table, "gather_grad").in("X", x).in("Index", i32({1}, {9})).in("Out@GRAD", f32({1, 2}, {1, 2})).run(),
                errc::index_out_of_range);
}
