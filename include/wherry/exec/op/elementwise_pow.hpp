#ifndef WHERRY_EXEC_OP_ELEMENTWISE_POW_HPP
#define WHERRY_EXEC_OP_ELEMENTWISE_POW_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/broadcast.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// Functions of two numbers that hardly occur: powers, remainders, whole quotients.
namespace wherry::inline WHERRY_ABI::op {

namespace detail {

enum class rare_binary : std::uint8_t { power, remainder, quotient };

/// A power as the reference makes it: by doubles for integers, too; one that does not fit is 0.
template <class T>
T power_of(T x, T y) noexcept {
    if constexpr (std::floating_point<T>) {
        return std::pow(x, y);
    } else {
        const double power = std::trunc(std::pow(static_cast<double>(x), static_cast<double>(y)));
        constexpr double end = sizeof(T) == 4 ? 2147483648.0 : 9223372036854775808.0;
        return power >= -end && power < end ? static_cast<T>(power) : T{};
    }
}
/// The quotient goes down and the remainder has the sign of the divisor (`floors`); or towards 0, as 1.8 has it for integers. A divisor of
/// -1 is done apart: the least integer has no quotient.
template <class T>
T remainder_of(T x, T y, bool floors) noexcept {
    if constexpr (std::floating_point<T>) {
        const T rest = std::fmod(x, y);
        return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    } else {
        if (y == T(-1)) return 0;
        const T rest = static_cast<T>(x % y);
        return floors && rest != 0 && (rest < 0) != (y < 0) ? static_cast<T>(rest + y) : rest;
    }
}
template <class T>
T quotient_of(T x, T y, bool floors) noexcept {
    if constexpr (std::floating_point<T>) {
        return std::floor(x / y);
    } else {
        if (y == T(-1)) return static_cast<T>(std::uint64_t{0} - static_cast<std::uint64_t>(x));
        const T whole = static_cast<T>(x / y);
        return floors && x % y != 0 && (x < 0) != (y < 0) ? static_cast<T>(whole - 1) : whole;
    }
}

inline result<void> run_rare_binary(const elementwise_attributes& a, run_context& c, rare_binary kind) {
    if (!c.has_out(0)) return {};
    auto loops = broadcast_loops(c, a.axis);
    if (!loops) return loops.failure();
    const bool floors = is_2x(c.program_version());
    return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        const auto x = c.in<T>(0);
        const auto y = c.in<T>(1);
        const auto out = c.out<T>(0);
        if constexpr (std::integral<T>)
            if (kind != rare_binary::power && std::find(y.begin(), y.end(), T{}) != y.end())
                return c.fail(errc::bad_argument, "Integer division by zero encountered in (floor) divide. Please check the input value.");
        const auto last = loops->rank - 1;
        kernel::detail::plain::lanes::each_row(*loops, [&](std::int64_t xo, std::int64_t yo, std::int64_t oo) {
            for (std::int64_t i = 0; i < loops->size[last]; ++i) {
                const T p = x[static_cast<std::size_t>(xo + i * loops->x_step[last])];
                const T q = y[static_cast<std::size_t>(yo + i * loops->y_step[last])];
                out[static_cast<std::size_t>(oo + i)] = kind == rare_binary::power       ? power_of<T>(p, q)
                                                        : kind == rare_binary::remainder ? remainder_of<T>(p, q, floors)
                                                                                         : quotient_of<T>(p, q, floors);
            }
        });
        return {};
    });
}

template <rare_binary Kind>
struct rare_elementwise {
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = elementwise_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_elementwise(a, c); }
    static result<void> run(const attributes& a, run_context& c) { return run_rare_binary(a, c, Kind); }
};

}  // namespace detail

/// g Y X^(Y - 1) and g X^Y log(X), summed where an operand repeats.
struct elementwise_pow_grad {
    static constexpr std::string_view type = "elementwise_pow_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Y"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD", slot_arity::optional}, slot{"Y@GRAD", slot_arity::optional}};
    using attributes = elementwise_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return detail::infer_elementwise_grad(a, c); }
    static result<void> run(const attributes& a, run_context& c) {
        auto loops = detail::broadcast_loops(c, a.axis);
        if (!loops) return loops.failure();
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto* const x = c.in<T>(0).data();
            const auto* const y = c.in<T>(1).data();
            const auto* const g = c.in<T>(2).data();
            const auto dx = c.out<T>(0);
            const auto dy = c.out<T>(1);
            std::fill(dx.begin(), dx.end(), T{});
            std::fill(dy.begin(), dy.end(), T{});
            const auto last = loops->rank - 1;
            kernel::detail::plain::lanes::each_row(*loops, [&](std::int64_t xo, std::int64_t yo, std::int64_t oo) {
                for (std::int64_t i = 0; i < loops->size[last]; ++i) {
                    const auto xi = static_cast<std::size_t>(xo + i * loops->x_step[last]);
                    const auto yi = static_cast<std::size_t>(yo + i * loops->y_step[last]);
                    if (!dx.empty()) dx[xi] += g[oo + i] * y[yi] * std::pow(x[xi], y[yi] - T(1));
                    if (!dy.empty()) dy[yi] += g[oo + i] * std::pow(x[xi], y[yi]) * std::log(x[xi]);
                }
            });
            return {};
        });
    }
};

/// X to the power of Y. Shapes, element types, errors: as elementwise_add. Source: paddle operators `elementwise_pow`, `elementwise_pow_grad`.
struct elementwise_pow : detail::rare_elementwise<detail::rare_binary::power> {
    static constexpr std::string_view type = "elementwise_pow";
    [[gnu::cold]] static void gradient(gradient_maker& g) { detail::elementwise_gradient(g.append<elementwise_pow_grad>(), false); }
};
/// The remainder of X / Y; from 2.0 on it has the sign of Y, before that the one of X for integers.
/// Errors besides: bad_argument for an integer divisor of 0. Source: paddle operator `elementwise_mod`.
struct elementwise_mod : detail::rare_elementwise<detail::rare_binary::remainder> {
    static constexpr std::string_view type = "elementwise_mod";
};
/// X / Y as a whole number; from 2.0 on the next lower one, before that the one nearer to 0 for integers.
/// Errors besides: bad_argument for an integer divisor of 0. Source: paddle operator `elementwise_floordiv`.
struct elementwise_floordiv : detail::rare_elementwise<detail::rare_binary::quotient> {
    static constexpr std::string_view type = "elementwise_floordiv";
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
