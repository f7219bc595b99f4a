#include <wherry/exec/op/pool.hpp>

#include "op_case.hpp"

using namespace op_test;

// Every attribute is compared with the real 1.8.5 and 2.6.2 by tests/oracle/op_cases.

namespace {
using ops = op_list<op::pool2d, op::pool3d>;
using numbers = sequence<std::int32_t>;
op_case pool_of(std::string type) {
    return op_case(ops::table, "pool2d")
        .in("X", f32({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6}))
        .attr("pooling_type", std::move(type))
        .attr("ksize", numbers{2, 2});
}
}  // namespace

TEST_CASE("pool2d") {
    const auto max = pool_of("max").run();
    REQUIRE(max);
    check_values<float>(max->at("Out"), {5, 6});
    const auto all = pool_of("avg").attr("global_pooling", true).run();
    REQUIRE(all);
    CHECK(all->at("Out").dims() == Shape{1, 1, 1, 1});
    check_values<float>(all->at("Out"), {3.5F});
    const auto last = pool_of("avg").attr("ceil_mode", true).attr("strides", numbers{2, 2}).run();
    REQUIRE(last);
    check_values<float>(last->at("Out"), {3, 4.5F});
}

TEST_CASE("pool2d knows what can be known of its dims while a program is built") {
    const auto known = op_case(ops::table, "pool2d")
                           .in("X", tensor_meta{DType::FP32, {-1, 3, -1, 8}})
                           .attr("pooling_type", std::string("avg"))
                           .attr("ksize", numbers{2, 2})
                           .infer();
    REQUIRE(known);
    CHECK(known->at("Out").dims == Shape{-1, 3, -1, 7});
}

TEST_CASE("pool2d refuses operands that do not fit") {
    check_error(pool_of("sum").run(), errc::bad_attribute);
    check_error(pool_of("max").attr("ksize", numbers{0, 2}).run(), errc::bad_attribute);
    check_error(pool_of("max").attr("ksize", numbers{2}).run(), errc::bad_attribute);
    check_error(pool_of("max").attr("strides", numbers{0, 1}).run(), errc::bad_attribute);
    check_error(pool_of("max").attr("paddings", numbers{2, 0}).run(), errc::bad_attribute);
    check_error(pool_of("max").attr("ksize", numbers{3, 2}).run(), errc::shape_mismatch);
    check_error(pool_of("avg").attr("adaptive", true).attr("ksize", numbers{1, 0}).run(), errc::bad_attribute);
    check_error(op_case(ops::table, "pool3d").in("X", f32({1, 1, 1, 1}, {1})).attr("pooling_type", std::string("avg")).run(),
                errc::shape_mismatch);
    check_error(op_case(ops::table, "pool2d")
                    .in("X", i32({1, 1, 1, 1}, {1}))
                    .attr("pooling_type", std::string("avg"))
                    .attr("ksize", numbers{1, 1})
                    .run(),
                errc::dtype_mismatch);
}
