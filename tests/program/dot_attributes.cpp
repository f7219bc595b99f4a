#include <doctest/doctest.h>

#include <wherry/program/dot_attributes.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace wherry;

namespace {
std::vector<std::string> shown_of(std::string_view type, std::vector<Attr> attrs) {
    Operator op;
    op.desc().type = type;
    op.desc().attrs = sequence<Attr>(attrs.begin(), attrs.end());
    const auto shown = shown_attributes(op);
    return {shown.begin(), shown.end()};
}
using shown_lines = std::vector<std::string>;
using int_list = sequence<std::int32_t>;
}  // namespace

TEST_CASE("strides, paddings, axes and sizes are shown, roles and devices are not") {
    CHECK(shown_of("conv2d", {make_attr("strides", int_list{2, 1}), make_attr("paddings", int_list{0, 0}),
                              make_attr("dilations", int_list{1, 1}), make_attr("groups", std::int32_t{1}),
                              make_attr("op_role", std::int32_t{0}), make_attr("op_callstack", sequence<std::string>{"a.py"}),
                              make_attr("use_cudnn", true)}) == shown_lines{"paddings=[0, 0]", "strides=[2, 1]"});
    CHECK(shown_of("conv2d", {make_attr("dilations", int_list{2, 1}), make_attr("groups", std::int32_t{32})}) ==
          shown_lines{"dilations=[2, 1]", "groups=32"});
    CHECK(shown_of("concat", {make_attr("axis", std::int32_t{-1})}) == shown_lines{"axis=-1"});
    CHECK(shown_of("elementwise_add", {make_attr("axis", std::int32_t{-1})}).empty());
    CHECK(shown_of("elementwise_add", {make_attr("axis", std::int32_t{1})}) == shown_lines{"axis=1"});
    CHECK(shown_of("matmul", {make_attr("transpose_X", false), make_attr("transpose_Y", true), make_attr("alpha", 1.0F)}) ==
          shown_lines{"transpose_Y=true"});
    CHECK(shown_of("scale", {make_attr("scale", 0.125F), make_attr("bias", 0.0F)}) == shown_lines{"scale=0.125"});
    CHECK(shown_of("interp", {make_attr("scale", sequence<float>{})}).empty());
    CHECK(shown_of("fill_constant", {make_attr("dtype", std::int32_t{3}), make_attr("shape", sequence<std::int64_t>{2, 3})}) ==
          shown_lines{"dtype=int64", "shape=[2, 3]"});
    CHECK(shown_of("cast", {make_attr("out_dtype", std::int32_t{999})}) == shown_lines{"out_dtype=999"});
}

TEST_CASE("a list of more than eight says how many it has") {
    CHECK(shown_of("reshape", {make_attr("shape", sequence<std::int64_t>(8, 1))}) == shown_lines{"shape=[1, 1, 1, 1, 1, 1, 1, 1]"});
    CHECK(shown_of("reshape", {make_attr("shape", sequence<std::int64_t>(1000, 1))}) ==
          shown_lines{"shape=[1, 1, 1, 1, 1, 1, 1, 1, ... 1000 in all]"});
}

TEST_CASE("numbers that Paddle 3 writes as scalars are shown as numbers, and what is no number or text is not") {
    Attr scalar;
    scalar.name = "value";
    scalar.type = AttrType::SCALAR;
    wire::Scalar<> half;
    half.type = wire::Scalar<>::Type::FLOAT64;
    half.r = 0.5;
    scalar.more->scalar = half;
    CHECK(shown_of("fill", {scalar}) == shown_lines{"value=0.5"});
    Attr block;
    block.name = "value";
    block.type = AttrType::BLOCK;
    block.more->block_idx = 1;
    CHECK(shown_of("fill", {block}).empty());
}
