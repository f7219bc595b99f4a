#include <wherry/exec/op/squeeze.hpp>

#include "op_case.hpp"

using namespace op_test;

namespace {
using ops = op_list<op::squeeze, op::squeeze_grad, op::squeeze2, op::squeeze2_grad, op::unsqueeze, op::unsqueeze_grad, op::unsqueeze2,
                    op::unsqueeze2_grad>;
using axes = sequence<std::int32_t>;
op_case of(std::string_view type, const axes& named, const Tensor& x) { return op_case(ops::table, type).in("X", x).attr("axes", named); }
Shape dims_of(const op_case& c) {
    const auto ran = c.run();
    REQUIRE(ran);
    return ran->at("Out").dims();
}
const Tensor x = some({1, 2, 1, 3, 1});
}  // namespace

TEST_CASE("axes of size 1 go, or come") {
    CHECK(dims_of(of("squeeze2", {}, x)) == Shape{2, 3});
    CHECK(dims_of(of("squeeze2", {0, -1}, x)) == Shape{2, 1, 3});
    CHECK(dims_of(of("squeeze2", {0, 0, 1}, x)) == Shape{2, 1, 3, 1});  // an axis of another size stays
    CHECK(dims_of(of("squeeze", {2}, x)) == Shape{1, 2, 3, 1});
    CHECK(dims_of(of("squeeze2", {0}, f32({}, {1}))) == Shape{});
    CHECK(dims_of(of("unsqueeze2", {0, 2}, some({2, 3}))) == Shape{1, 2, 1, 3});
    CHECK(dims_of(of("unsqueeze2", {-1}, some({2, 3}))) == Shape{2, 3, 1});
    CHECK(dims_of(of("unsqueeze", {0, 0}, some({2, 3}))) == Shape{1, 1, 2, 3});
    CHECK(of("unsqueeze2", {0}, x).run()->at("XShape").dims() == Shape{0, 1, 2, 1, 3, 1});
}

TEST_CASE("axes out of range are refused") {
    check_error(of("squeeze2", {5}, x).run(), errc::bad_attribute,
                "Each axis in Attr(axes) should be in the range of [-5, 4]But current axis is:5, input tensor's shape = [1, 2, 1, 3, 1].");
    check_error(of("unsqueeze2", {4}, some({2, 3})).run(), errc::bad_attribute,
                "The insert dimension value shoule not be larger than the dimension size of input tensor");
    check_error(of("unsqueeze2", {-4}, some({2, 3})).run(), errc::bad_attribute, "The insert dimension value should not be less than 0");
    check_error(of("unsqueeze2", {0, 0}, x).run(), errc::bad_dims, "The output tensor's rank should be less than 6.");
    check_error(of("unsqueeze2", {}, some({2})).in("AxesTensor", i32({1}, {0})).run(), errc::unsupported);
}

TEST_CASE("gradients have the dims of X") {
    for (const auto* type : {"squeeze", "squeeze2", "unsqueeze", "unsqueeze2"}) of(type, {0}, x).check_gradient({"X"});
}
