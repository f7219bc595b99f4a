#ifndef WHERRY_KERNEL_ANCHORS_HPP
#define WHERRY_KERNEL_ANCHORS_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// Sizes of the boxes around each element of a feature map, in pixels of the image.
struct anchor_sizes {
    std::span<const float> sizes, ratios;
    float stride_x, stride_y, offset;
};

/// Boxes of these sizes and ratios around each element of a map: left, top, right, bottom, where both ends count.
/// Shapes: out [height, width, ratios times sizes, 4]. Source: paddle operator `anchor_generator`.
template <std::floating_point T>
void anchors(const anchor_sizes& a, std::size_t height, std::size_t width, T* out) noexcept {
    const T step_x = static_cast<T>(a.stride_x), step_y = static_cast<T>(a.stride_y), offset = static_cast<T>(a.offset);
    const T area = step_x * step_y;
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x) {
            const T middle_x = static_cast<T>(x) * step_x + offset * (step_x - 1),
                    middle_y = static_cast<T>(y) * step_y + offset * (step_y - 1);
            for (const auto ratio : a.ratios) {
                const T base_width = std::round(std::sqrt(area / static_cast<T>(ratio))),
                        base_height = std::round(base_width * static_cast<T>(ratio));
                for (const auto size : a.sizes) {
                    const T half_width = (static_cast<T>(size) / step_x * base_width - 1) / 2,
                            half_height = (static_cast<T>(size) / step_y * base_height - 1) / 2;
                    *out++ = middle_x - half_width;
                    *out++ = middle_y - half_height;
                    *out++ = middle_x + half_width;
                    *out++ = middle_y + half_height;
                }
            }
        }
}

/// Boxes of fixed sizes and ratios, several of each spread within a step.
struct dense_priors {
    std::span<const float> sizes, ratios;
    std::span<const std::int32_t> densities;  ///< of each size: boxes along a side
    float step_x, step_y, offset;
};

/// Boxes around each element of a map, as shares of the image.
/// Shapes: out [height, width, ratios times the sum of squared densities, 4]. Source: paddle operator `density_prior_box`.
template <std::floating_point T>
void dense_boxes(const dense_priors& p, std::size_t height, std::size_t width, T image_height, T image_width, T* out) noexcept {
    const T step_x = p.step_x == 0 || p.step_y == 0 ? image_width / static_cast<T>(width) : static_cast<T>(p.step_x),
            step_y = p.step_x == 0 || p.step_y == 0 ? image_height / static_cast<T>(height) : static_cast<T>(p.step_y);
    const auto step = static_cast<std::int64_t>((step_x + step_y) * T(0.5));
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x) {
            const T middle_x = (static_cast<T>(x) + static_cast<T>(p.offset)) * step_x,
                    middle_y = (static_cast<T>(y) + static_cast<T>(p.offset)) * step_y;
            for (std::size_t s = 0; s < p.sizes.size(); ++s) {
                const std::int64_t shift = step / p.densities[s];
                const T first_x = middle_x - static_cast<T>(step) / 2 + static_cast<T>(shift) / 2,
                        first_y = middle_y - static_cast<T>(step) / 2 + static_cast<T>(shift) / 2;
                for (const auto ratio : p.ratios) {
                    const T box_width = static_cast<T>(p.sizes[s]) * std::sqrt(static_cast<T>(ratio)),
                            box_height = static_cast<T>(p.sizes[s]) / std::sqrt(static_cast<T>(ratio));
                    for (std::int64_t i = 0; i < p.densities[s]; ++i)
                        for (std::int64_t j = 0; j < p.densities[s]; ++j) {
                            const T at_x = first_x + static_cast<T>(j * shift), at_y = first_y + static_cast<T>(i * shift);
                            *out++ = std::max((at_x - box_width / 2) / image_width, T(0));
                            *out++ = std::max((at_y - box_height / 2) / image_height, T(0));
                            *out++ = std::min((at_x + box_width / 2) / image_width, T(1));
                            *out++ = std::min((at_y + box_height / 2) / image_height, T(1));
                        }
                }
            }
        }
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
