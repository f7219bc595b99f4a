#ifndef WHERRY_KERNEL_DENSE_HPP
#define WHERRY_KERNEL_DENSE_HPP

#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

// The fully connected layer for one machine, the one the compiler was told of: gemm.hpp's product of a row and a matrix, from the same
// source, followed by a bias and a function of each element.

namespace wherry::inline WHERRY_ABI::kernel::detail::fixed {

#if defined(__AVX512F__)
inline constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t vector_bytes = 32;
#elif defined(__SSE2__) || defined(__ARM_NEON) || (defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2))
inline constexpr std::size_t vector_bytes = 16;
#else
inline constexpr std::size_t vector_bytes = 4;
#endif

#include <wherry/kernel/detail/vectors.inc>

struct functions {
    /// relu, or with -infinity the element as it is: one function for both.
    struct at_least {
        float low;
        [[gnu::always_inline]] constexpr float operator()(float x) const noexcept { return x < low ? low : x; }
    };
    /// The element as it is.
    struct identity {
        template <class V>
        [[gnu::always_inline]] constexpr V operator()(V x) const noexcept {
            return x;
        }
    };
#include <wherry/kernel/detail/functions.inc>
};

struct row {
#include <wherry/kernel/detail/row_block.inc>
};

}  // namespace wherry::inline WHERRY_ABI::kernel::detail::fixed

namespace wherry::inline WHERRY_ABI::kernel {

/// The code that the compiler makes: blocks as wide as the registers hold; blocks of ten columns, which is a third of the code; or those in
/// one function for all layers.
enum class tuned_for : unsigned char { speed, balance, size };

/// Columns that one pass over the rows of a matrix adds up in registers: `vectors` vectors of `lanes`.
struct block_shape {
    std::size_t lanes = 1, vectors = 1;
    std::size_t phases = 1;  ///< sums side by side for one column
    std::size_t unroll = 1;  ///< rows between two jumps
    [[nodiscard]] constexpr std::size_t columns() const noexcept { return lanes * vectors; }
    friend constexpr bool operator==(const block_shape&, const block_shape&) = default;
};

/// The block of a function that serves matrices of all sizes that are at least so wide.
inline constexpr block_shape shared_block = detail::fixed::vector_bytes == sizeof(float) ? block_shape{1, 10} : block_shape{4, 2};

/// The block for a [depth, columns] matrix on this machine. Measured: a Cortex-M4 has 32 registers of one float, so 25 sums leave room for
/// x and a weight; 8 of four on a Cortex-M55; 32 of sixteen with AVX-512.
constexpr block_shape block_for(std::size_t depth, std::size_t columns, tuned_for aim = tuned_for::speed, std::size_t align = 4) noexcept {
    constexpr std::size_t widest = detail::fixed::vector_bytes / sizeof(float);
    block_shape made;
    while (made.lanes < widest && 2 * made.lanes <= columns) made.lanes *= 2;
    const std::size_t most = widest == 1 ? (aim == tuned_for::speed ? 25 : 10) : widest == 4 ? 6 : widest == 8 ? 12 : 14;
    const auto needed = (columns + made.lanes - 1) / made.lanes;
    const auto blocks = (needed + most - 1) / most;
    made.vectors = (needed + blocks - 1) / blocks;
    made.phases = widest > 4 && aim == tuned_for::speed && 2 * made.vectors <= most ? 2 : 1;
    made.unroll = widest == 1 && align < 4 && aim == tuned_for::speed && depth % 4 == 0 ? 4 : 1;
    return made;
}

/// y = f((x W) scales + bias); null scales and a null bias are left out.
/// Shapes: x [depth], w [depth, columns], bias, scales and y [columns]; columns >= block.lanes, and >= block.columns() unless that is
/// known at compile time to hold all. x and y must not overlap. w, bias and scales start at multiples of Align bytes. Extents of w may be known at compile time or not.
/// Does not allocate. Source: paddle operators `mul` or `matmul_v2`, `elementwise_add` and an activation.
template <block_shape Block, std::size_t Align, class F, class Weight, std::size_t Depth, std::size_t Columns>
[[gnu::always_inline]] inline void dense(const float* x, matrix<const Weight, Depth, Columns> w, const float* bias, const float* scales,
                                         float* y, F f) noexcept {
    constexpr std::size_t step = Block.columns();
    constexpr auto each = std::make_index_sequence<Block.vectors>{};
    constexpr auto sums = std::make_index_sequence<Block.vectors * Block.phases * Block.unroll>{};
    const std::size_t n = w.cols();
    constexpr bool whole = Columns == std::dynamic_extent || step <= Columns;
    for (std::size_t from = 0; from < n; from += step) {
        const std::size_t j = whole && from + step > n ? n - step : from;  // the last block may redo a few columns
        const auto last = static_cast<std::ptrdiff_t>(whole ? step : n) - static_cast<std::ptrdiff_t>(Block.lanes);
        detail::fixed::row::row_block<float, Block.lanes, Block.vectors, Block.phases, Block.unroll, Align, 4>(
            x, 1, w.rows(), w.data() + j, w.stride(), last, y + j, each, sums);
        for (std::size_t i = j; i < j + (whole ? step : n); ++i) {
            float value = y[i];
            if (scales != nullptr) value *= detail::fixed::load<float, 1, Align>(scales + i);
            if (bias != nullptr) value += detail::fixed::load<float, 1, Align>(bias + i);
            y[i] = f(value);
        }
    }
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
