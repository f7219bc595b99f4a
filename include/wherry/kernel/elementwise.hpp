#ifndef WHERRY_KERNEL_ELEMENTWISE_HPP
#define WHERRY_KERNEL_ELEMENTWISE_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <wherry/kernel/broadcast.hpp>
#include <wherry/kernel/detail/lanes.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// The functions of two numbers that `elementwise` takes, as types.
namespace binary {
/// x + y; gradients g and g.
struct add {};
/// x - y; gradients g and -g.
struct sub {};
/// x * y; gradients g y and g x.
struct mul {};
/// x / y; gradients g / y and -g x / y^2. Integers: no divisor may be 0.
struct div {};
/// The larger one, y where they are equal or not ordered; g goes to X where x > y, to Y where x <= y.
struct max {};
/// The smaller one, y where they are equal or not ordered; g goes to X where x < y, to Y where x >= y.
struct min {};
}  // namespace binary

/// One of the six functions above.
template <class Op>
concept BinaryFunction = std::same_as<Op, binary::add> || std::same_as<Op, binary::sub> || std::same_as<Op, binary::mul> ||
    std::same_as<Op, binary::div> || std::same_as<Op, binary::max> || std::same_as<Op, binary::min>;

namespace detail {

/// The body of Op for the instruction set Isa.
template <class Isa, class Op>
constexpr auto body_of() noexcept {
    if constexpr (std::same_as<Op, binary::add>) return typename Isa::add{};
    else if constexpr (std::same_as<Op, binary::sub>) return typename Isa::sub{};
    else if constexpr (std::same_as<Op, binary::mul>) return typename Isa::mul{};
    else if constexpr (std::same_as<Op, binary::div>) return typename Isa::div{};
    else if constexpr (std::same_as<Op, binary::max>) return typename Isa::max{};
    else return typename Isa::min{};
}

/// The same functions as values: what hardly occurs shares one loop per type, since every further loop costs each user compile time.
enum class binary_kind : unsigned char { add, sub, mul, div, max, min };
template <class Op>
constexpr binary_kind kind_of() noexcept {
    if constexpr (std::same_as<Op, binary::add>) return binary_kind::add;
    else if constexpr (std::same_as<Op, binary::sub>) return binary_kind::sub;
    else if constexpr (std::same_as<Op, binary::mul>) return binary_kind::mul;
    else if constexpr (std::same_as<Op, binary::div>) return binary_kind::div;
    else if constexpr (std::same_as<Op, binary::max>) return binary_kind::max;
    else return binary_kind::min;
}

/// Calls use(f) with the body for single numbers.
template <class Use>
[[gnu::always_inline]] constexpr auto with_plain_body(binary_kind kind, const Use& use) noexcept {
    using lanes = plain::lanes;
    switch (kind) {
        case binary_kind::add: return use(lanes::add{});
        case binary_kind::sub: return use(lanes::sub{});
        case binary_kind::mul: return use(lanes::mul{});
        case binary_kind::div: return use(lanes::div{});
        case binary_kind::max: return use(lanes::max{});
        default: return use(lanes::min{});
    }
}

/// The functions of float that networks are made of have loops of vectors of their own; max, min and all other element types hardly occur.
template <class Op, class T>
inline constexpr bool has_own_loop = std::same_as<T, float> && !std::same_as<Op, binary::max> && !std::same_as<Op, binary::min>;

/// Any of the functions over any broadcast, one element at a time.
template <class T>
[[gnu::noinline, gnu::cold]] constexpr void elementwise_slowly(binary_kind kind, const broadcast_plan& plan, const T* x, const T* y,
                                                               T* out) noexcept {
    const std::size_t last = plan.rank - 1;
    plain::lanes::each_row(plan, [&](std::int64_t xo, std::int64_t yo, std::int64_t oo) {
        for (std::int64_t i = 0; i < plan.size[last]; ++i) {
            const T a = x[xo + i * plan.x_step[last]];
            const T b = y[yo + i * plan.y_step[last]];
            out[oo + i] = with_plain_body(kind, [&](auto body) { return body(a, b); });
        }
    });
}

/// The same for gradients, added up where the operand `of_x` or not repeats; `to` is zero before.
template <class T>
[[gnu::noinline, gnu::cold]] void elementwise_grad_slowly(binary_kind kind, bool of_x, const broadcast_plan& plan, const T* x, const T* y,
                                                          const T* g, T* to) noexcept {
    const std::size_t last = plan.rank - 1;
    plain::lanes::each_row(plan, [&](std::int64_t xo, std::int64_t yo, std::int64_t oo) {
        for (std::int64_t i = 0; i < plan.size[last]; ++i) {
            const auto xi = xo + i * plan.x_step[last];
            const auto yi = yo + i * plan.y_step[last];
            const T a = x[xi];
            const T b = y[yi];
            const T c = g[oo + i];
            to[of_x ? xi : yi] += with_plain_body(kind, [&](auto body) { return of_x ? body.of_x(a, b, c) : body.of_y(a, b, c); });
        }
    });
}

/// One function of floats.
template <class Op>
void elementwise_floats(const broadcast_plan& plan, const float* x, const float* y, float* out) noexcept {
    if constexpr (has_own_loop<Op, float>)
        on_lanes_for<float>([&](auto isa) { isa.broadcast(body_of<decltype(isa), Op>(), plan, x, y, out); });
    else elementwise_slowly(kind_of<Op>(), plan, x, y, out);
}

/// The gradient of one operand.
template <class T>
[[gnu::noinline]] void elementwise_grad_of(binary_kind kind, bool of_x, const broadcast_plan& plan, const T* x, const T* y, const T* g,
                                           std::span<T> to) noexcept {
    if (to.empty()) return;
    const bool fast = std::same_as<T, float> && (kind == binary_kind::add || kind == binary_kind::sub || kind == binary_kind::mul);
    if (!fast || (of_x ? plan.x_repeats() : plan.y_repeats())) std::fill(to.begin(), to.end(), T{});
    if (!fast) return elementwise_grad_slowly(kind, of_x, plan, x, y, g, to.data());
    if constexpr (std::same_as<T, float>)
        on_lanes_for<float>([&](auto isa) {
            using lanes = decltype(isa);
            if (kind == binary_kind::mul)
                return lanes::broadcast_grad(typename lanes::times_other{}, plan, of_x, of_x ? y : x, g, to.data());
            const float factor = kind == binary_kind::sub && !of_x ? -1.0F : 1.0F;
            lanes::broadcast_grad(typename lanes::template passed<float>{factor}, plan, of_x, g, g, to.data());
        });
}

/// The gradients of both; see `elementwise_grad`.
template <class T>
inline void elementwise_grads(binary_kind kind, const broadcast_plan& plan, input<T> x, input<T> y, input<T> g, std::span<T> dx,
                              std::span<T> dy) noexcept {
    const bool values_matter = kind != binary_kind::add && kind != binary_kind::sub;
    const T* const a = values_matter ? x.data() : g.data();  // g is as long as any operand: a safe stand-in for what is not read
    const T* const b = values_matter ? y.data() : g.data();
    elementwise_grad_of<T>(kind, false, plan, a, b, g.data(), dy);
    elementwise_grad_of<T>(kind, true, plan, a, b, g.data(), dx);
}

}  // namespace detail

