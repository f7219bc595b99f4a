#ifndef WHERRY_KERNEL_REDUCE_HPP
#define WHERRY_KERNEL_REDUCE_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <wherry/kernel/broadcast.hpp>
#include <wherry/kernel/elementwise.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

// Sums of floats are made pairwise with several partial sums: the rounding error grows with the logarithm of the count.

namespace wherry::inline WHERRY_ABI::kernel {

/// Sum of all elements; of none 0.
template <class T>
inline T sum(std::span<const T> x) noexcept {
    T total{};
    detail::on_lanes_for<T>([&](auto isa) { total = isa.sum(typename decltype(isa)::same{}, x.size(), x.data()); });
    return total;
}

/// Mean of all elements; of none NaN.
/// Source: paddle operator `mean`.
template <std::floating_point T>
inline T mean(std::span<const T> x) noexcept {
    return sum(x) / static_cast<T>(x.size());
}

/// Every element of dx = g / count.
/// Source: paddle operator `mean_grad`.
template <std::floating_point T>
constexpr void mean_grad(std::type_identity_t<T> g, std::span<T> dx) noexcept {
    std::fill(dx.begin(), dx.end(), g / static_cast<T>(dx.size()));
}

/// Sum of the squares of all elements.
/// Source: paddle operator `squared_l2_norm`.
template <std::floating_point T>
inline T squared_l2_norm(std::span<const T> x) noexcept {
    T total{};
    detail::on_lanes_for<T>([&](auto isa) { total = isa.sum(typename decltype(isa)::square{}, x.size(), x.data()); });
    return total;
}

/// One bit per axis, axes in [-rank, rank); an empty list means all of them, as reduce_all does.
constexpr std::uint32_t axis_mask(std::span<const std::int64_t> axes, std::size_t rank) noexcept {
    const std::uint32_t all = (std::uint32_t{1} << rank) - 1;
    if (axes.empty()) return all;
    std::uint32_t mask = 0;
    for (const std::int64_t a : axes) mask |= std::uint32_t{1} << (a < 0 ? a + static_cast<std::int64_t>(rank) : a);
    return mask & all;
}

/// Plans a reduction of `dims` over the axes of the mask: X is the tensor, Y the result (with the reduced axes of size 1). At most 9 dims.
constexpr broadcast_plan plan_reduce(std::span<const std::int64_t> dims, std::uint32_t mask) noexcept {
    detail::dims_array x{}, y{};
    for (std::size_t i = 0; i < dims.size() && i < max_rank; ++i) {
        x[i] = dims[i];
        y[i] = (mask >> i & 1u) != 0 ? 1 : dims[i];
    }
    return detail::merge_loops(x, y, x, std::min(dims.size(), max_rank));
}

namespace detail {

/// How many elements fall into one.
template <class T>
constexpr T averaged(const broadcast_plan& plan) noexcept {
    return static_cast<T>(plan.x_count) / static_cast<T>(plan.y_count);
}
template <class T>
inline void reduce(const broadcast_plan& plan, input<T> x, std::span<T> out, bool to_mean) noexcept {
    std::fill(out.begin(), out.end(), T{});
    on_lanes_for<T>([&](auto isa) { isa.reduce(plan, x.data(), out.data()); });
    if (!to_mean) return;
    const T n = averaged<T>(plan);
    for (T& v : out) v /= n;
}
template <class T>
inline void reduce_grad(const broadcast_plan& plan, input<T> g, std::span<T> dx, bool of_mean) noexcept {
    const T n = of_mean ? averaged<T>(plan) : T(1);
    on_lanes_for<T>([&](auto isa) {
        isa.broadcast(typename decltype(isa)::template divided_second<T>{n}, plan, static_cast<const T*>(dx.data()), g.data(), dx.data());
    });
}

}  // namespace detail

/// out = sum of x over the planned axes.
/// Shapes: x has plan.x_count elements, out plan.y_count. Does not allocate. Source: paddle operator `reduce_sum`.
template <class T>
inline void reduce_sum(const broadcast_plan& plan, input<T> x, std::span<T> out) noexcept {
    detail::reduce<T>(plan, x, out, false);
}

/// out = mean of x over the planned axes.
/// Source: paddle operator `reduce_mean`.
template <std::floating_point T>
inline void reduce_mean(const broadcast_plan& plan, input<T> x, std::span<T> out) noexcept {
    detail::reduce<T>(plan, x, out, true);
}

/// dx = g, repeated over the planned axes.
/// Shapes: g has plan.y_count elements, dx plan.x_count. Source: paddle operator `reduce_sum_grad`.
template <class T>
inline void reduce_sum_grad(const broadcast_plan& plan, input<T> g, std::span<T> dx) noexcept {
    detail::reduce_grad<T>(plan, g, dx, false);
}

/// dx = g / (elements averaged), repeated over the planned axes.
/// Source: paddle operator `reduce_mean_grad`.
template <std::floating_point T>
inline void reduce_mean_grad(const broadcast_plan& plan, input<T> g, std::span<T> dx) noexcept {
    detail::reduce_grad<T>(plan, g, dx, true);
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
