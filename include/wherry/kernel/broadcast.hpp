#ifndef WHERRY_KERNEL_BROADCAST_HPP
#define WHERRY_KERNEL_BROADCAST_HPP

#include <wherry/version.hpp>

#include <wherry/base/limits.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace wherry::inline WHERRY_ABI::kernel {

/// How two operands meet, worked out once per pair of shapes: loops from outside to inside with a step per operand (0 = repeated).
/// Neighbouring dimensions that walk alike are merged, so same shapes become one loop, a bias two, and Y in the middle of X three.
/// The innermost step of an operand is 1 or 0, never both operands 0.
struct broadcast_plan {
    std::size_t rank = 1;                           ///< loops left after merging, at least 1
    std::array<std::int64_t, max_rank> size{};      ///< iterations of each loop
    std::array<std::int64_t, max_rank> x_step{};    ///< elements X advances in each loop
    std::array<std::int64_t, max_rank> y_step{};    ///< elements Y advances in each loop
    std::size_t out_rank = 0;                       ///< rank of the result before merging
    std::array<std::int64_t, max_rank> out_dims{};  ///< shape of the result
    std::size_t count = 0;                          ///< elements of the result
    std::size_t x_count = 0;                        ///< elements of X
    std::size_t y_count = 0;                        ///< elements of Y

    constexpr bool x_repeats() const noexcept { return x_count != count; }
    constexpr bool y_repeats() const noexcept { return y_count != count; }
    constexpr std::span<const std::int64_t> shape() const noexcept { return {out_dims.data(), out_rank}; }
};

/// The form most layers use: Y is a contiguous middle part of X = [pre, n, post].
struct middle_part {
    std::int64_t pre = 1, n = 1, post = 1;
    friend constexpr bool operator==(const middle_part&, const middle_part&) = default;
};

namespace detail {

using dims_array = std::array<std::int64_t, max_rank>;

/// Builds the merged loops of two shapes of equal rank whose sizes agree or are 1.
constexpr broadcast_plan merge_loops(const dims_array& x, const dims_array& y, const dims_array& out, std::size_t rank) noexcept {
    broadcast_plan plan;
    plan.out_rank = rank;
    plan.count = plan.x_count = plan.y_count = 1;
    dims_array x_step{}, y_step{};
    std::int64_t x_size = 1, y_size = 1;
    for (std::size_t i = rank; i-- > 0;) {
        plan.out_dims[i] = out[i];
        plan.count *= static_cast<std::size_t>(out[i]);
        x_step[i] = x[i] == out[i] ? x_size : 0;
        y_step[i] = y[i] == out[i] ? y_size : 0;
        x_size *= x[i];
        y_size *= y[i];
    }
    plan.x_count = static_cast<std::size_t>(x_size);
    plan.y_count = static_cast<std::size_t>(y_size);
    std::size_t n = 0;
    for (std::size_t i = 0; i < rank; ++i) {
        if (out[i] == 1) continue;
        if (n > 0 && plan.x_step[n - 1] == x_step[i] * out[i] && plan.y_step[n - 1] == y_step[i] * out[i]) {
            plan.size[n - 1] *= out[i];
            plan.x_step[n - 1] = x_step[i];
            plan.y_step[n - 1] = y_step[i];
        } else {
            plan.size[n] = out[i];
            plan.x_step[n] = x_step[i];
            plan.y_step[n] = y_step[i];
            ++n;
        }
    }
    if (n == 0) {
        plan.size[0] = 1;
        plan.x_step[0] = plan.y_step[0] = 1;
        n = 1;
    }
    plan.rank = n;
    return plan;
}

}  // namespace detail

/// Plans an elementwise operation of X and Y; nothing when the shapes do not meet.
/// Shapes: the operand of lower rank is laid along the other one from dimension `axis` on (-1: right-aligned); missing dimensions
/// count as 1, trailing ones that reach past the other operand's rank are dropped; size 1 repeats either way. At most 9 dimensions.
/// Does not allocate. Source: paddle operators elementwise_*, GetBroadcastDimsArrays.
constexpr std::optional<broadcast_plan> plan_broadcast(std::span<const std::int64_t> x, std::span<const std::int64_t> y,
                                                       std::int64_t axis = -1) noexcept {
    const bool x_is_longer = x.size() >= y.size();
    const auto longer = x_is_longer ? x : y;
    auto shorter = x_is_longer ? y : x;
    if (longer.size() > max_rank) return std::nullopt;
    const std::size_t rank = longer.size();
    if (axis < -1 || axis > static_cast<std::int64_t>(rank)) return std::nullopt;
    const std::size_t first = axis < 0 ? rank - shorter.size() : static_cast<std::size_t>(axis);
    while (first + shorter.size() > rank && !shorter.empty() && shorter.back() == 1) shorter = shorter.first(shorter.size() - 1);
    if (first + shorter.size() > rank) return std::nullopt;
    detail::dims_array a{}, b{}, out{};
    for (std::size_t i = 0; i < rank; ++i) {
        a[i] = longer[i];
        b[i] = i >= first && i - first < shorter.size() ? shorter[i - first] : 1;
        if (a[i] < 0 || b[i] < 0 || (a[i] != b[i] && a[i] != 1 && b[i] != 1)) return std::nullopt;
        out[i] = a[i] == 1 ? b[i] : a[i];
    }
    return x_is_longer ? detail::merge_loops(a, b, out, rank) : detail::merge_loops(b, a, out, rank);
}

/// {pre, n, post} when X has the shape of the result and Y is a contiguous part of it, which includes equal shapes and a single value.
constexpr std::optional<middle_part> as_middle_part(const broadcast_plan& plan) noexcept {
    if (plan.x_repeats() || plan.rank > 3) return std::nullopt;
    middle_part part;
    std::size_t i = 0;
    if (i < plan.rank && plan.y_step[i] == 0) part.pre = plan.size[i++];
    if (i < plan.rank && plan.y_step[i] != 0) part.n = plan.size[i++];
    if (i < plan.rank && plan.y_step[i] == 0) part.post = plan.size[i++];
    if (i != plan.rank) return std::nullopt;
    return part;
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
