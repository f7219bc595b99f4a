#ifndef WHERRY_KERNEL_NORMALIZATION_HPP
#define WHERRY_KERNEL_NORMALIZATION_HPP

#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>

#include <wherry/kernel/detail/lanes.hpp>
#include <wherry/kernel/reduce.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

// Images are [images, channels, count]. Every `out` may be its x; nothing allocates.

namespace wherry::inline WHERRY_ABI::kernel {

/// Sum of (x - center)^2.
template <std::floating_point T>
inline T squared_distance(std::span<const T> x, std::type_identity_t<T> center) noexcept {
    T total{};
    detail::on_lanes_for<T>(
        [&](auto isa) { total = isa.sum(typename decltype(isa)::template squared_from<T>{center}, x.size(), x.data()); });
    return total;
}

/// Mean and variance (by count, not by count - 1).
template <class T>
struct moments {
    T mean, variance;
};
template <std::floating_point T>
inline moments<T> moments_of(std::span<const T> x) noexcept {
    const T middle = mean(x);
    return {middle, squared_distance(x, middle) / static_cast<T>(x.size())};
}
/// Those of each channel over all images and places.
template <std::floating_point T>
inline moments<T> moments_of_channel(std::size_t images, std::size_t channels, std::size_t count, input<T> x,
                                     std::size_t channel) noexcept {
    const auto plane = [&](std::size_t i) { return x.subspan((i * channels + channel) * count, count); };
    const auto all = static_cast<double>(images * count);
    double total = 0, squares = 0;
    for (std::size_t i = 0; i < images; ++i) total += static_cast<double>(sum<T>(plane(i)));
    const auto middle = static_cast<T>(total / all);
    for (std::size_t i = 0; i < images; ++i) squares += static_cast<double>(squared_distance<T>(plane(i), middle));
    return {middle, static_cast<T>(squares / all)};
}

/// out = x scale[channel] + bias[channel], the two given as functions of the channel.
/// Source: paddle operators `batch_norm` (scale / sqrt(variance + epsilon), bias - mean of it), `affine_channel`.
template <std::floating_point T, class Scale, class Bias>
void scale_channels(std::size_t images, std::size_t channels, std::size_t count, input<T> x, const Scale& scale, const Bias& bias,
                    std::span<T> out) noexcept {
    constexpr std::size_t few = 128;
    T scales[few], biases[few];
    for (std::size_t c0 = 0; c0 < channels; c0 += few) {
        const std::size_t n = channels - c0 < few ? channels - c0 : few;
        for (std::size_t c = 0; c < n; ++c) {
            scales[c] = scale(c0 + c);
            biases[c] = bias(c0 + c, scales[c]);
        }
        detail::on_lanes_for<T>([&](auto isa) {
            using lanes = decltype(isa);
            for (std::size_t i = 0; i < images; ++i) {
                const std::size_t at = (i * channels + c0) * count;
                if (count == 1) isa.map(typename lanes::mul_add{}, n, out.data() + at, x.data() + at, scales, biases);
                else
                    for (std::size_t c = 0; c < n; ++c)
                        isa.map(typename lanes::template affine<T>{scales[c], biases[c]}, count, out.data() + at + c * count,
                                x.data() + at + c * count);
            }
        });
    }
}

/// One row: out = (x - mean) / sqrt(variance + epsilon) scale + bias, the last two for each element, or null.
/// Source: paddle operator `layer_norm`.
template <std::floating_point T>
moments<T> normalize_row(input<T> x, const T* scale, const T* bias, std::type_identity_t<T> epsilon, std::span<T> out) noexcept {
    const auto found = moments_of<T>(x);
    detail::on_lanes_for<T>([&](auto isa) {
        const typename decltype(isa)::template centered<T> by{found.mean, T(1) / std::sqrt(found.variance + epsilon), T(0)};
        const std::size_t n = x.size();
        if (scale != nullptr && bias != nullptr) isa.map(by, n, out.data(), x.data(), scale, bias);
        else if (scale != nullptr) isa.map(by, n, out.data(), x.data(), scale);
        else isa.map(by, n, out.data(), x.data());
        if (scale == nullptr && bias != nullptr)
            isa.map(typename decltype(isa)::add{}, n, out.data(), const_cast<const T*>(out.data()), bias);
    });
    return found;
}

/// Channels of one image that are normalised together; scale and bias for each channel, or null.
/// Source: paddle operators `group_norm`, `instance_norm` (one channel).
template <std::floating_point T>
moments<T> normalize_group(std::size_t channels, std::size_t count, input<T> x, const T* scale, const T* bias,
                           std::type_identity_t<T> epsilon, std::span<T> out) noexcept {
    const auto found = moments_of<T>(x);
    const T by = T(1) / std::sqrt(found.variance + epsilon);
    detail::on_lanes_for<T>([&](auto isa) {
        for (std::size_t c = 0; c < channels; ++c)
            isa.map(typename decltype(isa)::template centered<T>{found.mean, scale != nullptr ? by * scale[c] : by,
                                                                 bias != nullptr ? bias[c] : T(0)},
                    count, out.data() + c * count, x.data() + c * count);
    });
    return found;
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
