#include <wherry/exec/op/elementwise_pow.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::elementwise_pow, op::elementwise_pow_grad, op::elementwise_mod, op::elementwise_floordiv>;
op_case of(std::string_view type, const Tensor& x, const Tensor& y) { return op_case(ops::table, type).in("X", x).in("Y", y); }
}  // namespace

TEST_CASE("powers") {
    check_values<float>(of("elementwise_pow", f32({2, 2}, {2, 3, 4, -2}), f32({2}, {2, 3})).run()->at("Out"), {4, 27, 16, -8});
    check_values<std::int32_t>(of("elementwise_pow", i32({3}, {7, 2, 10}), i32({3}, {-1, 5, 40})).run()->at("Out"), {0, 32, 0}, 0);
    of("elementwise_pow", some_positive({2, 3}), some({3}, 1)).check_gradient({"X", "Y"});
    of("elementwise_pow", some_positive({2}), some({2, 2}, 1)).check_gradient({"X", "Y"});
}

TEST_CASE("remainders and whole quotients, as 1.8 and as 2.x have them") {
    const auto x = i64({4}, {7, -7, 7, -7});
    const auto y = i64({4}, {3, 3, -3, -3});
    CHECK(of("elementwise_mod", x, y).version(paddle_26).run()->at("Out") == i64({4}, {1, 2, -2, -1}));
    CHECK(of("elementwise_mod", x, y).run()->at("Out") == i64({4}, {1, -1, 1, -1}));
    CHECK(of("elementwise_floordiv", x, y).version(paddle_26).run()->at("Out") == i64({4}, {2, -3, -3, 2}));
    CHECK(of("elementwise_floordiv", x, y).run()->at("Out") == i64({4}, {2, -2, -2, 2}));
    check_values<float>(of("elementwise_mod", f32({2}, {-5.5F, 5.5F}), f32({1}, {2})).run()->at("Out"), {0.5F, 1.5F});
    check_values<float>(of("elementwise_floordiv", f32({2}, {-5.5F, 5.5F}), f32({1}, {2})).run()->at("Out"), {-3, 2});
}

TEST_CASE("divisors that a machine cannot divide by") {
    constexpr auto least = std::numeric_limits<std::int64_t>::min();
    for (const auto* type : {"elementwise_mod", "elementwise_floordiv"}) {
        check_error(of(type, i32({2}, {1, 2}), i32({2}, {1, 0})).run(), errc::bad_argument,
                    "Integer division by zero encountered in (floor) divide. Please check the input value.");
        CHECK(of(type, i64({1}, {least}), i64({1}, {-1})).run());
    }
    check_error(of("elementwise_mod", f32({2}, {1, 2}), f32({3}, {1, 2, 3})).run(), errc::shape_mismatch);
}
