#ifndef WHERRY_KERNEL_CONVOLUTION_TRANSPOSE_HPP
#define WHERRY_KERNEL_CONVOLUTION_TRANSPOSE_HPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

#include <wherry/kernel/convolution.hpp>
#include <wherry/kernel/gemm.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/kernel/window.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

namespace detail {

/// Adds [rows, places] to an image: row r is element `first + r` of the filters, place j is `j0 + j`.
template <class T>
void add_places(const window& w, const T* from, std::size_t first, std::size_t rows, std::size_t j0, std::size_t cols, T* out) noexcept {
    const auto& [in, places, size, stride, dilation, before] = w;
    const std::size_t taps = window::count(size), plane = in[1] * in[2];
    for (std::size_t r = 0; r < rows; ++r, from += cols) {
        const std::size_t tap = (first + r) % taps;
        const std::size_t kx = tap % size[2], ky = tap / size[2] % size[1], kz = tap / size[2] / size[1];
        T* const image = out + (first + r) / taps * in[0] * plane;
        std::size_t x = j0 % places[2], y = j0 / places[2] % places[1], z = j0 / places[2] / places[1];
        for (std::size_t j = 0; j < cols;) {
            const std::size_t n = std::min(places[2] - x, cols - j);
            // what lies before the image wraps around, and is beyond its end then
            const std::size_t iz = z * stride[0] + kz * dilation[0] - before[0], iy = y * stride[1] + ky * dilation[1] - before[1];
            if (iz < in[0] && iy < in[1]) {
                T* const row = image + iz * plane + iy * in[2];
                std::size_t ix = x * stride[2] + kx * dilation[2] - before[2];
                for (std::size_t i = 0; i < n; ++i, ix += stride[2])
                    if (ix < in[2]) row[ix] += from[j + i];
            }
            j += n;
            x = 0;
            if (++y == places[1]) y = 0, ++z;
        }
    }
}

}  // namespace detail

/// The transpose of a convolution, which its window describes: what is its image is the result here.
/// Shapes: x [images, channels, window.out], filter [channels, filters / groups, window.size], out [images, filters, window.in].
/// out must not overlap x or filter. Does not allocate; up to 100 KB of stack.
/// Source: paddle operators `conv2d_transpose`, `depthwise_conv2d_transpose`, `conv3d_transpose`.
template <class T>
    requires std::is_floating_point_v<T>
void convolution_transpose(const convolution_shape& s, input<T> x, input<T> filter, std::span<T> out) noexcept {
    constexpr std::size_t most_rows = 64, most_cols = 192;
    T product[most_rows * most_cols];
    std::fill(out.begin(), out.end(), T{});
    const std::size_t channels = s.channels / s.groups, filters = s.filters / s.groups;
    const std::size_t rows = filters * window::count(s.window.size), places = window::count(s.window.out);
    for (std::size_t i = 0; i < s.images; ++i)
        for (std::size_t g = 0; g < s.groups; ++g) {
            const T* const from = x.data() + (i * s.groups + g) * channels * places;
            T* const to = out.data() + (i * s.groups + g) * filters * window::count(s.window.in);
            for (std::size_t j = 0; j < places; j += most_cols)
                for (std::size_t r = 0; r < rows; r += most_rows) {
                    const std::size_t m = std::min(rows - r, most_rows), n = std::min(places - j, most_cols);
                    gemm(matrix<const T>(filter.data() + g * channels * rows + r, channels, m, rows),
                         matrix<const T>(from + j, channels, n, places), matrix<T>(product, m, n), transpose::yes);
                    detail::add_places(s.window, product, r, m, j, n, to);
                }
        }
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
