#ifndef WHERRY_KERNEL_TOP_K_HPP
#define WHERRY_KERNEL_TOP_K_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// The order of equal values.
enum class tie_order : unsigned char {
    lowest_index,  ///< the lower index; a NaN counts as larger than every number
    fluid18,  ///< whatever the reference's heap does (std::partial_sort of libstdc++ by >), NaN included; the same for k = 1 without NaN
};

namespace detail {

/// l comes before r in descending order: a strict weak order, unlike l > r, with NaN first.
template <class T>
constexpr bool comes_before(T l, T r) noexcept {
    if constexpr (std::is_floating_point_v<T>) return l > r || (l != l && r == r);
    else return l > r;
}

/// Puts `value` into the heap of `count` indices whose hole is at `hole`: down along the later child, then up again.
template <class T, class I>
[[gnu::noinline]] constexpr void settle(const T* x, I* heap, std::size_t hole, std::size_t count, I value) noexcept {
    const auto before = [x](I l, I r) { return x[static_cast<std::size_t>(l)] > x[static_cast<std::size_t>(r)]; };
    const std::size_t top = hole;
    std::size_t child = hole;
    while (child < (count - 1) / 2 && count > 1) {
        child = 2 * (child + 1);
        if (before(heap[child], heap[child - 1])) --child;
        heap[hole] = heap[child];
        hole = child;
    }
    if (count % 2 == 0 && count >= 2 && child == (count - 2) / 2) {
        child = 2 * (child + 1);
        heap[hole] = heap[child - 1];
        hole = child - 1;
    }
    while (hole > top) {
        const std::size_t parent = (hole - 1) / 2;
        if (!before(heap[parent], value)) break;
        heap[hole] = heap[parent];
        hole = parent;
    }
    heap[hole] = value;
}

/// The first k indices that a heap select and a heap sort by > leave in front.
template <class T, class I>
constexpr void heap_top_k(const T* x, std::size_t n, std::size_t k, I* heap) noexcept {
    for (std::size_t i = 0; i < k; ++i) heap[i] = static_cast<I>(i);
    if (k >= 2)
        for (std::size_t parent = (k - 2) / 2 + 1; parent-- > 0;) settle(x, heap, parent, k, heap[parent]);
    for (std::size_t i = k; i < n; ++i)
        if (x[i] > x[static_cast<std::size_t>(heap[0])]) settle(x, heap, 0, k, static_cast<I>(i));
    for (std::size_t last = k; last > 1; --last) {
        const I value = heap[last - 1];
        heap[last - 1] = heap[0];
        settle(x, heap, 0, last - 1, value);
    }
}

/// The first k indices in descending order, the lower one first among equals.
template <class T, class I>
constexpr void sorted_top_k(const T* x, std::size_t n, std::size_t k, I* best) noexcept {
    std::size_t found = 0;  // best[0, found) is sorted; a new element moves up past those it comes before
    for (std::size_t i = 0; i < n; ++i) {
        if (found == k && !comes_before(x[i], x[static_cast<std::size_t>(best[k - 1])])) continue;
        std::size_t at = found < k ? found++ : k - 1;
        for (; at > 0 && comes_before(x[i], x[static_cast<std::size_t>(best[at - 1])]); --at) best[at] = best[at - 1];
        best[at] = static_cast<I>(i);
    }
}

/// `top_k` by one of the two.
template <class T, class I>
constexpr void top_k_by(void (*select)(const T*, std::size_t, std::size_t, I*) noexcept, std::size_t rows, std::size_t n, std::size_t k,
                        input<T> x, std::span<T> values, std::span<I> indices) noexcept {
    if (k == 0) return;
    for (std::size_t r = 0; r < rows; ++r) {
        const T* row = x.data() + r * n;
        I* best = indices.data() + r * k;
        select(row, n, k, best);
        for (std::size_t j = 0; j < k; ++j) values[r * k + j] = row[static_cast<std::size_t>(best[j])];
    }
}

}  // namespace detail

/// The k largest of each row in descending order, and where they stood.
/// Shapes: x [rows, n], values and indices [rows, k], k <= n. Does not allocate; k n steps at worst.
/// Source: paddle operator `top_k`.
template <class T, class I>
    requires(std::is_arithmetic_v<T>&& std::is_integral_v<I>)
constexpr void top_k(std::size_t rows, std::size_t n, std::size_t k, input<T> x, std::span<T> values, std::span<I> indices,
                     tie_order order = tie_order::lowest_index) noexcept {
    detail::top_k_by<T, I>(order == tie_order::fluid18 ? detail::heap_top_k<T, I> : detail::sorted_top_k<T, I>, rows, n, k, x, values,
                           indices);
}

/// The same in the reference's order, without the code of the other one.
template <class T, class I>
constexpr void top_k_fluid18(std::size_t rows, std::size_t n, std::size_t k, input<T> x, std::span<T> values,
                             std::span<I> indices) noexcept {
    detail::top_k_by<T, I>(detail::heap_top_k<T, I>, rows, n, k, x, values, indices);
}

/// dx is g at the chosen places and 0 elsewhere.
/// Shapes: indices and g [rows, k], dx [rows, n]. Source: paddle operator `top_k_grad`.
template <class T, class I>
constexpr void top_k_grad(std::size_t rows, std::size_t n, std::size_t k, std::span<const I> indices, input<T> g,
                          std::span<T> dx) noexcept {
    std::fill(dx.begin(), dx.end(), T{});
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t j = 0; j < k; ++j) dx[r * n + static_cast<std::size_t>(indices[r * k + j])] = g[r * k + j];
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
