#ifndef WHERRY_EXEC_OP_STRIDED_HPP
#define WHERRY_EXEC_OP_STRIDED_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/strided.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

/// Shared by operators that only move elements: whatever their type, by kernel::strided_loops.
namespace wherry::inline WHERRY_ABI::op {

/// Elements between neighbours along each axis.
struct strides_of {
    explicit strides_of(const Shape& dims) {
        std::int64_t step = 1;
        for (auto axis = dims.rank(); axis-- > 0; step *= dims[axis]) steps[axis] = step;
    }
    std::int64_t operator[](std::size_t axis) const noexcept { return steps[axis]; }
    std::array<std::int64_t, max_rank> steps{};
};

/// Moves elements of the input to Out, which is filled by it.
inline result<void> run_moves(const run_context& c, std::size_t in, const kernel::strided_loops& loops) {
    if (c.has_out(0)) kernel::copy_strided(loops, size_of(c.in_dtype(in)), c.in_bytes(in).data(), c.out_bytes(0).data());
    return {};
}
/// Moves elements of the input into Out, which is 0 elsewhere.
inline result<void> run_moves_into_zeros(const run_context& c, std::size_t in, const kernel::strided_loops& loops) {
    const auto out = c.out_bytes(0);
    std::fill(out.begin(), out.end(), std::byte{});
    return run_moves(c, in, loops);
}
/// Adds elements of the input to Out, which starts from 0: gradients of what repeats elements.
inline result<void> run_sums(const run_context& c, std::size_t in, const kernel::strided_loops& loops) {
    return for_number(c, c.in_dtype(in), [&]<class T>() -> result<void> {
        const auto out = c.out<T>(0);
        std::fill(out.begin(), out.end(), T{});
        if (c.has_out(0)) kernel::add_strided<T>(loops, c.in<T>(in).data(), out.data());
        return {};
    });
}

}  // namespace wherry::inline WHERRY_ABI::op

#endif
