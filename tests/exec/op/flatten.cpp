#include <wherry/exec/op/flatten.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::flatten, op::flatten_grad, op::flatten2, op::flatten2_grad, op::flatten_contiguous_range,
                    op::flatten_contiguous_range_grad>;
op_case flat(std::int32_t axis, const Tensor& x, std::string_view type = "flatten2") {
    return op_case(ops::table, type).in("X", x).attr("axis", axis);
}
op_case joined(std::int32_t first, std::int32_t last, const Tensor& x) {
    return op_case(ops::table, "flatten_contiguous_range").in("X", x).attr("start_axis", first).attr("stop_axis", last);
}
const Tensor x = some({1, 2, 3, 2});
}  // namespace

TEST_CASE("a matrix of the axes before one and the others") {
    const auto out = flat(2, x).run();
    REQUIRE(out);
    CHECK(out->at("Out").dims() == Shape{2, 6});
    CHECK(std::equal(x.bytes().begin(), x.bytes().end(), out->at("Out").bytes().begin()));
    CHECK(out->at("XShape").dims() == Shape{0, 1, 2, 3, 2});
    CHECK(flat(0, x, "flatten").run()->at("Out").dims() == Shape{1, 12});
    CHECK(flat(4, x).run()->at("Out").dims() == Shape{12, 1});
    CHECK(flat(0, f32({}, {1})).version(paddle_26).run()->at("Out").dims() == Shape{1});
}

TEST_CASE("some neighbouring axes as one") {
    CHECK(joined(1, 2, x).run()->at("Out").dims() == Shape{1, 6, 2});
    CHECK(joined(-3, -1, x).run()->at("Out").dims() == Shape{1, 12});
    CHECK(joined(0, 0, f32({}, {1})).run()->at("Out").dims() == Shape{1});
    const auto metas = op_case(ops::table, "flatten_contiguous_range")
                           .in("X", tensor_meta{DType::FP32, {-1, 3, 4}, 1})
                           .attr("start_axis", 1)
                           .attr("stop_axis", 2)
                           .infer();
    REQUIRE(metas);
    CHECK(metas->at("Out").dims == Shape{-1, 12});
    CHECK(metas->at("Out").lod_level == 1);
}

TEST_CASE("axes out of range are refused in the words of Paddle 2.6.2") {
    check_error(flat(5, x).run(), errc::bad_attribute, "The axis should be less than or equal to input tensor's rank");
    check_error(flat(-1, x).run(), errc::bad_attribute, "The axis should be greater than or equal to 0.");
    check_error(joined(2, 1, x).run(), errc::bad_attribute);
    check_error(joined(0, 4, x).run(), errc::bad_attribute);
    check_error(joined(-5, 1, x).run(), errc::bad_attribute);
    const auto huge = tensor_meta{DType::FP32, {std::int64_t{1} << 62, 4, 0}};
    check_error(op_case(ops::table, "flatten2").in("X", huge).attr("axis", 2).infer(false), errc::overflow);
}

TEST_CASE("gradients have the dims of X") {
    flat(2, x).check_gradient({"X"});
    flat(2, x, "flatten").check_gradient({"X"});
    joined(1, 2, x).check_gradient({"X"});
    check_error(op_case(ops::table, "flatten2_grad").in("XShape", Tensor(DType::FP32, {0, 2, 3})).in("Out@GRAD", f32({2}, {1, 2})).run(),
                errc::shape_mismatch);
}
