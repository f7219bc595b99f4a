#include <wherry/exec/op/strided.hpp>

#include <doctest/doctest.h>

using namespace wherry;

TEST_CASE("strides are the elements between neighbours along each axis") {
    const op::strides_of strides(Shape{2, 3, 4});
    CHECK(strides[0] == 12);
    CHECK(strides[1] == 4);
    CHECK(strides[2] == 1);
}
