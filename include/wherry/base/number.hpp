#ifndef WHERRY_BASE_NUMBER_HPP
#define WHERRY_BASE_NUMBER_HPP

#include <wherry/version.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// True when `length_bytes` more bytes are there. Compared unsigned and before anything is reserved.
constexpr bool fits(std::uint64_t length_bytes, std::uint64_t remaining_bytes) noexcept { return length_bytes <= remaining_bytes; }
static_assert(!fits(0xFFFF'FFF0U, 10), "must hold on 32-bit targets too");

/// a * b, or nothing when it does not fit 64 bits.
constexpr std::optional<std::uint64_t> checked_product(std::uint64_t a, std::uint64_t b) noexcept {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;  // a division would take ten times as long
    return product;
}

/// The number as a size on this target, or nothing when a 32-bit build could not address half of it.
constexpr std::optional<std::size_t> checked_size(std::uint64_t n) noexcept {
    if (n > std::numeric_limits<std::size_t>::max() / 2) return std::nullopt;
    return static_cast<std::size_t>(n);
}

/// Decimal digits of a number without a locale or a heap, usable in constant expressions.
class decimal {
  public:
    constexpr explicit decimal(std::integral auto n) noexcept : decimal(magnitude_of(n), n < 0) {}
    [[gnu::noinline]] constexpr decimal(std::uint64_t magnitude, bool negative) noexcept {
        auto rest = magnitude;
        do {
            digits_[--first_] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (negative) digits_[--first_] = '-';
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return {digits_ + first_, capacity - first_}; }
    constexpr operator std::string_view() const noexcept { return view(); }  // NOLINT(google-explicit-constructor)
    /// The number without its sign.
    static constexpr std::uint64_t magnitude_of(std::integral auto n) noexcept {
        return n < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
    }

  private:
    static constexpr std::size_t capacity = 21;
    char digits_[capacity]{};
    std::size_t first_ = capacity;
};
static_assert(decimal(0).view() == "0" && decimal(-42).view() == "-42");
static_assert(decimal(std::numeric_limits<std::int64_t>::min()).view() == "-9223372036854775808");
static_assert(decimal(std::numeric_limits<std::uint64_t>::max()).view() == "18446744073709551615");

}  // namespace wherry::inline WHERRY_ABI

#endif