/// out = Op(x, y) with Paddle's broadcasting.
/// Shapes: as planned: x, y and out hold plan.x_count, plan.y_count and plan.count elements. out may be an operand that does not repeat.
/// Does not allocate. Source: paddle operators elementwise_{add,sub,mul,div,max,min}.
template <BinaryFunction Op, class T>
    requires std::is_arithmetic_v<T>
constexpr void elementwise(Op, const broadcast_plan& plan, input<T> x, input<T> y, std::span<T> out) noexcept {
    if (std::is_constant_evaluated() || !std::same_as<T, float>)
        return detail::elementwise_slowly<T>(detail::kind_of<Op>(), plan, x.data(), y.data(), out.data());
    if constexpr (std::same_as<T, float>) detail::elementwise_floats<Op>(plan, x.data(), y.data(), out.data());
}

/// The gradients of elementwise: dx and dy are overwritten; an empty span is one nobody wants.
/// Shapes: g has plan.count elements, dx and dy those of X and Y; where an operand repeats its gradient is the sum. dx must not be
/// g. For add and sub x and y may be empty. Does not allocate. Source: paddle operators elementwise_*_grad.
template <BinaryFunction Op, std::floating_point T>
inline void elementwise_grad(Op, const broadcast_plan& plan, input<T> x, input<T> y, input<T> g, std::span<T> dx,
                             std::span<T> dy) noexcept {
    detail::elementwise_grads<T>(detail::kind_of<Op>(), plan, x, y, g, dx, dy);
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
