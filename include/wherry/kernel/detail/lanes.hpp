#ifndef WHERRY_KERNEL_DETAIL_LANES_HPP
#define WHERRY_KERNEL_DETAIL_LANES_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <wherry/kernel/broadcast.hpp>
#include <wherry/kernel/instruction_set.hpp>
#include <wherry/version.hpp>

// lanes.inc is compiled for the machine the compiler was told of and, on x86-64, a second time for AVX2 and FMA; the choice is made at
// run time. So the kernels are as fast at a plain -O2 as with -march=native, and do not depend on -fno-math-errno and the like.

namespace wherry::inline WHERRY_ABI::kernel::detail::plain {
inline constexpr std::size_t vector_bytes = 16;
#include <wherry/kernel/detail/lanes.inc>
}  // namespace wherry::inline WHERRY_ABI::kernel::detail::plain

#if defined(__x86_64__)
#include <wherry/kernel/detail/avx2_begin.inc>
namespace wherry::inline WHERRY_ABI::kernel::detail::avx2 {
inline constexpr std::size_t vector_bytes = 32;
#include <wherry/kernel/detail/lanes.inc>
}  // namespace wherry::inline WHERRY_ABI::kernel::detail::avx2
#include <wherry/kernel/detail/target_end.inc>
#endif

namespace wherry::inline WHERRY_ABI::kernel::detail {

/// Calls f with the `lanes` of the best instruction set this machine has. Only float is worth a second set of functions:
/// other element types hardly occur in models, and each set costs every user compile time.
template <class T, class F>
inline auto on_lanes_for(F f) noexcept {
#if defined(__x86_64__)
    if constexpr (std::is_same_v<T, float>)
        if (has_instructions<instruction_set::avx2>()) return f(avx2::lanes{});
#endif
    return f(plain::lanes{});
}

}  // namespace wherry::inline WHERRY_ABI::kernel::detail

#endif
