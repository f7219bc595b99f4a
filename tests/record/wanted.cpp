#include <doctest/doctest.h>
#include <wherry/record/wanted.hpp>

#include <cstdint>

using namespace wherry;

TEST_CASE("a wanted array has the form that was asked for, or any form") {
    const indexed_tensor found{{DType::INT64, Shape{2, 3}, {}, 48, 30}, 7};
    const auto check = [&](const array_form& form) { return check_shape({.name = "w", .form = &form}, found, "file"); };
    CHECK(check_shape({.name = "w"}, found, "file"));
    CHECK(check({DType::INT64, {2, 3}}));
    CHECK(check({DType::INT64, {6}, true}));
    CHECK(check({DType::INT64, {6}}).error().code == errc::shape_mismatch);
    const auto count = check({DType::INT64, {7}, true}).error();
    CHECK(count.code == errc::shape_mismatch);
    CHECK(count.offset == 7);
    CHECK(count.variable == "w");
    CHECK(count.file == "file");
    CHECK(count.expected == "[7]");
    CHECK(count.found == "[2, 3]");
    CHECK(check({DType::INT32, {2, 3}}).error().code == errc::dtype_mismatch);
}
