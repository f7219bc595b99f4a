#ifndef WHERRY_KERNEL_GRID_SAMPLE_HPP
#define WHERRY_KERNEL_GRID_SAMPLE_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>

#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// How an image of two or three dims is sampled.
struct grid_sampling {
    enum class padding : unsigned char { zeros, border, reflection };
    std::size_t channels = 0, places = 0, rank = 2;
    padding beyond = padding::zeros;
    bool nearest = false;
    bool aligned = true;                     ///< -1 and 1 are the middles of the elements at the border, not its outer edges
    std::array<std::size_t, 3> in{1, 1, 1};  ///< width, height, depth

    [[nodiscard]] constexpr std::size_t plane() const noexcept { return in[0] * in[1] * in[2]; }

    /// Where a coordinate of the grid is, in elements. NaN is far outside.
    template <std::floating_point T>
    [[nodiscard]] T position(T g, std::size_t axis) const noexcept {
        const T last = static_cast<T>(in[axis]) - 1;
        T at = aligned ? (g + 1) * T(0.5) * last : ((g + 1) * (last + 1) - 1) * T(0.5);
        if (!(std::abs(at) < T(1e9))) at = at > 0 ? T(1e9) : T(-1e9);
        if (beyond == padding::reflection) {
            const T range = aligned ? 2 * last : 2 * (last + 1), from = std::abs(aligned ? at : at + T(0.5));
            const T extra = range > 0 ? from - std::floor(from / range) * range : T(0);
            at = std::min(extra, range - extra) - (aligned ? T(0) : T(0.5));
        }
        return beyond == padding::zeros ? at : std::clamp(at, T(0), last);
    }
};

/// Samples of one image at each place of a grid.
/// Shapes: x [channels, depth, height, width], grid [places, rank] of x, y and z; out [channels, places]. Source: paddle operator `grid_sampler`.
template <std::floating_point T>
void grid_sample(const grid_sampling& s, const T* x, const T* grid, T* out) noexcept {
    for (std::size_t place = 0; place < s.places; ++place) {
        std::array<std::size_t, 8> at{};  // elements around the place, and their weights
        std::array<T, 8> weight{};
        std::size_t count = 1;
        weight[0] = T(1);
        std::size_t step = 1;
        for (std::size_t axis = 0; axis < s.rank; ++axis) {
            const T position = s.position(grid[place * s.rank + axis], axis);
            const T low = s.nearest ? std::round(position) : std::floor(position), share = s.nearest ? T(0) : position - low;
            const auto inside = [&](T v) { return v >= 0 && v <= static_cast<T>(s.in[axis]) - 1; };
            const auto index = [&](T v) { return inside(v) ? static_cast<std::size_t>(v) * step : 0; };
            const auto before = count;
            for (std::size_t k = 0; k < before; ++k) {
                if (!s.nearest) {
                    at[count] = at[k] + index(low + 1);
                    weight[count++] = inside(low + 1) ? weight[k] * share : T(0);
                }
                at[k] += index(low);
                weight[k] = inside(low) ? weight[k] * (1 - share) : T(0);
            }
            step *= s.in[axis];
        }
        for (std::size_t c = 0; c < s.channels; ++c) {
            const T* const plane = x + c * s.plane();
            T sum{};
            for (std::size_t k = 0; k < count; ++k)
                if (weight[k] != 0) sum += weight[k] * plane[at[k]];
            out[c * s.places + place] = sum;
        }
    }
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
