#ifndef WHERRY_KERNEL_SCALE_HPP
#define WHERRY_KERNEL_SCALE_HPP

#include <span>
#include <type_traits>

#include <wherry/kernel/activation.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// out = a x + b.
/// Shapes: one length, in place if wanted. Does not allocate. Source: paddle operator `scale`, bias_after_scale.
template <class T>
    requires std::is_arithmetic_v<T>
constexpr void scale(input<T> x, std::type_identity_t<T> a, std::type_identity_t<T> b, std::span<T> out) noexcept {
    detail::apply(
        detail::plain::lanes::affine<T>{a, b},
        [&](auto isa) {
            return typename decltype(isa)::template affine<T>{a, b};
        },
        out, x.data());
}

/// out = a (x + b).
/// Source: paddle operator `scale`, bias_after_scale false.
template <class T>
    requires std::is_arithmetic_v<T>
constexpr void scale_after_bias(input<T> x, std::type_identity_t<T> a, std::type_identity_t<T> b, std::span<T> out) noexcept {
    detail::apply(
        detail::plain::lanes::shifted<T>{a, b},
        [&](auto isa) {
            return typename decltype(isa)::template shifted<T>{a, b};
        },
        out, x.data());
}

/// out += x.
/// Shapes: one length. Does not allocate. Source: paddle operator `sum`.
template <class T>
    requires std::is_arithmetic_v<T>
constexpr void add_to(std::span<T> out, input<T> x) noexcept {
    detail::apply(
        detail::plain::lanes::add{}, [](auto isa) { return typename decltype(isa)::add{}; }, out, static_cast<const T*>(out.data()),
        x.data());
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
