#ifndef WHERRY_KERNEL_CONCAT_HPP
#define WHERRY_KERNEL_CONCAT_HPP

#include <algorithm>
#include <cstddef>
#include <span>

#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// Copies one operand of a concatenation to its place; call it once per operand.
/// Shapes: x [outer, x_block], out [outer, out_block], where a block is the concatenated axis times all dimensions after it and `offset`
/// is where the operand's block begins inside the result's. Does not allocate. Source: paddle operator `concat`.
template <class T>
constexpr void concat_part(std::size_t outer, std::size_t x_block, std::size_t out_block, std::size_t offset, input<T> x,
                           std::span<T> out) noexcept {
    for (std::size_t o = 0; o < outer; ++o) std::copy_n(x.data() + o * x_block, x_block, out.data() + o * out_block + offset);
}

/// The way back, for gradients and `split`: copies the part at `offset` of each block of the whole.
/// Shapes: whole [outer, whole_block], part [outer, part_block]. Source: paddle operators `concat_grad`, `split`.
template <class T>
constexpr void split_part(std::size_t outer, std::size_t part_block, std::size_t whole_block, std::size_t offset, input<T> whole,
                          std::span<T> part) noexcept {
    for (std::size_t o = 0; o < outer; ++o) std::copy_n(whole.data() + o * whole_block + offset, part_block, part.data() + o * part_block);
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
