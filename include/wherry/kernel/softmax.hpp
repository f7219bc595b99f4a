#ifndef WHERRY_KERNEL_SOFTMAX_HPP
#define WHERRY_KERNEL_SOFTMAX_HPP

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wherry/kernel/detail/lanes.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// A tensor seen from one of its axes: [outer, axis, inner].
struct axis_split {
    std::size_t outer = 1, axis = 1, inner = 1;
    constexpr std::size_t count() const noexcept { return outer * axis * inner; }
    friend constexpr bool operator==(const axis_split&, const axis_split&) = default;
};

/// Splits dims at `axis`, in [-rank, rank).
constexpr axis_split split_at(std::span<const std::int64_t> dims, std::int64_t axis) noexcept {
    const std::size_t at = static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(dims.size()) : axis);
    axis_split s;
    for (std::size_t i = 0; i < dims.size(); ++i) (i < at ? s.outer : i == at ? s.axis : s.inner) *= static_cast<std::size_t>(dims[i]);
    return s;
}

/// The smallest exponent softmax uses: x - max is clamped here, so that no class gets a probability of 0.
inline constexpr int softmax_floor = -64;

/// Softmax along the middle axis: z = max(x - max(x), -64), out = e^z / sum(e^z). A NaN or an infinity makes its whole row NaN.
/// Shapes: x and out have shape.count() elements; none at all is fine. In place if wanted. Does not allocate.
/// Float is within 4 ulp of the true value. Source: paddle operator `softmax` (ValueClip).
template <std::floating_point T>
inline void softmax(axis_split shape, input<T> x, std::span<T> out) noexcept {
    if (shape.count() == 0) return;
    if constexpr (std::same_as<T, float>) {
        if (shape.inner == 1) {
            detail::on_lanes_for<T>([&](auto isa) {
                for (std::size_t r = 0; r < shape.outer; ++r)
                    isa.softmax_row(shape.axis, x.data() + r * shape.axis, out.data() + r * shape.axis);
            });
            return;
        }
    }
    for (std::size_t o = 0; o < shape.outer; ++o) {
        for (std::size_t i = 0; i < shape.inner; ++i) {
            const std::size_t first = o * shape.axis * shape.inner + i, end = first + shape.axis * shape.inner;
            T top = x[first];
            for (std::size_t k = first; k < end; k += shape.inner) top = x[k] > top ? x[k] : top;
            T total{};
            for (std::size_t k = first; k < end; k += shape.inner) {
                const T z = x[k] - top;
                out[k] = std::exp(z < T(softmax_floor) ? T(softmax_floor) : z);
                total += out[k];
            }
            for (std::size_t k = first; k < end; k += shape.inner) out[k] /= total;
        }
    }
}

/// dx = (g - sum(g out)) out, the sum along the axis.
/// Shapes: all have shape.count() elements. dx may be g. Does not allocate. Source: paddle operator `softmax_grad`.
template <std::floating_point T>
inline void softmax_grad(axis_split shape, input<T> out, input<T> g, std::span<T> dx) noexcept {
    if (shape.count() == 0) return;
    if constexpr (std::same_as<T, float>) {
        if (shape.inner == 1) {
            detail::on_lanes_for<T>([&](auto isa) {
                for (std::size_t r = 0; r < shape.outer; ++r)
                    isa.softmax_grad_row(shape.axis, out.data() + r * shape.axis, g.data() + r * shape.axis, dx.data() + r * shape.axis);
            });
            return;
        }
    }
    for (std::size_t o = 0; o < shape.outer; ++o) {
        for (std::size_t i = 0; i < shape.inner; ++i) {
            const std::size_t first = o * shape.axis * shape.inner + i, end = first + shape.axis * shape.inner;
            T dot{};
            for (std::size_t k = first; k < end; k += shape.inner) dot += out[k] * g[k];
            for (std::size_t k = first; k < end; k += shape.inner) dx[k] = (g[k] - dot) * out[k];
        }
    }
}

/// Softmax of each row of [rows, classes].
template <std::floating_point T>
inline void softmax(std::size_t rows, std::size_t classes, input<T> x, std::span<T> out) noexcept {
    softmax<T>(axis_split{rows, classes, 1}, x, out);
}

/// Its gradient.
template <std::floating_point T>
inline void softmax_grad(std::size_t rows, std::size_t classes, input<T> out, input<T> g, std::span<T> dx) noexcept {
    softmax_grad<T>(axis_split{rows, classes, 1}, out, g, dx);
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
