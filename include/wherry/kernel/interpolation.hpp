#ifndef WHERRY_KERNEL_INTERPOLATION_HPP
#define WHERRY_KERNEL_INTERPOLATION_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// How one dim of an image is resized.
struct resized_dim {
    /// The elements that a place is made of.
    enum class corners : unsigned char {
        aligned,     ///< the first and the last elements of both lie at one place
        half_pixel,  ///< elements are areas: place k lies at ratio (k + 1/2) - 1/2
        plain,       ///< at ratio k
    };
    std::size_t in = 1, out = 1;
    std::size_t taps = 1;  ///< 1 nearest, 2 linear, 4 cubic
    corners how = corners::plain;
    float ratio = 1;  ///< of `in` to `out`, or of what lies between their corners

    /// The elements and weights of a place, `taps` of each.
    void at(std::size_t place, std::size_t* index, float* weight) const noexcept {
        const auto k = static_cast<float>(place);
        const auto last = static_cast<std::int64_t>(in) - 1;
        const auto inside = [last](std::int64_t i) { return static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, last)); };
        if (taps == 1) {
            index[0] = inside(static_cast<std::int64_t>(how == corners::aligned ? ratio * k + 0.5F : ratio * k));
            weight[0] = 1;
        } else if (taps == 2) {
            const float source = how == corners::half_pixel ? std::max(ratio * (k + 0.5F) - 0.5F, 0.0F) : ratio * k;
            index[0] = inside(static_cast<std::int64_t>(source));
            index[1] = inside(static_cast<std::int64_t>(index[0]) + 1);
            weight[1] = source - static_cast<float>(index[0]);
            weight[0] = 1 - weight[1];
        } else {
            const float source = how == corners::aligned ? ratio * k : ratio * (k + 0.5F) - 0.5F;
            const float whole = std::floor(source), t = source - whole;
            constexpr float a = -0.75F;
            const auto near = [](float x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
            const auto far = [](float x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
            const std::array<float, 4> weights{far(t + 1), near(t), near(1 - t), far(2 - t)};
            for (std::size_t i = 0; i < 4; ++i) {
                index[i] = inside(static_cast<std::int64_t>(whole) + static_cast<std::int64_t>(i) - 1);
                weight[i] = weights[i];
            }
        }
    }
};
/// Depth, height and width; what is not there is 1 to 1.
using resized = std::array<resized_dim, 3>;

namespace detail {
template <std::size_t Taps, class T>
void resize_columns(std::size_t planes, const resized& dims, std::size_t x0, std::size_t count, const T* x, T* out) noexcept {
    constexpr std::size_t most = 256;
    std::size_t columns[Taps][most];
    T by[Taps][most];
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t index[4];
        float weight[4];
        dims[2].at(x0 + i, index, weight);
        for (std::size_t t = 0; t < Taps; ++t) columns[t][i] = index[t], by[t][i] = static_cast<T>(weight[t]);
    }
    const std::size_t plane = dims[0].in * dims[1].in * dims[2].in;
    for (std::size_t p = 0; p < planes; ++p, x += plane)
        for (std::size_t oz = 0; oz < dims[0].out; ++oz)
            for (std::size_t oy = 0; oy < dims[1].out; ++oy, out += dims[2].out) {
                std::size_t z[4], y[4];
                float of_z[4], of_y[4];
                dims[0].at(oz, z, of_z);
                dims[1].at(oy, y, of_y);
                for (std::size_t i = 0; i < dims[0].taps; ++i)
                    for (std::size_t j = 0; j < dims[1].taps; ++j) {
                        const T* const row = x + (z[i] * dims[1].in + y[j]) * dims[2].in;
                        const T share = static_cast<T>(of_z[i] * of_y[j]);
                        for (std::size_t c = 0; c < count; ++c) {
                            T total = row[columns[0][c]];
                            if constexpr (Taps > 1) {
                                total *= by[0][c];
                                for (std::size_t t = 1; t < Taps; ++t) total += row[columns[t][c]] * by[t][c];
                                total *= share;
                            }
                            if (Taps == 1 || i + j == 0) out[x0 + c] = total;
                            else out[x0 + c] += total;
                        }
                    }
            }
}
}  // namespace detail

/// Images in other dims, each element between those of the image that lie near it. All dims that are resized have the same taps.
/// Shapes: x [planes, in], out [planes, out], neither without elements. Does not allocate; 12 KB of stack.
/// Source: paddle operators `nearest_interp`, `linear_interp`, `bilinear_interp`, `trilinear_interp`, `bicubic_interp` and their _v2.
template <std::floating_point T>
void interpolate(std::size_t planes, const resized& dims, input<T> x, std::span<T> out) noexcept {
    for (std::size_t x0 = 0; x0 < dims[2].out; x0 += 256) {
        const std::size_t count = std::min<std::size_t>(dims[2].out - x0, 256);
        if (dims[2].taps == 1) detail::resize_columns<1>(planes, dims, x0, count, x.data(), out.data());
        else if (dims[2].taps == 2) detail::resize_columns<2>(planes, dims, x0, count, x.data(), out.data());
        else detail::resize_columns<4>(planes, dims, x0, count, x.data(), out.data());
    }
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
