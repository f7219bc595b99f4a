#ifndef WHERRY_KERNEL_UNARY_HPP
#define WHERRY_KERNEL_UNARY_HPP

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wherry/kernel/detail/lanes.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// The functions of one number that `apply` takes, with what a, b and c are to them.
enum class unary : std::uint8_t {
    relu6,         ///< min(max(x, 0), a)
    leaky_relu,    ///< x, or a x where x < 0
    hard_sigmoid,  ///< min(max(a x + b, 0), 1)
    hard_swish,    ///< min(max(x + c, 0), a) x / b
    swish,         ///< x / (1 + e^(-a x))
    mish,          ///< x tanh(log(1 + e^x)), the logarithm being x from a on
    gelu,          ///< x times the integral of the normal distribution; a != 0: by tanh
    elu,           ///< x, or a (e^x - 1) where x < 0
    softplus,      ///< log(1 + e^(a x)) / a, or x where a x > b
    exp,
    log,
    abs,
    pow,  ///< x^a
    rsqrt,
    reciprocal,
    floor,
    ceil,
    round,       ///< halves away from 0
    round_even,  ///< halves to the even one
    sin,
    cos,
    erf,
};

/// a, b and c of a `unary` function.
struct unary_numbers {
    double a = 0;
    double b = 0;
    double c = 0;
};

