#ifndef WHERRY_KERNEL_STRIDED_HPP
#define WHERRY_KERNEL_STRIDED_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include <wherry/base/limits.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// Nested loops in which one array is read and another one written, each in steps of its own: what transpositions, slices, repetitions and
/// the like are. Loops are added from outside to inside; neighbours that walk alike become one.
class strided_loops {
  public:
    /// The offsets of the first element read and written.
    std::int64_t from_offset = 0;
    std::int64_t to_offset = 0;

    /// A loop of `size` iterations; steps are in elements and may be 0 or negative. At most 2 * max_rank loops.
    constexpr void add(std::int64_t size, std::int64_t from_step, std::int64_t to_step) noexcept {
        empty_ |= size <= 0;
        if (size == 1) return;
        if (rank_ > 0 && loops_[rank_ - 1].from == from_step * size && loops_[rank_ - 1].to == to_step * size) {
            loops_[rank_ - 1] = {loops_[rank_ - 1].size * size, from_step, to_step};
        } else {
            loops_[rank_++] = {size, from_step, to_step};
        }
    }

    struct loop {
        std::int64_t size = 1;
        std::int64_t from = 1;
        std::int64_t to = 1;
    };
    [[nodiscard]] constexpr std::span<const loop> loops() const noexcept { return {loops_.data(), rank_}; }
    /// The way back: what was read is written.
    [[nodiscard]] constexpr strided_loops reversed() const noexcept {
        strided_loops made = *this;
        std::swap(made.from_offset, made.to_offset);
        for (auto& l : made.loops_) std::swap(l.from, l.to);
        return made;
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return empty_; }

    /// The same loops with those two innermost that are best for memory: the one that writes neighbours last, the one that reads neighbours
    /// before it. There are two at least.
    [[nodiscard]] constexpr strided_loops arranged() const noexcept {
        strided_loops made = *this;
        const auto to_end = [&](auto loop_is) {
            const auto first = made.loops_.begin();
            const auto last = first + static_cast<std::ptrdiff_t>(made.rank_);
            const auto at = std::find_if(first, last, loop_is);
            if (at != last) std::rotate(at, at + 1, last);
        };
        to_end([](const loop& l) { return l.from == 1; });
        to_end([](const loop& l) { return l.to == 1; });
        while (made.rank_ < 2) {
            std::rotate(made.loops_.begin(), made.loops_.begin() + static_cast<std::ptrdiff_t>(made.rank_),
                        made.loops_.begin() + static_cast<std::ptrdiff_t>(made.rank_) + 1);
            made.loops_[0] = {};
            ++made.rank_;
        }
        return made;
    }

  private:
    std::array<loop, 2 * max_rank> loops_{};
    std::size_t rank_ = 0;
    bool empty_ = false;
};

namespace detail {

/// Calls inner(from, to) offsets for each iteration of all but the two innermost loops.
template <class Inner>
void each_pair(const strided_loops& arranged, const Inner& inner) noexcept {
    const auto loops = arranged.loops();
    const auto outer = loops.size() - 2;
    std::array<std::int64_t, 2 * max_rank> at{};
    auto from = arranged.from_offset;
    auto to = arranged.to_offset;
    for (;;) {
        inner(from, to);
        auto d = outer;
        for (;; --d) {
            if (d == 0) return;
            const auto& l = loops[d - 1];
            from += l.from;
            to += l.to;
            if (++at[d - 1] < l.size) break;
            from -= l.from * l.size;
            to -= l.to * l.size;
            at[d - 1] = 0;
        }
    }
}

/// One element size. A pair of loops that reads neighbours in one and writes them in the other is done in squares that stay in the cache.
template <class Unit>
void copy_units(const strided_loops& loops, const Unit* from, Unit* to) noexcept {
    const auto a = loops.loops()[loops.loops().size() - 2];
    const auto b = loops.loops().back();
    const bool whole_rows = b.from == 1 && b.to == 1;
    const std::int64_t square = !whole_rows && a.from == 1 && b.to == 1 ? 16 : std::max(a.size, b.size);
    each_pair(loops, [&](std::int64_t f, std::int64_t t) {
        if (whole_rows) {
            for (std::int64_t i = 0; i < a.size; ++i)
                std::memcpy(to + t + i * a.to, from + f + i * a.from, static_cast<std::size_t>(b.size) * sizeof(Unit));
            return;
        }
        for (std::int64_t i0 = 0; i0 < a.size; i0 += square)
            for (std::int64_t j0 = 0; j0 < b.size; j0 += square)
                for (std::int64_t i = i0; i < std::min(i0 + square, a.size); ++i)
                    for (std::int64_t j = j0; j < std::min(j0 + square, b.size); ++j)
                        to[t + i * a.to + j * b.to] = from[f + i * a.from + j * b.from];
    });
}

struct sixteen_bytes {
    std::uint64_t parts[2];
};

}  // namespace detail

/// Copies elements of 1, 2, 4, 8 or 16 bytes. Errors: none; offsets and steps are the caller's. `from` and `to` do not overlap.
/// Reads and writes each element once. Does not allocate. Source: paddle operators `transpose`, `slice`, `expand`, `tile`, ...
inline void copy_strided(const strided_loops& loops, std::size_t element_bytes, const std::byte* from, std::byte* to) noexcept {
    if (loops.empty()) return;
    const auto arranged = loops.arranged();
    const auto as = [&]<class Unit>(Unit*) {
        detail::copy_units(arranged, reinterpret_cast<const Unit*>(from), reinterpret_cast<Unit*>(to));  // NOLINT: elements of that size
    };
    switch (element_bytes) {
        case 1: return as(static_cast<std::uint8_t*>(nullptr));
        case 2: return as(static_cast<std::uint16_t*>(nullptr));
        case 4: return as(static_cast<std::uint32_t*>(nullptr));
        case 8: return as(static_cast<std::uint64_t*>(nullptr));
        default: return as(static_cast<detail::sixteen_bytes*>(nullptr));
    }
}

/// to += from, element by element: the gradient of what repeats elements.
template <class T>
void add_strided(const strided_loops& loops, const T* from, T* to) noexcept {
    if (loops.empty()) return;
    const auto arranged = loops.arranged();
    const auto a = arranged.loops()[arranged.loops().size() - 2];
    const auto b = arranged.loops().back();
    detail::each_pair(arranged, [&](std::int64_t f, std::int64_t t) {
        for (std::int64_t i = 0; i < a.size; ++i)
            for (std::int64_t j = 0; j < b.size; ++j) to[t + i * a.to + j * b.to] += from[f + i * a.from + j * b.from];
    });
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
