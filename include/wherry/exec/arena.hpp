#ifndef WHERRY_EXEC_ARENA_HPP
#define WHERRY_EXEC_ARENA_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <bit>
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

namespace detail {
/// Bytes of an arena that nobody has from one step to another.
struct arena_gap {
    std::uint64_t offset = 0;
    std::uint64_t size_bytes = 0;
    std::uint32_t first_step = 0;
    std::uint32_t last_step = 0;
};

/// Gaps that are all large enough: asked for steps only. A tree over the first step, whose nodes know the latest last step below.
class arena_gaps {
  public:
    explicit arena_gaps(std::uint32_t step_count)
        : leaves_(std::bit_ceil(std::size_t{step_count})), by_first_(leaves_), until_(2 * leaves_) {}

    void add(const arena_gap& gap) {
        auto& held = by_first_[gap.first_step];
        held.push_back(gap);
        std::push_heap(held.begin(), held.end(), ends_before);
        update(gap.first_step);
    }
    /// Takes out a gap that holds these steps, the one that starts last. False when there is none.
    bool take(std::uint32_t first_step, std::uint32_t last_step, arena_gap& taken) {
        const std::uint32_t wanted = last_step + 1;
        // Upwards from the leaf of first_step to the nearest tree on the left that has one, then down to its rightmost.
        auto node = leaves_ + first_step;
        if (until_[node] < wanted) {
            while (node > 1 && (node % 2 == 0 || until_[node - 1] < wanted)) node /= 2;
            if (node <= 1) return false;
            for (--node; node < leaves_;) node = 2 * node + (until_[2 * node + 1] >= wanted ? 1 : 0);
        }
        auto& held = by_first_[node - leaves_];
        std::pop_heap(held.begin(), held.end(), ends_before);
        taken = held.back();
        held.pop_back();
        update(taken.first_step);
        return true;
    }

  private:
    static bool ends_before(const arena_gap& a, const arena_gap& b) noexcept { return a.last_step < b.last_step; }
    void update(std::size_t first_step) noexcept {
        const auto& held = by_first_[first_step];
        auto node = leaves_ + first_step;
        until_[node] = held.empty() ? 0 : held.front().last_step + 1;
        while ((node /= 2) > 0) until_[node] = std::max(until_[2 * node], until_[2 * node + 1]);
    }

    std::size_t leaves_;
    sequence<sequence<arena_gap>> by_first_;  ///< heaps: the one that ends last in front
    sequence<std::uint32_t> until_;           ///< one past the latest last step; 0 for none
};

/// Each block at the lowest offset that is free of those before it: packs best, and compares every pair.
inline std::uint64_t place_first_fit(std::span<arena_block* const> order) {
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

/// Each block into one gap, whose rest (before, after and above it) is gaps for smaller ones: n log n, however many live at once.
inline std::uint64_t place_in_gaps(std::span<arena_block* const> order) {
    std::uint32_t end = 0;
    for (const auto* block : order) end = std::max(end, block->last_step + 1);
    arena_gaps gaps(end);
    sequence<arena_gap> smaller;  // a heap, the largest in front: not yet known to be large enough
    const auto less = [](const arena_gap& a, const arena_gap& b) { return a.size_bytes < b.size_bytes; };
    const auto leave = [&](const arena_gap& rest) {
        if (rest.size_bytes == 0) return;
        smaller.push_back(rest);
        std::push_heap(smaller.begin(), smaller.end(), less);
    };
    std::uint64_t total = 0;
    for (auto* block : order) {
        if (block->size_bytes == 0) break;
        for (; !smaller.empty() && smaller.front().size_bytes >= block->size_bytes; smaller.pop_back()) {
            gaps.add(smaller.front());
            std::pop_heap(smaller.begin(), smaller.end(), less);
        }
        arena_gap gap;
        if (!gaps.take(block->first_step, block->last_step, gap)) {
            gap = {total, block->size_bytes, 0, end - 1};
            total += block->size_bytes;
        }
        block->offset = gap.offset;
        leave({gap.offset + block->size_bytes, gap.size_bytes - block->size_bytes, gap.first_step, gap.last_step});
        if (gap.first_step < block->first_step) leave({gap.offset, block->size_bytes, gap.first_step, block->first_step - 1});
        if (gap.last_step > block->last_step) leave({gap.offset, block->size_bytes, block->last_step + 1, gap.last_step});
    }
    return total;
}

/// So many are packed as well as can be; of more, no pair is compared, whatever program asks for them.
inline constexpr std::size_t few_arena_blocks = 512;
}  // namespace detail

/// The offset of each temporary in one arena, so that two that live at the same time never overlap: the largest first, ties in order of
/// their first step. Offsets are multiples of 64. Returns the bytes of the whole arena.
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
    return order.size() <= detail::few_arena_blocks ? detail::place_first_fit(order) : detail::place_in_gaps(order);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