namespace detail {

template <class T>
T logistic(T x) noexcept {
    return T(1) / (T(1) + std::exp(-x));
}
template <class T>
T softplus_of(T x, T threshold) noexcept {
    return x < threshold ? std::log1p(std::exp(x)) : x;
}
inline constexpr double root_of_half = 0.70710678118654752440;
inline constexpr double two_by_root_of_pi = 1.12837916709551257390;
/// The argument of tanh in the other gelu: root(2 / pi) (x + 0.044715 x^3).
template <class T>
T gelu_argument(T x) noexcept {
    return static_cast<T>(two_by_root_of_pi * root_of_half) * (x + T(0.044715) * x * x * x);
}

/// Calls use(f): the function, number by number.
template <class T, class Use>
void with_function(unary kind, const unary_numbers& n, const Use& use) noexcept {
    const T a = static_cast<T>(n.a);
    const T b = static_cast<T>(n.b);
    const T c = static_cast<T>(n.c);
    switch (kind) {
        case unary::relu6: return use([=](T x) { return x < T(0) ? T(0) : x > a ? a : x; });
        case unary::leaky_relu: return use([=](T x) { return x < T(0) ? a * x : x; });
        case unary::hard_sigmoid: return use([=](T x) { return plain::lanes::ramp<T>{a, b, T(1)}(x); });
        case unary::hard_swish: return use([=](T x) { return plain::lanes::gated_ramp<T>{c, a, b}(x); });
        case unary::swish: return use([=](T x) { return x / (T(1) + std::exp(-a * x)); });
        case unary::mish: return use([=](T x) { return x * std::tanh(softplus_of(x, a)); });
        case unary::gelu:
            if (n.a != 0) return use([=](T x) { return T(0.5) * x * (T(1) + std::tanh(gelu_argument(x))); });
            return use([=](T x) { return T(0.5) * x * std::erfc(-x * static_cast<T>(root_of_half)); });
        case unary::elu: return use([=](T x) { return x < T(0) ? a * (std::exp(x) - T(1)) : x; });
        case unary::softplus: return use([=](T x) { return a * x > b ? x : std::log1p(std::exp(a * x)) / a; });
        case unary::exp: return use([](T x) { return std::exp(x); });
        case unary::log: return use([](T x) { return std::log(x); });
        case unary::abs: return use([](T x) { return std::abs(x); });
        case unary::pow:
            if (n.a == 2) return use([](T x) { return x * x; });
            return use([=](T x) { return std::pow(x, a); });
        case unary::rsqrt: return use([](T x) { return T(1) / std::sqrt(x); });
        case unary::reciprocal: return use([](T x) { return T(1) / x; });
        case unary::floor: return use([](T x) { return std::floor(x); });
        case unary::ceil: return use([](T x) { return std::ceil(x); });
        case unary::round: return use([](T x) { return std::round(x); });
        case unary::round_even: return use([](T x) { return std::nearbyint(x); });
        case unary::sin: return use([](T x) { return std::sin(x); });
        case unary::cos: return use([](T x) { return std::cos(x); });
        case unary::erf: return use([](T x) { return std::erf(x); });
    }
}

/// Calls use(f): the derivative at v, which is the argument, or the result where `unary_grad` says so.
template <class T, class Use>
void with_derivative(unary kind, const unary_numbers& n, const Use& use) noexcept {
    const T a = static_cast<T>(n.a);
    const T b = static_cast<T>(n.b);
    const T c = static_cast<T>(n.c);
    switch (kind) {
        case unary::relu6: return use([=](T v) { return v > T(0) && v < a ? T(1) : T(0); });
        case unary::leaky_relu: return use([=](T v) { return v > T(0) ? T(1) : a; });
        case unary::hard_sigmoid: return use([=](T v) { return v > T(0) && v < T(1) ? a : T(0); });
        case unary::hard_swish: return use([=](T x) { return x + c >= a ? T(1) : x + c > T(0) ? (T(2) * x + c) / b : T(0); });
        case unary::swish:
            return use([=](T x) {
                const T s = logistic(a * x);
                return s + a * x * s * (T(1) - s);
            });
        case unary::mish:
            return use([=](T x) {
                const T t = std::tanh(softplus_of(x, a));
                return t + x * (T(1) - t * t) * (x < a ? logistic(x) : T(1));
            });
        case unary::gelu:
            if (n.a != 0)
                return use([](T x) {
                    const T t = std::tanh(gelu_argument(x));
                    const T inner = static_cast<T>(two_by_root_of_pi * root_of_half) * (T(1) + T(3 * 0.044715) * x * x);
                    return T(0.5) * (T(1) + t) + T(0.5) * x * (T(1) - t * t) * inner;
                });
            return use([](T x) {
                const T density = static_cast<T>(0.5 * two_by_root_of_pi * root_of_half) * std::exp(T(-0.5) * x * x);
                return T(0.5) * std::erfc(-x * static_cast<T>(root_of_half)) + x * density;
            });
        case unary::elu: return use([=](T x) { return x > T(0) ? T(1) : a * std::exp(x); });
        case unary::softplus: return use([=](T x) { return a * x > b ? T(1) : logistic(a * x); });
        case unary::exp: return use([](T v) { return v; });
        case unary::log: return use([](T x) { return T(1) / x; });
        case unary::abs: return use([](T x) { return x > T(0) ? T(1) : x < T(0) ? T(-1) : T(0); });
        case unary::pow: return use([=](T x) { return a * std::pow(x, a - T(1)); });
        case unary::rsqrt: return use([](T v) { return T(-0.5) * v * v * v; });
        case unary::reciprocal: return use([](T v) { return -v * v; });
        case unary::floor:
        case unary::ceil:
        case unary::round:
        case unary::round_even: return use([](T) { return T(0); });
        case unary::sin: return use([](T x) { return std::cos(x); });
        case unary::cos: return use([](T x) { return -std::sin(x); });
        case unary::erf: return use([](T x) { return static_cast<T>(two_by_root_of_pi) * std::exp(-x * x); });
    }
}

/// Those that networks are made of, by vectors; false for the others.
inline bool apply_by_vectors(unary kind, const unary_numbers& n, input<float> x, std::span<float> out) noexcept {
    const auto a = static_cast<float>(n.a);
    const auto b = static_cast<float>(n.b);
    const auto c = static_cast<float>(n.c);
    return on_lanes_for<float>([&](auto isa) {
        using lanes = decltype(isa);
        const auto all = [&](auto function) { return lanes::map_overlapping(function, out.size(), out.data(), x.data()), true; };
        switch (kind) {
            case unary::relu6: return all(typename lanes::template ramp<float>{1, 0, a});
            case unary::leaky_relu: return all(typename lanes::template leaky_relu<float>{a});
            case unary::hard_sigmoid: return all(typename lanes::template ramp<float>{a, b, 1});
            case unary::hard_swish: return all(typename lanes::template gated_ramp<float>{c, a, b});
            case unary::swish: return all(typename lanes::template swish<float>{a});
            case unary::gelu: return n.a == 0 && all(typename lanes::gelu{});
            case unary::exp: return all(typename lanes::exp{});
            default: return false;
        }
    });
}

}  // namespace detail

/// out = the function of x, number by number. Float swish, gelu and exp are within 4 ulp and 2e-7.
/// Shapes: spans of one length; out may be x. Does not allocate. Source: paddle operators of these names.
template <std::floating_point T>
void apply(unary kind, const unary_numbers& n, input<T> x, std::span<T> out) noexcept {
    if constexpr (std::same_as<T, float>)
        if (detail::apply_by_vectors(kind, n, x, out)) return;
    detail::with_function<T>(kind, n, [&](auto f) {
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = f(x[i]);
    });
}

/// dx = g times the derivative. `v` is the result of relu6, leaky_relu, hard_sigmoid, exp, rsqrt and reciprocal, the argument of the others.
/// Shapes: spans of one length; dx may be g.
template <std::floating_point T>
void unary_grad(unary kind, const unary_numbers& n, input<T> v, input<T> g, std::span<T> dx) noexcept {
    detail::with_derivative<T>(kind, n, [&](auto f) {
        for (std::size_t i = 0; i < dx.size(); ++i) dx[i] = g[i] * f(v[i]);
    });
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
