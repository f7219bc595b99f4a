#include <wherry/exec/op/compare.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::equal, op::not_equal, op::less_than, op::less_equal, op::greater_than, op::greater_equal, op::logical_and,
                    op::logical_or, op::logical_xor, op::logical_not, op::where, op::where_grad>;
constexpr float none = std::numeric_limits<float>::quiet_NaN();
Tensor flags(const Shape& dims, std::initializer_list<bool> v) { return Tensor::of<bool>(dims, v); }
op_case of(std::string_view type, const Tensor& x, const Tensor& y) { return op_case(ops::table, type).in("X", x).in("Y", y); }
const Tensor x = f32({4}, {1, 2, 3, none});
const Tensor y = f32({4}, {1, 3, 2, none});
}  // namespace

TEST_CASE("relations, with broadcasting; NaN is related to nothing") {
    CHECK(of("equal", x, y).run()->at("Out") == flags({4}, {true, false, false, false}));
    CHECK(of("not_equal", x, y).run()->at("Out") == flags({4}, {false, true, true, true}));
    CHECK(of("less_than", x, y).run()->at("Out") == flags({4}, {false, true, false, false}));
    CHECK(of("less_equal", x, y).run()->at("Out") == flags({4}, {true, true, false, false}));
    CHECK(of("greater_than", x, y).run()->at("Out") == flags({4}, {false, false, true, false}));
    CHECK(of("greater_equal", x, y).run()->at("Out") == flags({4}, {true, false, true, false}));
    CHECK(of("less_than", i64({2, 2}, {1, 2, 3, 4}), i64({1}, {3})).run()->at("Out") == flags({2, 2}, {true, true, false, false}));
    CHECK(of("equal", i32({2, 2}, {1, 2, 3, 4}), i32({2}, {1, 3})).attr("axis", 0).run()->at("Out") ==
          flags({2, 2}, {true, false, true, false}));
    check_error(of("equal", x, f32({3}, {1, 2, 3})).run(), errc::shape_mismatch);
    check_error(of("equal", x, f64({4}, {1, 2, 3, 4})).run(), errc::dtype_mismatch);
}

TEST_CASE("connectives") {
    const auto a = flags({4}, {false, false, true, true});
    const auto b = flags({4}, {false, true, false, true});
    CHECK(of("logical_and", a, b).run()->at("Out") == flags({4}, {false, false, false, true}));
    CHECK(of("logical_or", a, b).run()->at("Out") == flags({4}, {false, true, true, true}));
    CHECK(of("logical_xor", a, b).run()->at("Out") == flags({4}, {false, true, true, false}));
    CHECK(op_case(ops::table, "logical_not").in("X", a).run()->at("Out") == flags({4}, {true, true, false, false}));
    CHECK(op_case(ops::table, "logical_not").in("X", f32({2}, {0, 3})).run()->at("Out") == flags({2}, {true, false}));
}

TEST_CASE("one or the other") {
    const auto chosen = [](const Tensor& condition, const Tensor& yes, const Tensor& no) {
        return op_case(ops::table, "where").in("Condition", condition).in("X", yes).in("Y", no);
    };
    const auto condition = flags({2}, {true, false});
    CHECK(chosen(condition, i64({2}, {1, 2}), i64({2}, {3, 4})).run()->at("Out") == i64({2}, {1, 4}));
    check_error(chosen(i32({2}, {1, 0}), f32({2}, {1, 2}), f32({2}, {3, 4})).run(), errc::dtype_mismatch);
    check_error(chosen(condition, f32({2}, {1, 2}), f32({1}, {3})).run(), errc::shape_mismatch);
    check_error(chosen(flags({1}, {true}), f32({2}, {1, 2}), f32({2}, {3, 4})).run(), errc::shape_mismatch);
    chosen(condition, some({2}), some({2}, 1)).check_gradient({"X", "Y"});
}
