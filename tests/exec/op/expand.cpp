#include <wherry/exec/op/expand.hpp>

#include "op_case.hpp"

#include <limits>

using namespace op_test;

namespace {
using ops = op_list<op::expand, op::expand_grad, op::tile, op::tile_grad, op::expand_v2, op::expand_v2_grad, op::expand_as_v2,
                    op::expand_as_v2_grad, op::expand_as, op::expand_as_grad>;
using list = sequence<std::int32_t>;
const Tensor column = i32({2, 1}, {1, 2});
op_case of(std::string_view type, std::string_view attribute, const list& numbers, const Tensor& x = column) {
    return op_case(ops::table, type).in("X", x).attr(attribute, numbers);
}
Tensor out_of(const op_case& c) {
    const auto ran = c.run();
    REQUIRE(ran);
    return ran->at("Out");
}
constexpr auto most = std::numeric_limits<std::int32_t>::max();
}  // namespace

TEST_CASE("tensors repeated so many times, or to given dims") {
    CHECK(out_of(of("expand", "expand_times", {1, 3})) == i32({2, 3}, {1, 1, 1, 2, 2, 2}));
    CHECK(out_of(of("tile", "repeat_times", {2})) == i32({2, 2}, {1, 1, 2, 2}));
    CHECK(out_of(of("tile", "repeat_times", {2, 1, 1})) == i32({2, 2, 1}, {1, 2, 1, 2}));
    CHECK(out_of(of("expand_v2", "shape", {2, -1, 2})) == i32({2, 2, 2}, {1, 1, 2, 2, 1, 1, 2, 2}));
    CHECK(out_of(of("expand_as_v2", "target_shape", {2, 2})) == i32({2, 2}, {1, 1, 2, 2}));
    CHECK(out_of(op_case(ops::table, "expand_as_v2").in("X", column).in("Y", f32({2, 2}, {0, 0, 0, 0}))) == i32({2, 2}, {1, 1, 2, 2}));
    CHECK(out_of(op_case(ops::table, "expand_as").in("X", column).in("target_tensor", Tensor(DType::FP32, {4, 1}))) ==
          i32({4, 1}, {1, 2, 1, 2}));
    CHECK(out_of(of("tile", "repeat_times", {3, 2}, f32({0, 2}, {}))).dims() == Shape{0, 4});
}

TEST_CASE("impossible repetitions are refused") {
    check_error(of("expand", "expand_times", {2}).run(), errc::bad_attribute);
    check_error(of("expand", "expand_times", {0, 1}).run(), errc::bad_attribute);
    check_error(of("tile", "repeat_times", {-2}).run(), errc::bad_attribute);
    check_error(of("tile", "repeat_times", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}).run(), errc::bad_dims);
    check_error(op_case(ops::table, "tile")
                    .in("X", tensor_meta{DType::FP32, {std::int64_t{1} << 40}})
                    .attr("repeat_times", list{most})
                    .infer(false),
                errc::overflow);
    check_error(of("expand_v2", "shape", {3, 1}).run(), errc::shape_mismatch,
                "The value (2) of the non-singleton dimension does not match the corresponding value (3) in shape for expand_v2 op.");
    check_error(of("expand_v2", "shape", {2}).run(), errc::shape_mismatch,
                "The number of elements (1) of 'shape' for expand_v2 op must be greater than or equal to the rank (2) of the input.");
    check_error(of("expand_v2", "shape", {-1, 2, 1}).run(), errc::bad_attribute);
    check_error(of("expand_v2", "shape", {-2, 1}).run(), errc::bad_attribute);
    check_error(of("expand_v2", "shape", {2, 2}).in("Shape", i32({2}, {2, 2})).run(), errc::unsupported);
    check_error(op_case(ops::table, "expand_as").in("X", column).in("target_tensor", Tensor(DType::FP32, {3, 1})).run(),
                errc::shape_mismatch);
    check_error(op_case(ops::table, "expand_as").in("X", f32({0}, {})).in("target_tensor", Tensor(DType::FP32, {3})).run(),
                errc::shape_mismatch);
}

TEST_CASE("gradients are sums over what was repeated") {
    of("expand", "expand_times", {2, 3}, some({2, 2})).check_gradient({"X"});
    of("tile", "repeat_times", {2, 1, 3}, some({2, 2})).check_gradient({"X"});
    of("expand_v2", "shape", {3, 2, 4}, some({2, 1})).check_gradient({"X"});
    of("expand_as_v2", "target_shape", {2, 4}, some({2, 1})).check_gradient({"X"});
    op_case(ops::table, "expand_as").in("X", some({1, 2})).in("target_tensor", some({3, 4})).check_gradient({"X"});
    check_error(op_case(ops::table, "tile_grad").in("X", some({2})).in("Out@GRAD", some({5})).attr("repeat_times", list{2}).run(),
                errc::shape_mismatch);
}
