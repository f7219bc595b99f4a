#ifndef WHERRY_KERNEL_CAST_HPP
#define WHERRY_KERNEL_CAST_HPP

#include <wherry/version.hpp>

#include <cstddef>
#include <limits>
#include <span>
#include <type_traits>

namespace wherry::inline WHERRY_ABI::kernel {

/// One number as another type: towards zero for floating point to integer, anything but 0 is true for bool. Where C++ gives no answer (NaN or
/// out of range to integer) it is the nearest value of the type, 0 for NaN.
template <class To, class From>
    requires(std::is_arithmetic_v<To>&& std::is_arithmetic_v<From>)
constexpr To cast_one(From v) noexcept {
    if constexpr (std::is_same_v<To, bool>) {
        return v != From{};
    } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
        using limits = std::numeric_limits<To>;
        constexpr From half = static_cast<From>(To{1} << (limits::digits - 1));  // a power of two, exact in every format
        if (v != v) return To{};
        if (v >= half * From(2)) return limits::max();
        if (std::is_signed_v<To> ? v < -half * From(2) : v <= From(-1)) return limits::min();
        return static_cast<To>(v);
    } else {
        return static_cast<To>(v);
    }
}

/// out = x, element by element, as cast_one.
/// Shapes: one length. Does not allocate. Source: paddle operator `cast`.
template <class From, class To>
constexpr void cast(std::span<const From> x, std::span<To> out) noexcept {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = cast_one<To>(x[i]);
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
