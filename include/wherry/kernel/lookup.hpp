#ifndef WHERRY_KERNEL_LOOKUP_HPP
#define WHERRY_KERNEL_LOOKUP_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <wherry/kernel/view.hpp>

namespace wherry::inline v0::kernel {

/// The padding_idx that pads nothing.
inline constexpr std::int64_t no_padding = -1;

/// Where the first id is that is neither padding_idx nor in [0, rows); nothing when all are fine.
template <std::integral I>
constexpr std::optional<std::size_t> first_bad_id(std::span<const I> ids, std::size_t rows,
                                                  std::int64_t padding_idx = no_padding) noexcept {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::int64_t id = static_cast<std::int64_t>(ids[i]);
        const bool pads = padding_idx != no_padding && id == padding_idx;
        if (!pads && (id < 0 || static_cast<std::uint64_t>(id) >= rows)) return i;
    }
    return std::nullopt;
}

/// Copies one row of the table per id; the row of padding_idx is zeros.
/// Shapes: table [rows, width], ids [n] in [0, rows) or padding_idx (ask first_bad_id), out [n, width]. Does not allocate.
/// Source: paddle operators `lookup_table`, `lookup_table_v2`.
template <class T, std::integral I>
constexpr void lookup(std::size_t width, input<T> table, std::span<const I> ids, std::span<T> out,
                      std::int64_t padding_idx = no_padding) noexcept {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::int64_t id = static_cast<std::int64_t>(ids[i]);
        if (padding_idx != no_padding && id == padding_idx) std::fill_n(out.data() + i * width, width, T{});
        else std::copy_n(table.data() + static_cast<std::size_t>(id) * width, width, out.data() + i * width);
    }
}

/// dtable = 0, then each row of g is added to the row of its id; ids equal to padding_idx add nothing.
/// Shapes: ids [n], g [n, width], dtable [rows, width]. Source: paddle operator `lookup_table_grad`, dense.
template <class T, std::integral I>
constexpr void lookup_grad(std::size_t width, std::span<const I> ids, input<T> g, std::span<T> dtable,
                           std::int64_t padding_idx = no_padding) noexcept {
    std::fill(dtable.begin(), dtable.end(), T{});
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::int64_t id = static_cast<std::int64_t>(ids[i]);
        if (padding_idx != no_padding && id == padding_idx) continue;
        T* row = dtable.data() + static_cast<std::size_t>(id) * width;
        for (std::size_t c = 0; c < width; ++c) row[c] += g[i * width + c];
    }
}

}  // namespace wherry::inline v0::kernel

#endif
