#include <wherry/exec/op/images.hpp>

#include <doctest/doctest.h>

TEST_CASE("op::images is a list of its own: whoever needs a convolution names no more") {
    for (const auto* type : {"conv2d", "pool2d", "batch_norm"}) CHECK_MESSAGE(wherry::find_op(wherry::op::images::table, type), type);
    CHECK(!wherry::find_op(wherry::op::images::table, "mul"));
}
