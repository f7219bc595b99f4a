#include <wherry/tensor/selected_rows.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace wherry;

TEST_CASE("a whole array has the rows that are not -0.0 alone") {
    const auto whole = Tensor::of<float>({4, 2}, {-0.0F, -0.0F, 0, -0.0F, -0.0F, -0.0F, 3, 4});
    const SelectedRows expected{{1, 3}, 4, Tensor::of<float>({2, 2}, {0, -0.0F, 3, 4})};
    CHECK(*present_rows(whole) == expected);
    const auto doubles = Tensor::of<double>({2, 1, 2}, {5, 6, -0.0, -0.0});
    CHECK(*present_rows(doubles) == SelectedRows{{0}, 2, Tensor::of<double>({1, 1, 2}, {5, 6})});
}

TEST_CASE("arrays without -0.0 keep all rows; no rows and no dims give none") {
    const auto ids = Tensor::of<std::int64_t>({2, 1}, {0, 9});
    CHECK(*present_rows(ids) == SelectedRows{{0, 1}, 2, ids});
    const auto absent = *present_rows(Tensor::of<float>({2, 1}, {-0.0F, -0.0F}));
    CHECK(absent == SelectedRows{{}, 2, Tensor(DType::FP32, {0, 1})});
    CHECK(*present_rows(Tensor(DType::FP32, {0, 3})) == SelectedRows{{}, 0, Tensor(DType::FP32, {0, 3})});
    CHECK(present_rows(Tensor(DType::FP32, {3, 0}))->height == 3);
    CHECK_FALSE(present_rows(Tensor::of<float>({}, {1}))->value.is_initialized());
}

TEST_CASE("rows are borrowed with their values, and no LoD") {
    SelectedRows held{{1, 0}, 2, Tensor::of<float>({2, 1}, {5, 6})};
    held.value.set_lod({{0, 1, 2}});
    const auto ref = held.ref("g");
    CHECK(ref.rows == &held);
    CHECK(ref.lod == nullptr);
    CHECK(ref.name == "g");
    CHECK(ref.bytes.data() == held.value.bytes().data());
}
