#ifndef WHERRY_KERNEL_BOXES_HPP
#define WHERRY_KERNEL_BOXES_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

// Boxes are rows of four numbers: left, top, right, bottom. Those that count pixels (`pixels`) have a width of right - left + 1.

namespace wherry::inline WHERRY_ABI::kernel {

/// A box by its middle and its size.
template <class T>
struct middle_box {
    T x, y, width, height;
};
template <std::floating_point T>
constexpr middle_box<T> middle_of(const T* box, bool pixels) noexcept {
    const T more = pixels ? T(1) : T(0), width = box[2] - box[0] + more, height = box[3] - box[1] + more;
    return {box[0] + width / 2, box[1] + height / 2, width, height};
}
template <std::floating_point T>
constexpr void put_corners(const middle_box<T>& box, bool pixels, T* out) noexcept {
    const T less = pixels ? T(1) : T(0);
    out[0] = box.x - box.width / 2;
    out[1] = box.y - box.height / 2;
    out[2] = box.x + box.width / 2 - less;
    out[3] = box.y + box.height / 2 - less;
}

/// How a box differs from a prior one: the way of their middles by the prior's size, and the logarithms of the ratios of their sizes,
/// each divided by its variance.
/// Source: paddle operator `box_coder`, encode_center_size.
template <std::floating_point T>
void encode_box(const T* box, const T* prior, const T* variance, bool pixels, T* out) noexcept {
    const auto from = middle_of(prior, pixels), to = middle_of(box, pixels);
    const T x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
    out[0] = (x - from.x) / from.width / variance[0];
    out[1] = (y - from.y) / from.height / variance[1];
    out[2] = std::log(std::abs(to.width / from.width)) / variance[2];
    out[3] = std::log(std::abs(to.height / from.height)) / variance[3];
}
/// The box that differs so from a prior one.
/// Source: paddle operator `box_coder`, decode_center_size.
template <std::floating_point T>
void decode_box(const T* code, const T* prior, const T* variance, bool pixels, T* out) noexcept {
    const auto from = middle_of(prior, pixels);
    put_corners<T>({variance[0] * code[0] * from.width + from.x, variance[1] * code[1] * from.height + from.y,
                    std::exp(variance[2] * code[2]) * from.width, std::exp(variance[3] * code[3]) * from.height},
                   pixels, out);
}

/// The share that two boxes have in common of what they cover together.
/// Source: paddle's JaccardOverlap.
template <std::floating_point T>
T overlap(const T* a, const T* b, bool pixels) noexcept {
    if (b[0] > a[2] || b[2] < a[0] || b[1] > a[3] || b[3] < a[1]) return T(0);
    const T more = pixels ? T(1) : T(0);
    const auto area = [&](const T* box) {
        const T width = box[2] - box[0], height = box[3] - box[1];
        return width < 0 || height < 0 ? T(0) : (width + more) * (height + more);
    };
    const T width = std::min(a[2], b[2]) - std::max(a[0], b[0]) + more, height = std::min(a[3], b[3]) - std::max(a[1], b[1]) + more;
    const T common = width * height;
    return common / (area(a) + area(b) - common);
}

/// Numbers of YOLO's head and of its image.
struct yolo_grid {
    std::size_t height, width, classes;
    float threshold, scale, downsample;
    bool clip;
    bool aware;          ///< each anchor has a prediction of its overlap, before all else
    float aware_factor;  ///< the share of that prediction in the confidence
    bool square;         ///< the width is taken for as large as the height, as 1.x does
};

/// Boxes and scores of one image; both are zeros where the confidence is less than the threshold.
/// Shapes: x [anchors (+ anchors (5 + classes)), height, width], anchors pairs of width and height; boxes [anchors height width, 4],
/// scores [anchors height width, classes], zeros before. Source: paddle operator `yolo_box`.
template <std::floating_point T>
void yolo_boxes(const yolo_grid& g, input<T> x, std::span<const std::int32_t> anchors, T image_height, T image_width, std::span<T> boxes,
                std::span<T> scores) noexcept {
    const std::size_t count = anchors.size() / 2, places = g.height * g.width;
    const auto logistic = [](T v) { return T(1) / (T(1) + std::exp(-v)); };
    const T scale = static_cast<T>(g.scale), bias = T(-0.5) * (scale - T(1));
    const T in_height = static_cast<T>(g.downsample) * static_cast<T>(g.height),
            in_width = static_cast<T>(g.downsample) * static_cast<T>(g.square ? g.height : g.width);
    const auto rows = static_cast<T>(g.height), cols = static_cast<T>(g.square ? g.height : g.width);
    for (std::size_t a = 0; a < count; ++a) {
        const T* const head = x.data() + ((g.aware ? count : 0) + a * (5 + g.classes)) * places;
        for (std::size_t at = 0; at < places; ++at) {
            T confidence = logistic(head[4 * places + at]);
            if (g.aware)
                confidence = std::pow(confidence, T(1) - static_cast<T>(g.aware_factor)) *
                             std::pow(logistic(x[a * places + at]), static_cast<T>(g.aware_factor));
            if (confidence < static_cast<T>(g.threshold)) continue;
            T* const box = boxes.data() + (a * places + at) * 4;
            put_corners<T>({(static_cast<T>(at % g.width) + logistic(head[at]) * scale + bias) * image_width / cols,
                            (static_cast<T>(at / g.width) + logistic(head[places + at]) * scale + bias) * image_height / rows,
                            std::exp(head[2 * places + at]) * static_cast<T>(anchors[2 * a]) * image_width / in_width,
                            std::exp(head[3 * places + at]) * static_cast<T>(anchors[2 * a + 1]) * image_height / in_height},
                           false, box);
            if (g.clip) {
                box[0] = box[0] > 0 ? box[0] : T(0);
                box[1] = box[1] > 0 ? box[1] : T(0);
                box[2] = box[2] < image_width - 1 ? box[2] : image_width - 1;
                box[3] = box[3] < image_height - 1 ? box[3] : image_height - 1;
            }
            for (std::size_t c = 0; c < g.classes; ++c)
                scores[(a * places + at) * g.classes + c] = confidence * logistic(head[(5 + c) * places + at]);
        }
    }
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
