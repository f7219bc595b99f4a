#include <doctest/doctest.h>
#include <wherry/tensor/tensor.hpp>
#include <wherry/tensor/to_string.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace wherry;

TEST_CASE("a tensor as text has its type, its dims and its elements in rows") {
    CHECK(to_string(Tensor::of<float>({2, 2}, {1, 2.5F, -3, 4})) == "float32 [2, 2]\n[[1, 2.5],\n [-3, 4]]");
    CHECK(to_string(Tensor::of<std::int64_t>({}, {7})) == "int64 []\n7");
    CHECK(to_string(Tensor::of<bool>({0, 3}, {})) == "bool [0, 3]\n[]");
    CHECK(to_string(Tensor::of<std::int32_t>({2, 1, 2}, {1, 2, 3, 4})) == "int32 [2, 1, 2]\n[[[1, 2]],\n [[3, 4]]]");
    CHECK(to_string(Tensor(DType::INT8, {1'000'000'000, 0})) == "int8 [1000000000, 0]\n[]");
    CHECK(to_string(Tensor()) == "not initialized");
    auto rows = Tensor::of<float>({3}, {1, 2, 3});
    rows.set_lod({{0, 1, 2}, {0, 2, 3}});
    CHECK(to_string(rows) == "float32 [3], lod [[0, 1, 2], [0, 2, 3]]\n[1, 2, 3]");
}

TEST_CASE("a large tensor as text shows its edges") {
    std::vector<std::int32_t> numbers(100 * 20);
    for (std::int32_t n = 0; auto& one : numbers) one = n++;
    CHECK(to_string(Tensor::of<std::int32_t>({100, 20}, numbers)) == "int32 [100, 20]\n"
                                                                     "[[0, 1, 2, ..., 17, 18, 19],\n"
                                                                     " [20, 21, 22, ..., 37, 38, 39],\n"
                                                                     " [40, 41, 42, ..., 57, 58, 59],\n"
                                                                     " ...,\n"
                                                                     " [1940, 1941, 1942, ..., 1957, 1958, 1959],\n"
                                                                     " [1960, 1961, 1962, ..., 1977, 1978, 1979],\n"
                                                                     " [1980, 1981, 1982, ..., 1997, 1998, 1999]]");
    CHECK(to_string(Tensor::of<std::int32_t>({400, 5}, numbers)).starts_with("int32 [400, 5]\n[[0, 1, 2, 3, 4],\n"));
    const std::vector<std::int32_t> thousand(1000);
    CHECK(to_string(Tensor::of<std::int32_t>({1000}, thousand)).find("...") == std::string::npos);
}

TEST_CASE("an array whose bytes are not those of its dims shows none of them") {
    const auto tensor = Tensor::of<float>({2}, {1, 2});
    auto ref = tensor.ref("w");
    ref.dims = {3};
    CHECK(to_string(ref) == "float32 [3], 8 bytes");
    ref.dims = {-1};
    CHECK(to_string(ref) == "float32 [-1], 8 bytes");
}
