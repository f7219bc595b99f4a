#ifndef WHERRY_KERNEL_ELEMENTWISE_HPP
#define WHERRY_KERNEL_ELEMENTWISE_HPP

#include <algorithm>
#include <concepts>
#include <span>
#include <type_traits>

#include <wherry/kernel/broadcast.hpp>
#include <wherry/kernel/detail/lanes.hpp>
#include <wherry/kernel/view.hpp>

namespace wherry::inline v0::kernel {

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
concept BinaryFunction = std::same_as<Op, binary::add> || std::same_as<Op, binary::sub> || std::same_as<Op, binary::mul> || std::same_as<Op, binary::div> ||
                         std::same_as<Op, binary::max> || std::same_as<Op, binary::min>;

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

template <class T, class F>
inline void on_lanes_for(F f) noexcept {
    if constexpr (std::is_floating_point_v<T>) on_best_lanes(f);
    else f(plain::lanes{});
}

}  // namespace detail

/// out = Op(x, y) with Paddle's broadcasting.
/// Shapes: as planned: x, y and out hold plan.x_count, plan.y_count and plan.count elements. out may be an operand that does not repeat.
/// Does not allocate. Source: paddle operators elementwise_{add,sub,mul,div,max,min}.
template <BinaryFunction Op, class T>
    requires std::is_arithmetic_v<T>
constexpr void elementwise(Op, const broadcast_plan& plan, input<T> x, input<T> y, std::span<T> out) noexcept {
    if (std::is_constant_evaluated()) {
        constexpr auto op = detail::body_of<detail::plain::lanes, Op>();
        const std::size_t last = plan.rank - 1;
        detail::plain::lanes::each_row(plan, [&](std::int64_t xo, std::int64_t yo, std::int64_t oo) {
            for (std::int64_t i = 0; i < plan.size[last]; ++i)
                out[static_cast<std::size_t>(oo + i)] = op(x[static_cast<std::size_t>(xo + i * plan.x_step[last])],
                                                           y[static_cast<std::size_t>(yo + i * plan.y_step[last])]);
        });
    } else {
        detail::on_lanes_for<T>([&](auto isa) {
            isa.broadcast(detail::body_of<decltype(isa), Op>(), plan, x.data(), y.data(), out.data());
        });
    }
}

/// The gradients of elementwise: dx and dy are overwritten; an empty span is one nobody wants.
/// Shapes: g has plan.count elements, dx and dy those of X and Y; where an operand repeats its gradient is the sum. dx may be g when X does
/// not repeat. For add and sub x and y may be empty. Does not allocate. Source: paddle operators elementwise_*_grad.
template <BinaryFunction Op, std::floating_point T>
inline void elementwise_grad(Op, const broadcast_plan& plan, input<T> x, input<T> y, input<T> g, std::span<T> dx, std::span<T> dy) noexcept {
    constexpr bool values_matter = !std::same_as<Op, binary::add> && !std::same_as<Op, binary::sub>;
    const T* const a = values_matter ? x.data() : g.data();  // g is as long as any operand: a safe stand-in for what is not read
    const T* const b = values_matter ? y.data() : g.data();
    detail::on_best_lanes([&](auto isa) {
        using lanes = decltype(isa);
        using op = decltype(detail::body_of<lanes, Op>());
        if (!dy.empty()) {
            if (plan.y_repeats()) std::fill(dy.begin(), dy.end(), T{});
            lanes::template broadcast_grad<false>(typename lanes::template of_y<op>{}, plan, a, b, g.data(), dy.data());
        }
        if (!dx.empty()) {
            if (plan.x_repeats()) std::fill(dx.begin(), dx.end(), T{});
            lanes::template broadcast_grad<true>(typename lanes::template of_x<op>{}, plan, a, b, g.data(), dx.data());
        }
    });
}

}  // namespace wherry::inline v0::kernel

#endif
