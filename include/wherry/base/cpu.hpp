#ifndef WHERRY_BASE_CPU_HPP
#define WHERRY_BASE_CPU_HPP

#include <wherry/version.hpp>

#include <atomic>
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#endif

namespace wherry::inline WHERRY_ABI {

/// Instructions beyond those of every x86-64.
enum class cpu_feature : std::uint8_t {
    crc32 = 1,   ///< CRC-32C, of SSE 4.2
    avx2 = 2,    ///< AVX2 and FMA
    avx512 = 4,  ///< AVX-512 F, VL, DQ and BW
};

namespace detail {
inline constinit std::atomic<std::uint8_t> cpu_features{0};
inline constexpr std::uint8_t cpu_was_asked = 0x80;

// `__builtin_cpu_supports` links 4 KB that tell every processor there was.
[[gnu::noinline, gnu::cold]] inline std::uint8_t ask_cpu() noexcept {
    unsigned has = cpu_was_asked;
#if defined(__x86_64__) && defined(__GNUC__)
    const auto all_of = [](unsigned bits, unsigned wanted) { return (bits & wanted) == wanted; };
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) != 0) {
        if (all_of(c, bit_SSE4_2)) has |= static_cast<unsigned>(cpu_feature::crc32);
        const bool has_fma = all_of(c, bit_FMA);
        unsigned saved = 0;  // registers that the system saves: 2 and 4 are those of AVX, 0xe0 those of AVX-512
        if (all_of(c, bit_OSXSAVE)) asm("xgetbv" : "=a"(saved), "=d"(d) : "c"(0));
        if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) {
            if (has_fma && all_of(saved, 0x06U) && all_of(b, bit_AVX2)) has |= static_cast<unsigned>(cpu_feature::avx2);
            if (all_of(saved, 0xe6U) && all_of(b, bit_AVX512F | bit_AVX512VL | bit_AVX512DQ | bit_AVX512BW))
                has |= static_cast<unsigned>(cpu_feature::avx512);
        }
    }
#endif
    cpu_features.store(static_cast<std::uint8_t>(has), std::memory_order_relaxed);
    return static_cast<std::uint8_t>(has);
}
}  // namespace detail

/// Whether this machine has it, and its system lets programs use it. The processor is asked once.
inline bool cpu_has(cpu_feature feature) noexcept {
    auto has = detail::cpu_features.load(std::memory_order_relaxed);
    if (has == 0) has = detail::ask_cpu();
    return (has & static_cast<std::uint8_t>(feature)) != 0;
}

}  // namespace wherry::inline WHERRY_ABI

#endif
