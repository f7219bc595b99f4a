#include <doctest/doctest.h>

#include <wherry/exec/arena.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

using wherry::arena_block;

TEST_CASE("two temporaries that live together do not overlap, two that do not share the same bytes") {
    std::vector<arena_block> blocks = {{100, 0, 1}, {100, 1, 2}, {100, 2, 3}};
    CHECK(wherry::place_in_arena(blocks) == 256);  // 100 bytes take 128
    CHECK(blocks[0].offset != blocks[1].offset);
    CHECK(blocks[1].offset != blocks[2].offset);
    CHECK(blocks[0].offset == blocks[2].offset);
}

TEST_CASE("a chain of layers needs only its largest neighbours") {
    std::vector<arena_block> blocks;
    for (std::uint32_t i = 0; i < 20; ++i) blocks.push_back({256, i, i + 1});
    CHECK(wherry::place_in_arena(blocks) == 512);
}

namespace {
std::vector<arena_block> random_blocks(int count, std::uint32_t steps, std::uint32_t longest) {
    std::vector<arena_block> blocks;
    std::uint32_t state = 7;
    const auto next = [&](std::uint32_t below) { return (state = state * 1664525U + 1013904223U) / 65536U % below; };
    for (int i = 0; i < count; ++i) {
        const auto first = next(steps);
        blocks.push_back({next(5000), first, first + next(longest)});
    }
    return blocks;
}
}  // namespace

TEST_CASE("no two overlapping lives share a byte, whatever the sizes, of few and of many") {
    for (const int count : {200, 2000}) {
        auto blocks = random_blocks(count, 100, 20);
        blocks.push_back({0, 3, 4});
        const auto total = wherry::place_in_arena(blocks);
        bool apart_all = true;
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            CHECK(blocks[i].offset % 64 == 0);
            CHECK(blocks[i].offset + blocks[i].size_bytes <= total);
            for (std::size_t j = 0; j < i; ++j) {
                const auto& a = blocks[i];
                const auto& b = blocks[j];
                const bool together = a.first_step <= b.last_step && b.first_step <= a.last_step;
                const bool apart = a.offset + a.size_bytes <= b.offset || b.offset + b.size_bytes <= a.offset;
                apart_all = apart_all && (!together || apart || a.size_bytes == 0 || b.size_bytes == 0);
            }
        }
        CHECK(apart_all);
    }
}

TEST_CASE("many temporaries take hardly more than those that live at once") {
    auto blocks = random_blocks(20000, 20000, 2000);
    std::vector<std::int64_t> change(22002);
    for (const auto& block : blocks) {
        const auto size_bytes = static_cast<std::int64_t>((block.size_bytes + 63) / 64 * 64);
        change[block.first_step] += size_bytes;
        change[block.last_step + 1] -= size_bytes;
    }
    std::int64_t live = 0;
    std::int64_t most = 0;
    for (const auto bytes : change) most = std::max(most, live += bytes);
    const auto total = wherry::place_in_arena(blocks);
    CHECK(total >= static_cast<std::uint64_t>(most));
    CHECK(total < static_cast<std::uint64_t>(most) * 11 / 10);
}

TEST_CASE("a hundred thousand that all live at once lie side by side") {
    // Those of a training program do, and of a program that somebody made for this: comparing pairs takes minutes.
    std::vector<arena_block> blocks;
    for (std::uint32_t i = 0; i < 100'000; ++i) blocks.push_back({64 * (1 + i % 10), i, 200'000 - i});
    CHECK(wherry::place_in_arena(blocks) == 100'000 / 10 * 64 * 55);
}

TEST_CASE("nothing to place takes no bytes") {
    std::vector<arena_block> none;
    CHECK(wherry::place_in_arena(none) == 0);
}
