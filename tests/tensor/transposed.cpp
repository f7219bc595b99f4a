#include <support/check_error.hpp>
#include <wherry/tensor/transposed.hpp>

#include <cstdint>

using namespace wherry;

TEST_CASE("rows and columns are exchanged, in any element type, and twice is nothing") {
    const auto matrix = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
    const auto turned = transposed(matrix.ref("w"));
    REQUIRE(turned);
    CHECK(*turned == Tensor::of<float>({3, 2}, {1, 4, 2, 5, 3, 6}));
    CHECK(*transposed(turned->ref("w")) == matrix);
    CHECK(*transposed(Tensor::of<std::int8_t>({1, 3}, {7, 8, 9}).ref("w")) == Tensor::of<std::int8_t>({3, 1}, {7, 8, 9}));
    CHECK(*transposed(Tensor::of<double>({2, 2}, {1, 2, 3, 4}).ref("w")) == Tensor::of<double>({2, 2}, {1, 3, 2, 4}));
    CHECK(transposed(Tensor(DType::FP32, {0, 3}).ref("w"))->dims() == Shape{3, 0});
}

TEST_CASE("an array that is not a matrix is not transposed") {
    const auto cube = Tensor::of<float>({1, 1, 2}, {1, 2});
    support::check_error(transposed(cube.ref("w")), errc::bad_dims);
    support::check_error(transposed(Tensor::of<float>({2}, {1, 2}).ref("w")), errc::bad_dims);
    const auto matrix = Tensor::of<float>({1, 2}, {1, 2});
    auto cut = matrix.ref("w");
    cut.bytes = cut.bytes.first(7);
    support::check_error(transposed(cut), errc::bad_desc);
}
