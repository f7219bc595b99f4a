#ifndef WHERRY_KERNEL_PROPOSALS_HPP
#define WHERRY_KERNEL_PROPOSALS_HPP

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <wherry/base/sequence.hpp>
#include <wherry/kernel/boxes.hpp>
#include <wherry/kernel/suppression.hpp>
#include <wherry/kernel/view.hpp>
#include <wherry/version.hpp>

namespace wherry::inline WHERRY_ABI::kernel {

/// Which proposals of an image are kept.
struct proposing {
    std::int64_t most_before, most;  ///< before and after suppression; 0 or less: all
    float overlap;                   ///< more than this with a better one: suppressed; 0 or less: none is
    float shrink;
    float least_size;
    bool pixels;
    float height, width;  ///< of the image
    float scale;          ///< of the image as it was fed; 0 where sizes are not scaled back
};
/// Anchors at each place of a map, and places.
struct proposal_map {
    std::size_t anchors, places;
};
/// A box and its score.
template <class T>
struct proposal {
    std::array<T, 4> box;
    T score;
};

/// The boxes that are kept, the best first; none where none is large enough.
/// Shapes: scores [anchors, places], deltas [anchors times 4, places], anchors and variances [places, anchors, 4]. It allocates lists.
/// Source: paddle operators `generate_proposals`, `generate_proposals_v2`.
template <std::floating_point T>
sequence<proposal<T>> propose(const proposing& p, const proposal_map& map, input<T> scores, input<T> deltas, input<T> anchors,
                              input<T> variances) {
    const auto at = [&](std::size_t i) { return i % map.anchors * map.places + i / map.anchors; };  // i counts [places, anchors]
    sequence<std::size_t> order;
    for (std::size_t i = 0; i < map.places * map.anchors; ++i)
        if (scores[at(i)] == scores[at(i)]) order.push_back(i);  // a NaN is before and after nothing
    const auto better = [&](std::size_t a, std::size_t b) {
        return scores[at(a)] != scores[at(b)] ? scores[at(a)] > scores[at(b)] : a < b;
    };
    std::sort(order.begin(), order.end(), better);
    if (p.most_before > 0 && order.size() > static_cast<std::size_t>(p.most_before)) order.resize(static_cast<std::size_t>(p.most_before));
    const T more = p.pixels ? T(1) : T(0), far_x = static_cast<T>(p.width) - more, far_y = static_cast<T>(p.height) - more;
    const T most_growth = std::log(T(1000) / T(16));  // of an anchor, as a logarithm
    sequence<T> boxes, probs;
    for (const auto i : order) {
        const T *const anchor = anchors.data() + 4 * i, *const by = variances.data() + 4 * i;
        const auto delta = [&](std::size_t k) { return by[k] * deltas[(i % map.anchors * 4 + k) * map.places + i / map.anchors]; };
        const T width = anchor[2] - anchor[0] + more, height = anchor[3] - anchor[1] + more;
        const T x = delta(0) * width + anchor[0] + T(0.5) * width, y = delta(1) * height + anchor[1] + T(0.5) * height;
        const T w = std::exp(std::min(delta(2), most_growth)) * width, h = std::exp(std::min(delta(3), most_growth)) * height;
        const auto cut = [](T v, T far) { return std::max(std::min(v, far), T(0)); };
        const T box[4] = {cut(x - w / 2, far_x), cut(y - h / 2, far_y), cut(x + w / 2 - more, far_x), cut(y + h / 2 - more, far_y)};
        T size_x = box[2] - box[0] + more, size_y = box[3] - box[1] + more;
        if (p.pixels && (box[0] + size_x / 2 > static_cast<T>(p.width) || box[1] + size_y / 2 > static_cast<T>(p.height))) continue;
        if (p.scale != 0) {
            size_x = (box[2] - box[0]) / static_cast<T>(p.scale) + 1;
            size_y = (box[3] - box[1]) / static_cast<T>(p.scale) + 1;
        }
        if (!(size_x >= static_cast<T>(p.least_size) && size_y >= static_cast<T>(p.least_size))) continue;
        for (const T number : box) boxes.push_back(number);
        probs.push_back(scores[at(i)]);
    }
    sequence<proposal<T>> kept;
    const auto keep = [&](std::size_t i) {
        kept.push_back({{boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3]}, probs[i]});
    };
    if (p.overlap <= 0)
        for (std::size_t i = 0; i < probs.size(); ++i) keep(i);
    else {
        const suppression how{-1, -std::numeric_limits<float>::infinity(), -1, p.most > 0 ? p.most : -1, p.overlap, p.shrink, p.pixels};
        for (const auto& one : suppress<T>(how, 1, {boxes.data(), boxes.size()}, {probs.data(), probs.size()})) keep(one.index);
    }
    return kept;
}

}  // namespace wherry::inline WHERRY_ABI::kernel

#endif
