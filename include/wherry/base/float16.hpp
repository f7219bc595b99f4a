#ifndef WHERRY_BASE_FLOAT16_HPP
#define WHERRY_BASE_FLOAT16_HPP

#include <wherry/version.hpp>

#include <bit>
#include <cstdint>

namespace wherry::inline WHERRY_ABI {

/// IEEE binary16 as stored in a file (FP16). Storage only: convert to float to compute.
struct float16 {
    std::uint16_t bits = 0;

    constexpr float16() noexcept = default;
    /// Rounds to nearest, ties to even; overflow becomes infinity, NaN stays NaN.
    constexpr explicit float16(float value) noexcept {
        const auto in = std::bit_cast<std::uint32_t>(value);
        const std::uint32_t sign = (in >> 16U) & 0x8000U;
        const std::uint32_t magnitude = in & 0x7fff'ffffU;
        std::uint32_t half = 0;
        if (magnitude >= 0x7f80'0000U) {
            half = magnitude > 0x7f80'0000U ? 0x7e00U | ((magnitude >> 13U) & 0x3ffU) : 0x7c00U;
        } else if (magnitude >= 0x3880'0000U) {  // a normal half, or what rounds up to infinity
            const std::uint32_t rounded = magnitude - 0x3800'0000U + 0xfffU + ((magnitude >> 13U) & 1U);
            half = rounded >= 0x0f80'0000U ? 0x7c00U : rounded >> 13U;
        } else if (magnitude >= 0x3300'0000U) {  // a subnormal half
            const std::uint32_t shift = 126U - (magnitude >> 23U);
            const std::uint32_t mantissa = (magnitude & 0x7f'ffffU) | 0x80'0000U;
            const std::uint32_t kept = mantissa >> shift;
            const std::uint32_t rest = mantissa & ((1U << shift) - 1U);
            const std::uint32_t tie = 1U << (shift - 1U);
            half = kept + (rest > tie || (rest == tie && (kept & 1U) != 0) ? 1U : 0U);
        }
        bits = static_cast<std::uint16_t>(sign | half);
    }
    constexpr explicit operator float() const noexcept {
        const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16U;
        const std::uint32_t exponent = (bits >> 10U) & 0x1fU;
        const std::uint32_t mantissa = bits & 0x3ffU;
        if (exponent == 0x1fU) return std::bit_cast<float>(sign | 0x7f80'0000U | (mantissa << 13U));
        if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112U) << 23U) | (mantissa << 13U));
        const float tiny = static_cast<float>(mantissa) * 0x1p-24F;
        return sign != 0 ? -tiny : tiny;
    }
    friend constexpr bool operator==(float16, float16) noexcept = default;
};

/// bfloat16 as stored in a file (BF16): the upper half of a float. Storage only.
struct bfloat16 {
    std::uint16_t bits = 0;

    constexpr bfloat16() noexcept = default;
    /// Rounds to nearest, ties to even; NaN stays NaN.
    constexpr explicit bfloat16(float value) noexcept {
        const auto in = std::bit_cast<std::uint32_t>(value);
        const bool nan = (in & 0x7fff'ffffU) > 0x7f80'0000U;
        bits = static_cast<std::uint16_t>(nan ? (in >> 16U) | 0x40U : (in + 0x7fffU + ((in >> 16U) & 1U)) >> 16U);
    }
    constexpr explicit operator float() const noexcept { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U); }
    friend constexpr bool operator==(bfloat16, bfloat16) noexcept = default;
};

static_assert(float16(1.0F).bits == 0x3c00 && float16(65504.0F).bits == 0x7bff && float16(65520.0F).bits == 0x7c00);
static_assert(float16(0x1p-24F).bits == 1 && float16(0x1p-25F).bits == 0 && float(float16(-0x1p-24F)) == -0x1p-24F);
static_assert(bfloat16(1.0F).bits == 0x3f80 && float(bfloat16(-2.5F)) == -2.5F);

}  // namespace wherry::inline WHERRY_ABI

#endif
