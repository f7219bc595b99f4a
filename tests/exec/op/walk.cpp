#include <wherry/exec/op/walk.hpp>

#include <support/check_error.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>

using namespace wherry;
using op::make_walk;

namespace {
const op_failure context("conv2d");
constexpr std::array<std::int32_t, 2> ones{1, 1}, threes{3, 3}, nothing{0, 0};
}  // namespace

TEST_CASE("padding that keeps the size, in front half of it") {
    const auto walk =
        make_walk(context, {7, 10}, {3, 4}, {.strides = ones, .paddings = threes, .dilations = threes, .padding_algorithm = "SAME"});
    REQUIRE(walk);
    CHECK(walk->along[0].before == 1);
    CHECK(walk->along[1].before == 1);
    CHECK(walk->along[1].after == 2);
    CHECK(walk->along[0].dilation == 1);
    const auto valid = make_walk(context, {7, 10}, {3, 4}, {.strides = ones, .paddings = threes, .padding_algorithm = "VALID"});
    REQUIRE(valid);
    CHECK(valid->along[0].before == 0);
}

TEST_CASE("numbers of a walk that are out of range") {
    using support::check_error;
    for (const std::int32_t wrong : {-1, 0, 1 << 20}) {
        const std::array<std::int32_t, 2> pair{1, wrong};
        check_error(make_walk(context, {7, 7}, {3, 3}, {.strides = pair, .paddings = nothing}), errc::bad_attribute);
        check_error(make_walk(context, {7, 7}, {3, 3}, {.strides = ones, .paddings = nothing, .dilations = pair}), errc::bad_attribute);
        if (wrong != 0) check_error(make_walk(context, {7, 7}, {3, 3}, {.strides = ones, .paddings = pair}), errc::bad_attribute);
    }
    const std::array<std::int32_t, 3> three{1, 1, 1};
    check_error(make_walk(context, {7, 7}, {3, 3}, {.strides = three, .paddings = nothing}), errc::bad_attribute);
    check_error(make_walk(context, {7, 7}, {3, 3}, {.strides = ones, .paddings = three}), errc::bad_attribute);
    check_error(make_walk(context, {std::int64_t{1} << 41, 7}, {3, 3}, {.strides = ones, .paddings = nothing}), errc::overflow);
    check_error(make_walk(context, {7, 7}, {3}, {.strides = ones, .paddings = nothing}), errc::shape_mismatch);
}

TEST_CASE("dims of an image, and of images from their parts") {
    CHECK(op::spatial_dims({2, 5, 6, 3}, true) == Shape{5, 6});
    CHECK(op::spatial_dims({2, 3, 5, 6}, false) == Shape{5, 6});
    CHECK(op::image_dims(2, 3, {5, 6}, true) == Shape{2, 5, 6, 3});
    CHECK(op::image_dims(2, 3, {5}, false) == Shape{2, 3, 5});
}
