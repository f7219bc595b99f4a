#ifndef WHERRY_KERNEL_INSTRUCTION_SET_HPP
#define WHERRY_KERNEL_INSTRUCTION_SET_HPP

#include <wherry/base/cpu.hpp>
#include <wherry/version.hpp>

#include <cstdint>

namespace wherry::inline WHERRY_ABI::kernel {

/// Instruction sets that kernels of float are compiled for, each wider than the one before. A kernel takes the widest that the machine
/// has and its caller allows.
enum class instruction_set : std::uint8_t {
    baseline,  ///< what the compiler was told of
    avx2,      ///< AVX2 and FMA
    avx512,    ///< AVX-512 F, VL, DQ and BW
};

/// Whether ThreadSanitizer watches: it sees no access of more than 16 bytes, so that only the plain kernels show it a race.
inline constexpr bool threads_are_watched =
#if defined(__SANITIZE_THREAD__)
    true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
    true;
#else
    false;
#endif
#else
    false;
#endif

/// Whether this machine has it, and kernels may use it.
template <instruction_set Set>
inline bool has_instructions() noexcept {
    if constexpr (threads_are_watched) return Set == instruction_set::baseline;
    if constexpr (Set == instruction_set::avx512) return cpu_has(cpu_feature::avx512);
    if constexpr (Set == instruction_set::avx2) return cpu_has(cpu_feature::avx2);
    return Set == instruction_set::baseline;
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
