#include <wherry/tensor/shared_blocks.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

using namespace wherry;

TEST_CASE("small tensors lie in blocks at multiples of 64, large ones alone; elements stay when the blocks go") {
    std::vector<Tensor> made;
    {
        shared_blocks blocks;
        for (std::int64_t i = 0; i < 5000; ++i) {
            auto& one = made.emplace_back(blocks.make(DType::INT64, {i % 7 + 1, 3}));
            for (auto& element : one.elements<std::int64_t>()) element = i;
        }
        CHECK_FALSE(blocks.make(DType::INT8, {shared_blocks::small_bytes + 1}).is_lent());
        CHECK(blocks.make(DType::INT8, {shared_blocks::small_bytes}).is_lent());
        CHECK(blocks.make(DType::FP32, {0, 3}).dims() == Shape{0, 3});
        CHECK(blocks.make(DType::FP32, {0, 3}).bytes().empty());
    }
    bool good = true;
    for (std::int64_t i = 0; i < 5000; ++i) {
        const auto& one = made[static_cast<std::size_t>(i)];
        good = good && one.is_lent() && one.dims() == Shape{i % 7 + 1, 3} &&
               reinterpret_cast<std::uintptr_t>(one.bytes().data()) % 64 == 0;  // NOLINT: the address is what matters
        for (const auto element : one.elements<std::int64_t>()) good = good && element == i;
    }
    CHECK(good);
    made[1].resize(DType::INT64, {100});  // outgrows its place
    CHECK_FALSE(made[1].is_lent());
    CHECK(made[2].elements<std::int64_t>()[8] == 2);
}
