#ifndef WHERRY_KERNEL_ROI_ALIGN_HPP
#define WHERRY_KERNEL_ROI_ALIGN_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>

#include <wherry/base/sequence.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// A region of a map: where it starts, the size of one of its parts, and samples along a side of a part.
template <class T>
struct aligned_region {
    T left, top, part_width, part_height;
    std::size_t samples_x, samples_y;
};

/// Means of samples, interpolated between the four elements around each, of every part of a region.
/// Shapes: x [channels, height, width]; out [channels, rows, cols]. It allocates a list of samples of one part.
/// Source: paddle operator `roi_align`.
template <std::floating_point T>
void roi_align(const aligned_region<T>& r, std::size_t channels, std::size_t height, std::size_t width, std::size_t rows, std::size_t cols,
               const T* x, T* out) {
    struct sample {
        std::array<std::size_t, 4> at;
        std::array<T, 4> weight;
    };
    /// Low and high neighbour and the share of the high one; false outside.
    const auto neighbours = [](T v, std::size_t size, std::size_t& low, std::size_t& high, T& share) {
        if (!(v >= T(-1) && v <= static_cast<T>(size))) return false;
        v = std::max(v, T(0));
        low = static_cast<std::size_t>(v);
        if (low + 1 >= size) {
            low = high = size - 1;
            share = T(0);
        } else {
            high = low + 1;
            share = v - static_cast<T>(low);
        }
        return true;
    };
    const T count = static_cast<T>(std::max<std::size_t>(r.samples_x * r.samples_y, 1));
    sequence<sample> samples;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t col = 0; col < cols; ++col) {
            samples.clear();
            for (std::size_t i = 0; i < r.samples_y; ++i) {
                std::size_t top = 0, bottom = 0;
                T down{};
                const T y = r.top + static_cast<T>(row) * r.part_height +
                            (static_cast<T>(i) + T(0.5)) * r.part_height / static_cast<T>(r.samples_y);
                if (!neighbours(y, height, top, bottom, down)) continue;
                for (std::size_t j = 0; j < r.samples_x; ++j) {
                    std::size_t left = 0, right = 0;
                    T over{};
                    const T at_x = r.left + static_cast<T>(col) * r.part_width +
                                   (static_cast<T>(j) + T(0.5)) * r.part_width / static_cast<T>(r.samples_x);
                    if (!neighbours(at_x, width, left, right, over)) continue;
                    samples.push_back({{top * width + left, top * width + right, bottom * width + left, bottom * width + right},
                                       {(1 - down) * (1 - over), (1 - down) * over, down * (1 - over), down * over}});
                }
            }
            for (std::size_t c = 0; c < channels; ++c) {
                const T* const plane = x + c * height * width;
                T sum{};
                for (const auto& s : samples)
                    sum += s.weight[0] * plane[s.at[0]] + s.weight[1] * plane[s.at[1]] + s.weight[2] * plane[s.at[2]] +
                           s.weight[3] * plane[s.at[3]];
                out[(c * rows + row) * cols + col] = sum / count;
            }
        }
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
