#include <wherry/exec/op_failure.hpp>

#include <doctest/doctest.h>

using namespace wherry;

TEST_CASE("the error of an operator's context names the operator") {
    const op_failure context("mul");
    const error plain = context.fail(errc::shape_mismatch, "sizes differ", "3", "4");
    CHECK(plain.code == errc::shape_mismatch);
    CHECK(plain.message == "sizes differ");
    CHECK(plain.op == "mul");
    CHECK(plain.expected == "3");
    CHECK(plain.found == "4");
    const error joined = context.fail(errc::bad_dims, {"dim ", "2", " is bad"});
    CHECK(joined.message == "dim 2 is bad");
    CHECK(joined.op == "mul");
    CHECK(joined.expected.empty());
}
