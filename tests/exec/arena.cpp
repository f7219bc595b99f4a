#include <doctest/doctest.h>

#include <wherry/exec/arena.hpp>

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

TEST_CASE("no two overlapping lives share a byte, whatever the sizes") {
    std::vector<arena_block> blocks;
    std::uint32_t state = 7;
    const auto next = [&](std::uint32_t below) { return (state = state * 1664525U + 1013904223U) / 65536U % below; };
    for (int i = 0; i < 200; ++i) {
        const auto first = next(100);
        blocks.push_back({next(5000), first, first + next(20)});
    }
    const auto total = wherry::place_in_arena(blocks);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        CHECK(blocks[i].offset % 64 == 0);
        CHECK(blocks[i].offset + blocks[i].size_bytes <= total);
        for (std::size_t j = 0; j < i; ++j) {
            const auto& a = blocks[i];
            const auto& b = blocks[j];
            const bool together = a.first_step <= b.last_step && b.first_step <= a.last_step;
            const bool apart = a.offset + a.size_bytes <= b.offset || b.offset + b.size_bytes <= a.offset;
            CHECK((!together || apart || a.size_bytes == 0 || b.size_bytes == 0));
        }
    }
}

TEST_CASE("nothing to place takes no bytes") {
    std::vector<arena_block> none;
    CHECK(wherry::place_in_arena(none) == 0);
}
