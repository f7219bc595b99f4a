#ifndef WHERRY_KERNEL_LOOKUP_HPP
#define WHERRY_KERNEL_LOOKUP_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// The padding_idx that pads nothing.
inline constexpr std::int64_t no_padding = -1;

/// The position of the first id that is neither padding_idx nor in [0, rows); nothing when all are fine.
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

/// dtable = 0, then each row of g is added to the row of its id; ids equal to padding_idx add nothing. With `mark_absent`,
/// rows that no id names are -0.0, which adds nothing either and can still be told from a gradient of 0.
/// Shapes: ids [n], g [n, width], dtable [rows, width]. Source: paddle operator `lookup_table_grad`, dense.
template <class T, std::integral I>
constexpr void lookup_grad(std::size_t width, std::span<const I> ids, input<T> g, std::span<T> dtable,
                           std::int64_t padding_idx = no_padding, bool mark_absent = false) noexcept {
    std::fill(dtable.begin(), dtable.end(), mark_absent ? -T{} : T{});
    const auto row_of = [&](std::size_t i) { return dtable.data() + static_cast<std::size_t>(ids[i]) * width; };
    for (std::size_t i = 0; mark_absent && i < ids.size(); ++i)
        if (const auto id = static_cast<std::uint64_t>(ids[i]); id * width < dtable.size()) std::fill_n(row_of(i), width, T{});
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::int64_t id = static_cast<std::int64_t>(ids[i]);
        if (padding_idx != no_padding && id == padding_idx) continue;
        T* row = row_of(i);
        for (std::size_t c = 0; c < width; ++c) row[c] += g[i * width + c];
    }
}

/// An id and its position.
struct id_place {
    std::int64_t id;
    std::uint64_t place;
};

namespace detail {
[[gnu::noinline]] inline void sort_ids(std::span<id_place> places) noexcept {
    std::sort(places.begin(), places.end(), [](id_place a, id_place b) { return a.id != b.id ? a.id < b.id : a.place < b.place; });
}
}  // namespace detail

/// The same gradient by rows: each id once, ascending, with the sum of its rows of g; padding_idx has a row of zeros. Returns how many.
/// Takes as long and as much memory for a table of any size. Sums are the dense gradient's, bit for bit.
/// Shapes: ids [n], g [n, width]; places [n] is scratch; rows [n] and values [n, width] are the answer. Does not allocate.
template <class T>
std::size_t lookup_grad_rows(std::size_t width, std::span<const std::int64_t> ids, input<T> g, std::span<id_place> places,
                             std::span<std::int64_t> rows, std::span<T> values, std::int64_t padding_idx = no_padding) noexcept {
    for (std::size_t i = 0; i < ids.size(); ++i) places[i] = {ids[i], i};
    detail::sort_ids(places.first(ids.size()));
    std::size_t count = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto [id, place] = places[i];
        if (count == 0 || rows[count - 1] != id) {
            rows[count] = id;
            std::fill_n(values.data() + count * width, width, T{});
            ++count;
        }
        if (padding_idx != no_padding && id == padding_idx) continue;
        T* const row = values.data() + (count - 1) * width;
        const auto from = static_cast<std::size_t>(place) * width;
        for (std::size_t c = 0; c < width; ++c) row[c] += g[from + c];
    }
    return count;
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
