#ifndef WHERRY_KERNEL_CROSS_ENTROPY_HPP
#define WHERRY_KERNEL_CROSS_ENTROPY_HPP

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include <wherry/kernel/softmax.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

// Shapes, everywhere below: x, probabilities, soft labels and their gradients [rows, classes], hard labels, losses and gradients of
// losses [rows]; `rows` is the length of the label or of the loss, `classes` an argument. Nothing allocates. Hard labels other than
// ignore_index must lie in [0, classes): ask first_bad_label first.

namespace wherry::inline WHERRY_ABI::kernel {

/// The position of the first label that is neither ignore_index nor in [0, classes); nothing when all are fine.
template <std::integral L>
constexpr std::optional<std::size_t> first_bad_label(std::span<const L> labels, std::size_t classes, std::int64_t ignore_index) noexcept {
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::int64_t label = static_cast<std::int64_t>(labels[i]);
        if (label != ignore_index && (label < 0 || static_cast<std::uint64_t>(label) >= classes)) return i;
    }
    return std::nullopt;
}

/// The reference's rule for logarithms: +infinity becomes 1e20, -infinity -1e20, all else (NaN too) is kept.
template <std::floating_point T>
constexpr T tolerable(T value) noexcept {
    if (value == std::numeric_limits<T>::infinity()) return T(1e20);
    if (value == -std::numeric_limits<T>::infinity()) return T(-1e20);
    return value;
}

/// Loss of hard labels on probabilities: match = x[label], y = -tolerable(log(match)); an ignored row gives 0 and 0. An empty span is a
/// result nobody wants.
/// Source: paddle operator `cross_entropy2`.
template <std::floating_point T, std::integral L>
inline void cross_entropy_hard(std::size_t classes, input<T> x, std::span<const L> labels, std::int64_t ignore_index, std::span<T> y,
                               std::span<T> match) noexcept {
    const T* row = x.data();
    for (std::size_t r = 0; r < labels.size(); ++r, row += classes) {
        const std::int64_t label = static_cast<std::int64_t>(labels[r]);
        const bool counts = label != ignore_index;
        const T at_label = counts ? row[static_cast<std::size_t>(label)] : T{};
        if (!match.empty()) match[r] = at_label;
        if (!y.empty()) y[r] = counts ? -tolerable(std::log(at_label)) : T{};
    }
}

/// dx is -g / match at the label (match 0: -infinity) and 0 elsewhere; ignored rows are 0.
/// Source: paddle operator `cross_entropy_grad2`.
template <std::floating_point T, std::integral L>
constexpr void cross_entropy_hard_grad(std::size_t classes, input<T> match, std::span<const L> labels, std::int64_t ignore_index,
                                       input<T> g, std::span<T> dx) noexcept {
    std::fill(dx.begin(), dx.end(), T{});
    for (std::size_t r = 0; r < labels.size(); ++r) {
        const std::int64_t label = static_cast<std::int64_t>(labels[r]);
        if (label != ignore_index) dx[r * classes + static_cast<std::size_t>(label)] = -g[r] / match[r];
    }
}

/// Loss of soft labels l on probabilities: y = -sum(l tolerable(log x)).
/// Source: paddle operator `cross_entropy`, soft_label.
template <std::floating_point T>
inline void cross_entropy_soft(std::size_t classes, input<T> x, input<T> labels, std::span<T> y) noexcept {
    for (std::size_t r = 0; r < y.size(); ++r) {
        T total{};
        for (std::size_t c = r * classes; c < (r + 1) * classes; ++c) total += labels[c] * tolerable(std::log(x[c]));
        y[r] = -total;
    }
}

/// dx = -l / x g.
/// Source: paddle operator `cross_entropy_grad`, soft_label.
template <std::floating_point T>
constexpr void cross_entropy_soft_grad(std::size_t classes, input<T> x, input<T> labels, input<T> g, std::span<T> dx) noexcept {
    for (std::size_t i = 0; i < dx.size(); ++i) dx[i] = -labels[i] / x[i] * g[i / classes];
}

/// Softmax of the logits and the loss of hard labels on it; an ignored row has loss 0. Losses end at 64, see softmax_floor.
/// Source: paddle operator `softmax_with_cross_entropy`.
template <std::floating_point T, std::integral L>
inline void softmax_with_cross_entropy_hard(std::size_t classes, input<T> logits, std::span<const L> labels, std::int64_t ignore_index,
                                            std::span<T> probabilities, std::span<T> loss) noexcept {
    softmax<T>(axis_split{labels.size(), classes, 1}, logits, probabilities);
    for (std::size_t r = 0; r < labels.size(); ++r) {
        const std::int64_t label = static_cast<std::int64_t>(labels[r]);
        loss[r] = label == ignore_index ? T{} : -tolerable(std::log(probabilities[r * classes + static_cast<std::size_t>(label)]));
    }
}

/// dlogits = (probabilities - onehot(label)) g; ignored rows are 0. May overwrite the probabilities.
/// Source: paddle operator `softmax_with_cross_entropy_grad`.
template <std::floating_point T, std::integral L>
constexpr void softmax_with_cross_entropy_hard_grad(std::size_t classes, input<T> probabilities, std::span<const L> labels,
                                                    std::int64_t ignore_index, input<T> g, std::span<T> dlogits) noexcept {
    for (std::size_t r = 0; r < labels.size(); ++r) {
        const std::int64_t label = static_cast<std::int64_t>(labels[r]);
        const std::size_t row = r * classes;
        if (label == ignore_index) {
            for (std::size_t c = 0; c < classes; ++c) dlogits[row + c] = T{};
            continue;
        }
        for (std::size_t c = 0; c < classes; ++c)
            dlogits[row + c] = (probabilities[row + c] - (static_cast<std::int64_t>(c) == label ? T(1) : T{})) * g[r];
    }
}

/// Softmax of the logits and the loss of soft labels on it.
/// Source: paddle operator `softmax_with_cross_entropy`, soft_label.
template <std::floating_point T>
inline void softmax_with_cross_entropy_soft(std::size_t classes, input<T> logits, input<T> labels, std::span<T> probabilities,
                                            std::span<T> loss) noexcept {
    softmax<T>(axis_split{loss.size(), classes, 1}, logits, probabilities);
    cross_entropy_soft<T>(classes, probabilities, labels, loss);
}

/// dlogits = (probabilities - l) g: right for labels whose rows sum to 1, as in the reference. May overwrite the probabilities.
/// Source: paddle operator `softmax_with_cross_entropy_grad`, soft_label.
template <std::floating_point T>
constexpr void softmax_with_cross_entropy_soft_grad(std::size_t classes, input<T> probabilities, input<T> labels, input<T> g,
                                                    std::span<T> dlogits) noexcept {
    for (std::size_t i = 0; i < dlogits.size(); ++i) dlogits[i] = (probabilities[i] - labels[i]) * g[i / classes];
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
