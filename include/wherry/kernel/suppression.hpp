#ifndef WHERRY_KERNEL_SUPPRESSION_HPP
#define WHERRY_KERNEL_SUPPRESSION_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include <wherry/base/sequence.hpp>
#include <wherry/kernel/boxes.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// Which boxes of an image are kept.
struct suppression {
    std::int64_t background;  ///< a class that is passed over
    float least_score;
    std::int64_t most_each;  ///< of a class, before any is suppressed; negative: all
    std::int64_t most;       ///< of an image, the best of all classes; negative: all
    float overlap;           ///< more than this with a better one of its class: suppressed
    float shrink;            ///< what `overlap` is multiplied by after each box that is kept, while it is more than 1/2
    bool pixels;
};

/// A box that is kept: its class and its row.
struct kept_box {
    std::size_t label, index;
};

/// The boxes that are kept, class by class, the best first.
/// Shapes: boxes [M, 4], scores [classes, M]. It allocates lists of indices. Source: paddle operator `multiclass_nms`.
template <std::floating_point T>
sequence<kept_box> suppress(const suppression& s, std::size_t classes, input<T> boxes, input<T> scores) {
    const std::size_t count = boxes.size() / 4;
    sequence<kept_box> kept;
    sequence<std::size_t> order;
    for (std::size_t label = 0; label < classes; ++label) {
        if (static_cast<std::int64_t>(label) == s.background) continue;
        const auto of = scores.subspan(label * count, count);
        order.clear();
        for (std::size_t i = 0; i < count; ++i)
            if (of[i] > static_cast<T>(s.least_score)) order.push_back(i);
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return of[a] != of[b] ? of[a] > of[b] : a < b; });
        if (s.most_each >= 0 && order.size() > static_cast<std::size_t>(s.most_each)) order.resize(static_cast<std::size_t>(s.most_each));
        const std::size_t first = kept.size();
        T limit = static_cast<T>(s.overlap);
        for (const auto i : order) {
            const auto common = [&](const kept_box& k) {
                return overlap<T>(boxes.data() + i * 4, boxes.data() + k.index * 4, s.pixels) > limit;
            };
            if (std::any_of(kept.begin() + static_cast<std::ptrdiff_t>(first), kept.end(), common)) continue;
            kept.push_back({label, i});
            if (s.shrink < 1 && limit > T(0.5)) limit *= static_cast<T>(s.shrink);
        }
    }
    if (s.most < 0 || kept.size() <= static_cast<std::size_t>(s.most)) return kept;
    const auto score = [&](const kept_box& k) { return scores[k.label * count + k.index]; };
    const auto earlier = [](const kept_box& a, const kept_box& b) { return a.label != b.label ? a.label < b.label : a.index < b.index; };
    const auto better = [&](const kept_box& a, const kept_box& b) { return score(a) != score(b) ? score(a) > score(b) : earlier(a, b); };
    std::sort(kept.begin(), kept.end(), better);
    kept.resize(static_cast<std::size_t>(s.most));
    std::sort(kept.begin(), kept.end(),
              [&](const kept_box& a, const kept_box& b) { return a.label != b.label ? a.label < b.label : better(a, b); });
    return kept;
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
