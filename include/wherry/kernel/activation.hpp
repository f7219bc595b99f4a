#ifndef WHERRY_KERNEL_ACTIVATION_HPP
#define WHERRY_KERNEL_ACTIVATION_HPP

#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <type_traits>

#include <wherry/kernel/detail/lanes.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

// Every function here takes spans of one length, works in place (out may be x, dx may be g) and does not allocate.

namespace wherry::inline WHERRY_ABI::kernel {

namespace detail {

/// out = op(in...) by the vectors of the best instruction set, or by plain numbers: during constant evaluation and for all but float.
template <class Plain, class Pick, class T, class... In>
constexpr void apply(Plain plain_op, Pick pick, std::span<T> out, const In*... in) noexcept {
    if constexpr (std::is_same_v<T, float>)
        if (!std::is_constant_evaluated()) return on_lanes_for<T>([&](auto isa) { isa.map(pick(isa), out.size(), out.data(), in...); });
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = plain_op(in[i]...);
}

}  // namespace detail

/// max(x, 0). A NaN stays a NaN.
/// Source: paddle operator `relu`.
template <std::floating_point T>
constexpr void relu(input<T> x, std::span<T> out) noexcept {
    detail::apply(
        detail::plain::lanes::relu{}, [](auto isa) { return typename decltype(isa)::relu{}; }, out, x.data());
}

/// dx = g where out > 0, else 0 (0 at 0).
template <std::floating_point T>
constexpr void relu_grad(input<T> out, input<T> g, std::span<T> dx) noexcept {
    detail::apply(
        detail::plain::lanes::relu_grad{}, [](auto isa) { return typename decltype(isa)::relu_grad{}; }, dx, out.data(), g.data());
}

/// Hyperbolic tangent; float within 2 ulp, double as std::tanh.
/// Source: paddle operator `tanh`.
template <std::floating_point T>
inline void tanh(input<T> x, std::span<T> out) noexcept {
    if constexpr (std::same_as<T, float>) {
        detail::on_lanes_for<T>([&](auto isa) { isa.map_overlapping(typename decltype(isa)::tanh{}, out.size(), out.data(), x.data()); });
    } else {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::tanh(x[i]);
    }
}

/// dx = g (1 - out^2).
template <std::floating_point T>
constexpr void tanh_grad(input<T> out, input<T> g, std::span<T> dx) noexcept {
    detail::apply(
        detail::plain::lanes::tanh_grad{}, [](auto isa) { return typename decltype(isa)::tanh_grad{}; }, dx, out.data(), g.data());
}

/// 1 / (1 + e^-x), not clamped: sigmoid(-88) is 6.0546e-39, sigmoid(-100) is 0. Float within 4 ulp, double as std::exp.
/// Source: paddle operator `sigmoid`.
template <std::floating_point T>
inline void sigmoid(input<T> x, std::span<T> out) noexcept {
    if constexpr (std::same_as<T, float>) {
        detail::on_lanes_for<T>(
            [&](auto isa) { isa.map_overlapping(typename decltype(isa)::sigmoid{}, out.size(), out.data(), x.data()); });
    } else {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = T(1) / (T(1) + std::exp(-x[i]));
    }
}

/// dx = g out (1 - out).
template <std::floating_point T>
constexpr void sigmoid_grad(input<T> out, input<T> g, std::span<T> dx) noexcept {
    detail::apply(
        detail::plain::lanes::sigmoid_grad{}, [](auto isa) { return typename decltype(isa)::sigmoid_grad{}; }, dx, out.data(), g.data());
}

/// Square root; of a negative number NaN.
/// Source: paddle operator `sqrt`.
template <std::floating_point T>
inline void sqrt(input<T> x, std::span<T> out) noexcept {
    detail::apply(
        detail::plain::lanes::sqrt{}, [](auto isa) { return typename decltype(isa)::sqrt{}; }, out, x.data());
}

/// dx = g / 2 / out.
template <std::floating_point T>
constexpr void sqrt_grad(input<T> out, input<T> g, std::span<T> dx) noexcept {
    detail::apply(
        detail::plain::lanes::sqrt_grad{}, [](auto isa) { return typename decltype(isa)::sqrt_grad{}; }, dx, out.data(), g.data());
}

/// x^2, integers too.
/// Source: paddle operator `square`.
template <class T>
    requires std::is_arithmetic_v<T>
constexpr void square(input<T> x, std::span<T> out) noexcept {
    detail::apply(
        detail::plain::lanes::square{}, [](auto isa) { return typename decltype(isa)::square{}; }, out, x.data());
}

/// dx = 2 x g. Takes the input of `square`, not its output.
template <class T>
    requires std::is_arithmetic_v<T>
constexpr void square_grad(input<T> x, input<T> g, std::span<T> dx) noexcept {
    detail::apply(
        detail::plain::lanes::square_grad{}, [](auto isa) { return typename decltype(isa)::square_grad{}; }, dx, x.data(), g.data());
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
