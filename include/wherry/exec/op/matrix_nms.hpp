#ifndef WHERRY_EXEC_OP_MATRIX_NMS_HPP
#define WHERRY_EXEC_OP_MATRIX_NMS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/plan_rest.hpp>
#include <wherry/kernel/boxes.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `matrix_nms`, and their defaults.
struct matrix_nms_attributes {
    std::int32_t background_label = 0, nms_top_k = -1, keep_top_k = -1;
    float score_threshold = 0, post_threshold = 0, gaussian_sigma = 2.0F;
    bool normalized = true, use_gaussian = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("background_label", self.background_label);
        attr("score_threshold", self.score_threshold);
        attr("post_threshold", self.post_threshold);
        attr("nms_top_k", self.nms_top_k);
        attr("keep_top_k", self.keep_top_k);
        attr("normalized", self.normalized);
        attr("use_gaussian", self.use_gaussian);
        attr("gaussian_sigma", self.gaussian_sigma);
    }
};

/// Suppression that lowers scores: of a box by how much it has in common with better ones of its class, the less the more these have with
/// better ones still. Rows of class, lowered score and box, the best first, for each image after another.
/// Shapes: BBoxes [N, M, 4], Scores [N, C, M]; Out [kept, 6] with LoD (where RoisNum is asked for, that alone tells the images), Index
/// [kept, 1], RoisNum [N]. Errors: shape_mismatch, dtype_mismatch, overflow. It allocates, the square of nms_top_k numbers.
/// Source: paddle operator `matrix_nms`.
struct matrix_nms {
    static constexpr std::string_view type = "matrix_nms";
    static constexpr auto rest = WHERRY_ABI::detail::leave_rest;
    static constexpr std::array inputs = {slot{"BBoxes"}, slot{"Scores"}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"Index"}, slot{"RoisNum", slot_arity::since_2x}};
    using attributes = matrix_nms_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto &boxes = c.in(0).dims, &scores = c.in(1).dims;
        if (boxes.rank() != 3 || scores.rank() != 3 || !c.agree(boxes[2], 4) || !c.agree(boxes[0], scores[0]) ||
            !c.agree(boxes[1], scores[2]))
            return c.fail(errc::shape_mismatch, "BBoxes should be [N, M, 4] and Scores [N, C, M]", to_string(boxes), to_string(scores));
        if (auto checked = detail::must_hold(c, 1, c.in(0).dtype); !checked) return checked;
        tensor_meta out{c.in(0).dtype, Shape{-1, 6}, 1}, index{DType::INT32, Shape{-1, 1}};
        if (!c.building()) {
            const auto each = a.nms_top_k < 0 ? boxes[1] : std::min<std::int64_t>(boxes[1], a.nms_top_k);
            const auto all = Shape{scores[1], each}.product(0, 2);
            const auto rows = Shape{boxes[0], a.keep_top_k < 0 ? all : std::min<std::int64_t>(all, a.keep_top_k)}.product(0, 2);
            if (all < 0 || rows < 0) return c.fail(errc::overflow, "the dims of Scores multiply past 64 bits", {}, to_string(scores));
            out.dims[0] = index.dims[0] = rows;
            out.at_most = index.at_most = true;
        }
        c.set_out(0, out);
        c.set_out(1, index);
        c.set_out(2, {DType::INT32, Shape{boxes[0]}});
        return {};
    }

    template <class T>
    struct lowered {
        T score;
        std::size_t label, index;
    };
    /// The boxes of one class, added to `kept`.
    template <class T>
    static void lower(const attributes& a, std::size_t label, std::span<const T> boxes, std::span<const T> scores,
                      sequence<lowered<T>>& kept) {
        sequence<std::size_t> order;
        for (std::size_t i = 0; i < scores.size(); ++i)
            if (scores[i] > static_cast<T>(a.score_threshold)) order.push_back(i);
        std::sort(order.begin(), order.end(),
                  [&](std::size_t x, std::size_t y) { return scores[x] != scores[y] ? scores[x] > scores[y] : x < y; });
        if (a.nms_top_k >= 0) order.resize(std::min(order.size(), static_cast<std::size_t>(a.nms_top_k)));
        sequence<T> common(order.size());  // of the box at hand with each better one
        sequence<T> most(order.size());    // of each with those better than it
        for (std::size_t i = 0; i < order.size(); ++i) {
            T least = T(1);
            for (std::size_t j = 0; j < i; ++j) {
                common[j] = kernel::overlap<T>(boxes.data() + 4 * order[i], boxes.data() + 4 * order[j], !a.normalized);
                most[i] = std::max(most[i], common[j]);
                const T by = a.use_gaussian ? std::exp((most[j] * most[j] - common[j] * common[j]) * static_cast<T>(a.gaussian_sigma))
                                            : (1 - common[j]) / (1 - most[j]);
                least = std::min(least, by);
            }
            const T score = least * scores[order[i]];
            if (score > static_cast<T>(a.post_threshold)) kept.push_back({score, label, order[i]});
        }
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto &boxes = c.in_dims(0), &scores = c.in_dims(1);
            const auto images = static_cast<std::size_t>(boxes[0]), classes = static_cast<std::size_t>(scores[1]),
                       count = static_cast<std::size_t>(boxes[1]);
            LoD lod{{0}};
            std::size_t row = 0;
            for (std::size_t i = 0; i < images; ++i) {
                const auto box = c.in<T>(0).subspan(i * count * 4, count * 4);
                sequence<lowered<T>> kept;
                for (std::size_t label = 0; label < classes; ++label)
                    if (!std::cmp_equal(label, a.background_label))
                        lower<T>(a, label, box, c.in<T>(1).subspan((i * classes + label) * count, count), kept);
                std::sort(kept.begin(), kept.end(), [](const auto& x, const auto& y) {
                    return x.score != y.score ? x.score > y.score : x.label != y.label ? x.label < y.label : x.index < y.index;
                });
                if (a.keep_top_k >= 0) kept.resize(std::min(kept.size(), static_cast<std::size_t>(a.keep_top_k)));
                for (const auto& one : kept) {
                    if (c.has_out(0)) {
                        T* const to = c.out<T>(0).data() + 6 * row;
                        to[0] = static_cast<T>(one.label);
                        to[1] = one.score;
                        std::copy_n(box.data() + 4 * one.index, 4, to + 2);
                    }
                    if (c.has_out(1)) c.out<std::int32_t>(1)[row] = static_cast<std::int32_t>(i * count + one.index);
                    ++row;
                }
                if (c.has_out(2)) c.out<std::int32_t>(2)[i] = static_cast<std::int32_t>(kept.size());
                lod[0].push_back(row);
            }
            const bool by_lod = !c.has_out(2) && images > 0;
            c.set_rows(0, row, by_lod ? lod : LoD());
            c.set_rows(1, row, by_lod ? lod : LoD());
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
