#include <wherry/exec/op/slice.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::slice, op::slice_grad, op::strided_slice, op::strided_slice_grad>;
using list = sequence<std::int32_t>;
const Tensor x = i32({2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
op_case sliced(const list& axes, const list& starts, const list& ends, const Tensor& from = x) {
    return op_case(ops::table, "slice").in("Input", from).attr("axes", axes).attr("starts", starts).attr("ends", ends).version(paddle_26);
}
op_case stepped(std::int32_t start, std::int32_t end, std::int32_t stride, const Tensor& from = x) {
    return op_case(ops::table, "strided_slice")
        .in("Input", from)
        .attr("axes", list{1})
        .attr("starts", list{start})
        .attr("ends", list{end})
        .attr("strides", list{stride})
        .version(paddle_26);
}
Tensor out_of(const op_case& c) {
    const auto ran = c.run();
    REQUIRE(ran);
    return ran->at("Out");
}
}  // namespace

TEST_CASE("neighbours along some axes") {
    CHECK(out_of(sliced({1}, {1}, {3})) == i32({2, 2, 2}, {2, 3, 4, 5, 8, 9, 10, 11}));
    CHECK(out_of(sliced({0, 2}, {-1, 0}, {100, 1})) == i32({1, 3, 1}, {6, 8, 10}));
    CHECK(out_of(sliced({}, {}, {})) == x);
    CHECK(out_of(sliced({1}, {5}, {100})).dims() == Shape{2, 0, 2});
    CHECK(out_of(sliced({1}, {1}, {2}).attr("decrease_axis", list{1})) == i32({2, 2}, {2, 3, 8, 9}));
    const auto all = sliced({0, 1, 2}, {1, 1, 1}, {2, 2, 2}).attr("decrease_axis", list{0, 1, 2});
    CHECK(out_of(all) == i32({}, {9}));
    CHECK(out_of(op_case(all).version(fluid_18)) == i32({1}, {9}));
}

TEST_CASE("every so many elements, backwards too") {
    CHECK(out_of(stepped(0, 3, 2)) == i32({2, 2, 2}, {0, 1, 4, 5, 6, 7, 10, 11}));
    CHECK(out_of(stepped(2, 0, -1)) == i32({2, 2, 2}, {4, 5, 2, 3, 10, 11, 8, 9}));
    CHECK(out_of(stepped(100, -1, -2)) == i32({2, 2, 2}, {4, 5, 0, 1, 10, 11, 6, 7}));
    CHECK(out_of(stepped(-1, -100, -1)).dims() == Shape{2, 2, 2});  // 2.6.2 stops before the first element
    CHECK(out_of(stepped(-1, -100, -1).version(fluid_18)).dims() == Shape{2, 3, 2});
    CHECK(out_of(stepped(-1, -3, -2).version(fluid_18)) == i32({2, 1, 2}, {2, 3, 8, 9}));  // 2.6.2 takes the last one
    CHECK(out_of(stepped(-1, -3, -2)) == i32({2, 1, 2}, {4, 5, 10, 11}));
    CHECK(out_of(stepped(5, 9, 1)).count() == 0);  // 2.6.2 invents elements
    constexpr auto least = std::numeric_limits<std::int32_t>::min();
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    CHECK(out_of(stepped(least, most, most)) == i32({2, 1, 2}, {0, 1, 6, 7}));
    CHECK(out_of(stepped(most, least, least)).dims() == Shape{2, 1, 2});
}

TEST_CASE("impossible windows are refused in the words of Paddle 2.6.2") {
    check_error(sliced({1}, {2}, {1}).run(), errc::bad_attribute,
                "When step > 0, end should be greater than start, but received end = 1, start = 2.");
    check_error(sliced({1}, {2}, {2}).version(fluid_18).run(), errc::bad_attribute, "end should greater than start");
    check_error(sliced({3}, {0}, {1}).run(), errc::bad_attribute,
                "The axis value should be less than the rank of input, but received axes[0] = 3, rank of input is 3.");
    check_error(sliced({1}, {0, 1}, {1}).run(), errc::bad_attribute, "The size of starts must be equal to the size of axes.");
    check_error(sliced({1}, {0}, {1, 2}).run(), errc::bad_attribute, "The size of ends must be equal to the size of axes.");
    check_error(sliced({1}, {0}, {2}).attr("decrease_axis", list{1}).run(), errc::bad_attribute);
    check_error(sliced({1}, {0}, {1}).attr("decrease_axis", list{9}).run(), errc::bad_attribute);
    check_error(sliced({1}, {0}, {1}).in("StartsTensor", i32({1}, {0})).run(), errc::unsupported);
    check_error(stepped(0, 3, 0).run(), errc::bad_attribute, "stride index in StridedSlice operator is 0.");
    check_error(stepped(0, 2, -1).run(), errc::bad_attribute, "The start index and end index are invalid for their corresponding stride.");
    check_error(sliced({0}, {0}, {1}, i32({}, {1})).run(), errc::bad_attribute);
}

TEST_CASE("unknown dims stay unknown where a slice cuts them") {
    const auto metas = op_case(ops::table, "slice")
                           .in("Input", tensor_meta{DType::FP32, {-1, -1, 4}, 1})
                           .attr("axes", list{1})
                           .attr("starts", list{0})
                           .attr("ends", list{2})
                           .infer();
    REQUIRE(metas);
    CHECK(metas->at("Out").dims == Shape{-1, -1, 4});
    CHECK(metas->at("Out").lod_level == 1);
}

TEST_CASE("gradients are 0 outside of the slice") {
    sliced({1}, {1}, {3}, some({2, 3, 2})).check_gradient({"Input"});
    sliced({0, 1}, {1, 0}, {2, 2}, some({2, 3, 2})).attr("decrease_axis", list{0}).check_gradient({"Input"});
    stepped(2, -1, -2, some({2, 3, 2})).check_gradient({"Input"});
}
