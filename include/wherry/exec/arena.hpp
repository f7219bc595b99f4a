#ifndef WHERRY_EXEC_ARENA_HPP
#define WHERRY_EXEC_ARENA_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wherry::inline WHERRY_ABI {

/// One temporary: how large it is, and the first and last step that need it. `offset` is the answer.
struct arena_block {
    std::uint64_t size_bytes = 0;
    std::uint32_t first_step = 0;
    std::uint32_t last_step = 0;
    std::uint64_t offset = 0;
};

/// Where each temporary lies in one arena, so that two that live at the same time never overlap: first fit, the
/// largest first, ties in order of their first step. Offsets are multiples of 64.
/// Returns the bytes of the whole arena.
inline std::uint64_t place_in_arena(std::span<arena_block> blocks) {
    constexpr std::uint64_t alignment = 64;
    sequence<arena_block*> order;
    order.reserve(blocks.size());
    for (auto& block : blocks) {
        block.size_bytes = (block.size_bytes + alignment - 1) / alignment * alignment;
        order.push_back(&block);
    }
    std::sort(order.begin(), order.end(), [](const arena_block* a, const arena_block* b) {
        if (a->size_bytes != b->size_bytes) return a->size_bytes > b->size_bytes;
        return a->first_step != b->first_step ? a->first_step < b->first_step : a < b;
    });
    sequence<const arena_block*> placed;  // sorted by offset
    std::uint64_t total = 0;
    for (auto* block : order) {
        std::uint64_t offset = 0;
        for (const auto* other : placed) {
            const bool together = other->first_step <= block->last_step && block->first_step <= other->last_step;
            if (!together) continue;
            if (offset + block->size_bytes <= other->offset) break;
            offset = std::max(offset, other->offset + other->size_bytes);
        }
        block->offset = offset;
        total = std::max(total, offset + block->size_bytes);
        placed.insert(std::upper_bound(placed.begin(), placed.end(), block,
                                       [](const arena_block* a, const arena_block* b) { return a->offset < b->offset; }),
                      block);
    }
    return total;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
