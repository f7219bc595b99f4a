#ifndef WHERRY_KERNEL_CLIP_HPP
#define WHERRY_KERNEL_CLIP_HPP

#include <span>
#include <type_traits>

#include <wherry/kernel/activation.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// x, but at least low and at most high. A NaN stays a NaN.
/// Shapes: one length, in place if wanted. Does not allocate. Source: paddle operator `clip`.
template <class T>
    requires std::is_arithmetic_v<T>
constexpr void clip(input<T> x, std::type_identity_t<T> low, std::type_identity_t<T> high, std::span<T> out) noexcept {
    detail::apply(
        detail::plain::lanes::clip<T>{low, high},
        [&](auto isa) {
            return typename decltype(isa)::template clip<T>{low, high};
        },
        out, x.data());
}

/// dx = g where low < x < high, else 0 (0 at the bounds).
/// Source: paddle operator `clip_grad`.
template <class T>
    requires std::is_arithmetic_v<T>
constexpr void clip_grad(input<T> x, input<T> g, std::type_identity_t<T> low, std::type_identity_t<T> high, std::span<T> dx) noexcept {
    detail::apply(
        detail::plain::lanes::clip_grad<T>{low, high},
        [&](auto isa) {
            return typename decltype(isa)::template clip_grad<T>{low, high};
        },
        dx, x.data(), g.data());
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
