#include <wherry/exec/row_block.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

using namespace wherry;

TEST_CASE("a block of rows holds ids and rows, and walks them in the table's order") {
    constexpr std::size_t capacity = 3, width = 2;
    alignas(64) std::array<std::byte, row_block::size_bytes(capacity, width * sizeof(float))> memory;
    const row_block block(memory.data(), capacity);
    const std::array<std::int64_t, 3> ids{7, 1, 7};
    const std::array<float, 6> g{1, 2, 3, 4, 10, 20};
    block.count() = kernel::lookup_grad_rows<float>(width, ids, g, block.places(), block.ids(), block.values<float>(width));
    CHECK(block.count() == 2);
    std::vector<float> walked;
    block.each_row<float>(width, [&](std::size_t at, std::span<const float> row) {
        walked.push_back(static_cast<float>(at));
        walked.insert(walked.end(), row.begin(), row.end());
    });
    CHECK(walked == std::vector<float>{2, 3, 4, 14, 11, 22});
    std::vector<float> whole(2000, 1);
    block.each_row_and_between<float>(width, whole.size(), [&](std::size_t at, std::span<const float> row) {
        for (std::size_t i = 0; i < row.size(); ++i) whole[at + i] = row[i];
    });
    for (std::size_t i = 0; i < whole.size(); ++i) {
        const bool there = i / width == 1 || i / width == 7;
        CHECK(std::signbit(whole[i]) == !there);
    }
    CHECK(whole[14] == 11);
}
