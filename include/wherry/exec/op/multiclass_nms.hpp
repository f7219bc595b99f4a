#ifndef WHERRY_EXEC_OP_MULTICLASS_NMS_HPP
#define WHERRY_EXEC_OP_MULTICLASS_NMS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/plan_rest.hpp>
#include <wherry/kernel/suppression.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `multiclass_nms` and its versions, and their defaults.
struct multiclass_nms_attributes {
    std::int32_t background_label = 0, nms_top_k = -1, keep_top_k = -1;
    float score_threshold = 0, nms_threshold = 0.3F, nms_eta = 1.0F;
    bool normalized = true;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("background_label", self.background_label);
        attr("score_threshold", self.score_threshold);
        attr("nms_top_k", self.nms_top_k);
        attr("nms_threshold", self.nms_threshold);
        attr("nms_eta", self.nms_eta);
        attr("keep_top_k", self.keep_top_k);
        attr("normalized", self.normalized);
    }
};

namespace detail {

/// Non-maximum suppression: of boxes of a class that overlap, the best; rows of class, score and box for each image after another.
/// Shapes: BBoxes [N, M, 4], Scores [N, C, M]; Out [kept, 6], whose LoD tells the rows of each image (in multiclass_nms3 NmsRoisNum alone does); Index [kept, 1], rows of BBoxes;
/// NmsRoisNum [N]. Where nothing is kept, Out is [1, 1] with -1 in `multiclass_nms`, else [0, 6].
/// Errors: shape_mismatch, dtype_mismatch, unsupported for boxes of a class each. It allocates. Source: paddle operators `multiclass_nms`,
/// `multiclass_nms2`, `multiclass_nms3`.
struct any_multiclass_nms {
    static constexpr auto rest = WHERRY_ABI::detail::leave_rest;
    using attributes = multiclass_nms_attributes;

    [[gnu::cold]] static result<void> infer_with(const attributes& a, infer_context& c, std::size_t outputs_count) {
        const auto &boxes = c.in(0).dims, &scores = c.in(1).dims;
        if (boxes.rank() != 3 || scores.rank() != 3)
            return c.fail(errc::unsupported, "BBoxes should be [N, M, 4] and Scores [N, C, M]", {},
                          text{to_string(boxes), " ", to_string(scores)});
        if (auto checked = must_hold(c, 1, c.in(0).dtype); !checked) return checked;
        if (!infer_context::agree(boxes[2], 4) || !infer_context::agree(boxes[0], scores[0]) || !infer_context::agree(boxes[1], scores[2]))
            return c.fail(errc::shape_mismatch, "BBoxes should be [N, M, 4] and Scores [N, C, M]", to_string(boxes), to_string(scores));
        tensor_meta out{c.in(0).dtype, Shape{-1, 6}}, index{DType::INT32, Shape{-1, 1}};
        if (!c.building()) {
            const auto each = a.nms_top_k < 0 ? boxes[1] : std::min<std::int64_t>(boxes[1], a.nms_top_k);
            const auto all = Shape{scores[1], each}.product(0, 2);
            const auto image = a.keep_top_k < 0 ? all : std::min<std::int64_t>(all, a.keep_top_k);
            const auto rows = Shape{boxes[0], image}.product(0, 2);
            if (all < 0 || rows < 0) return c.fail(errc::overflow, "the dims of Scores multiply past 64 bits", {}, to_string(scores));
            out.dims[0] = std::max<std::int64_t>(rows, 1);
            index.dims[0] = rows;
            out.at_most = index.at_most = true;
        }
        c.set_out(0, out);
        if (outputs_count > 1) c.set_out(1, index);
        if (outputs_count > 2) c.set_out(2, {DType::INT32, Shape{boxes[0]}});
        return {};
    }

    static result<void> run_with(const attributes& a, run_context& c, bool says_nothing) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto &boxes = c.in_dims(0), &scores = c.in_dims(1);
            const auto images = static_cast<std::size_t>(boxes[0]), classes = static_cast<std::size_t>(scores[1]),
                       count = static_cast<std::size_t>(boxes[1]);
            const kernel::suppression how{a.background_label, a.score_threshold, a.nms_top_k,  a.keep_top_k,
                                          a.nms_threshold,    a.nms_eta,         !a.normalized};
            const auto out = c.out<T>(0);
            const auto index = c.declared_outputs().size() > 1 ? c.out<std::int32_t>(1) : std::span<std::int32_t>();
            const auto numbers = c.declared_outputs().size() > 2 ? c.out<std::int32_t>(2) : std::span<std::int32_t>();
            std::size_t row = 0;
            sequence<std::uint64_t> offsets(1, 0);
            for (std::size_t i = 0; i < images; ++i) {
                const auto box = c.in<T>(0).subspan(i * count * 4, count * 4),
                           score = c.in<T>(1).subspan(i * classes * count, classes * count);
                for (const auto& kept : kernel::suppress<T>(how, classes, box, score)) {
                    if (!out.empty()) {
                        out[row * 6] = static_cast<T>(kept.label);
                        out[row * 6 + 1] = score[kept.label * count + kept.index];
                        for (std::size_t k = 0; k < 4; ++k) out[row * 6 + 2 + k] = box[kept.index * 4 + k];
                    }
                    if (!index.empty()) index[row] = static_cast<std::int32_t>(i * count + kept.index);
                    ++row;
                }
                if (!numbers.empty()) numbers[i] = static_cast<std::int32_t>(row - offsets.back());
                offsets.push_back(row);
            }
            const LoD lod = images == 0 || c.declared_outputs().size() > 2 ? LoD() : LoD{offsets};
            if (row == 0 && says_nothing) {
                if (!out.empty()) out[0] = T(-1);
                c.set_shape(0, Shape{1, 1}, LoD{{0, 1}});
                return {};
            }
            c.set_rows(0, row, lod);
            if (c.declared_outputs().size() > 1) c.set_rows(1, row, lod);
            return {};
        });
    }
};

}  // namespace detail

/// Out alone.
struct multiclass_nms : detail::any_multiclass_nms {
    static constexpr std::string_view type = "multiclass_nms";
    static constexpr std::array inputs = {slot{"BBoxes"}, slot{"Scores"}};
    static constexpr std::array outputs = {slot{"Out"}};
    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_with(a, c, outputs.size()); }
    static result<void> run(const attributes& a, run_context& c) { return run_with(a, c, true); }
};
/// Out and Index.
struct multiclass_nms2 : detail::any_multiclass_nms {
    static constexpr std::string_view type = "multiclass_nms2";
    static constexpr std::array inputs = {slot{"BBoxes"}, slot{"Scores"}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"Index", slot_arity::optional}};
    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_with(a, c, outputs.size()); }
    static result<void> run(const attributes& a, run_context& c) { return run_with(a, c, false); }
};
/// Out, Index and NmsRoisNum; Out has no LoD.
struct multiclass_nms3 : detail::any_multiclass_nms {
    static constexpr std::string_view type = "multiclass_nms3";
    static constexpr std::array inputs = {slot{"BBoxes"}, slot{"Scores"}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"Index", slot_arity::optional}, slot{"NmsRoisNum", slot_arity::optional}};
    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_with(a, c, outputs.size()); }
    static result<void> run(const attributes& a, run_context& c) { return run_with(a, c, false); }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
