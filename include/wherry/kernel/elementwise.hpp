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

/// The functions of float that networks are made of have loops of vectors of their own. max, min, the gradient of div and all
/// other element types hardly occur: they share one loop a type, since every further loop costs each user compile time.
template <class Op, class T>
inline constexpr bool has_own_loop = std::same_as<T, float> && !std::same_as<Op, binary::max> && !std::same_as<Op, binary::min>;
template <class Op, class T>
inline constexpr bool gradient_has_own_loop = has_own_loop<Op, T> && !std::same_as<Op, binary::div>;

/// Any of the functions over any broadcast, one element at a time, through a pointer.
template <class T>
[[gnu::noinline, gnu::cold]] constexpr void elementwise_slowly(T (*op)(T, T), const broadcast_plan& plan, const T* x, const T* y,
                                                               T* out) noexcept {
    const std::size_t last = plan.rank - 1;
    plain::lanes::each_row(plan, [&](std::int64_t xo, std::int64_t yo, std::int64_t oo) {
        for (std::int64_t i = 0; i < plan.size[last]; ++i) out[oo + i] = op(x[xo + i * plan.x_step[last]], y[yo + i * plan.y_step[last]]);
    });
}

/// The same for gradients, added up where the operand `of_x` or not repeats; `to` is zero before.
template <class T>
[[gnu::noinline, gnu::cold]] void elementwise_grad_slowly(T (*op)(T, T, T), bool of_x, const broadcast_plan& plan, const T* x, const T* y,
                                                          const T* g, T* to) noexcept {
    const std::size_t last = plan.rank - 1;
    plain::lanes::each_row(plan, [&](std::int64_t xo, std::int64_t yo, std::int64_t oo) {
        for (std::int64_t i = 0; i < plan.size[last]; ++i) {
            const auto xi = xo + i * plan.x_step[last];
            const auto yi = yo + i * plan.y_step[last];
            const T change = op(x[xi], y[yi], g[oo + i]);
            to[of_x ? xi : yi] += change;
        }
    });
}

}  // namespace detail

/// out = Op(x, y) with Paddle's broadcasting.
/// Shapes: as planned: x, y and out hold plan.x_count, plan.y_count and plan.count elements. out may be an operand that does not repeat.
/// Does not allocate. Source: paddle operators elementwise_{add,sub,mul,div,max,min}.
template <BinaryFunction Op, class T>
    requires std::is_arithmetic_v<T>
constexpr void elementwise(Op, const broadcast_plan& plan, input<T> x, input<T> y, std::span<T> out) noexcept {
    using body = decltype(detail::body_of<detail::plain::lanes, Op>());
    if (std::is_constant_evaluated() || !detail::has_own_loop<Op, T>)
        return detail::elementwise_slowly<T>([](T a, T b) { return body{}(a, b); }, plan, x.data(), y.data(), out.data());
    if constexpr (detail::has_own_loop<Op, T>)
        detail::on_lanes_for<T>(
            [&](auto isa) { isa.broadcast(detail::body_of<decltype(isa), Op>(), plan, x.data(), y.data(), out.data()); });
}

/// The gradients of elementwise: dx and dy are overwritten; an empty span is one nobody wants.
/// Shapes: g has plan.count elements, dx and dy those of X and Y; where an operand repeats its gradient is the sum. dx must not be
/// g. For add and sub x and y may be empty. Does not allocate. Source: paddle operators elementwise_*_grad.
template <BinaryFunction Op, std::floating_point T>
inline void elementwise_grad(Op, const broadcast_plan& plan, input<T> x, input<T> y, input<T> g, std::span<T> dx,
                             std::span<T> dy) noexcept {
    constexpr bool values_matter = !std::same_as<Op, binary::add> && !std::same_as<Op, binary::sub>;
    const T* const a = values_matter ? x.data() : g.data();  // g is as long as any operand: a safe stand-in for what is not read
    const T* const b = values_matter ? y.data() : g.data();
    const auto gradient = [&](bool of_x, std::span<T> to) {
        if (to.empty()) return;
        if constexpr (detail::gradient_has_own_loop<Op, T>) {
            if (of_x ? plan.x_repeats() : plan.y_repeats()) std::fill(to.begin(), to.end(), T{});
            detail::on_lanes_for<T>([&](auto isa) {
                using lanes = decltype(isa);
                if constexpr (values_matter) {
                    lanes::broadcast_grad(typename lanes::times_other{}, plan, of_x, of_x ? b : a, g.data(), to.data());
                } else {
                    const T factor = std::same_as<Op, binary::sub> && !of_x ? T{-1} : T{1};
                    lanes::broadcast_grad(typename lanes::template passed<T>{factor}, plan, of_x, a, g.data(), to.data());
                }
            });
        } else {
            using lanes = detail::plain::lanes;
            using op = decltype(detail::body_of<lanes, Op>());
            std::fill(to.begin(), to.end(), T{});
            T(*const change)
            (T, T, T) = of_x ? +[](T u, T v, T w) { return typename lanes::template of_x<op>{}(u, v, w); }
                             : +[](T u, T v, T w) { return typename lanes::template of_y<op>{}(u, v, w); };
            detail::elementwise_grad_slowly<T>(change, of_x, plan, a, b, g.data(), to.data());
        }
    };
    gradient(false, dy);
    gradient(true, dx);
}

}  // namespace wherry::inline v0::kernel

#endif
