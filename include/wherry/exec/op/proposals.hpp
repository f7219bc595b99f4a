#ifndef WHERRY_EXEC_OP_PROPOSALS_HPP
#define WHERRY_EXEC_OP_PROPOSALS_HPP

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
#include <wherry/kernel/proposals.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `generate_proposals` and `generate_proposals_v2`, and their defaults.
struct generate_proposals_attributes {
    std::int32_t pre_nms_topN = 6000, post_nms_topN = 1000;
    float nms_thresh = 0.5F, min_size = 0.1F, eta = 1.0F;
    bool pixel_offset = true;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("pre_nms_topN", self.pre_nms_topN);
        attr("post_nms_topN", self.post_nms_topN);
        attr("nms_thresh", self.nms_thresh);
        attr("min_size", self.min_size);
        attr("eta", self.eta);
        attr("pixel_offset", self.pixel_offset, since_2x);
    }
};

namespace detail {

/// Of the boxes that a network proposes at each place of a map, the best that do not overlap; those of an image after those of another.
/// Shapes: Scores [N, A, H, W], BboxDeltas [N, 4 A, H, W], ImInfo [N, 3] (ImShape [N, 2]), Anchors and Variances [H, W, A, 4]; RpnRois
/// [kept, 4] and RpnRoiProbs [kept, 1] with LoD, RpnRoisNum [N]. An image without any has one box of zeros from 2.0 on.
/// Errors: bad_attribute, shape_mismatch, dtype_mismatch, overflow. It allocates. Source: paddle operators `generate_proposals`,
/// `generate_proposals_v2`.
struct any_generate_proposals {
    static constexpr auto rest = WHERRY_ABI::detail::leave_rest;
    using attributes = generate_proposals_attributes;

    [[gnu::cold]] static result<void> infer_with(const attributes& a, infer_context& c, std::int64_t info_count) {
        const auto &scores = c.in(0), &deltas = c.in(1);
        const auto &s = scores.dims, &d = deltas.dims, &info = c.in(2).dims;
        if (s.rank() != 4 || d.rank() != 4 || info.rank() != 2 || !c.agree(info[1], info_count) || !c.agree(info[0], s[0]))
            return c.fail(errc::shape_mismatch, "Scores should be [N, A, H, W], BboxDeltas [N, 4 A, H, W], and a row for each image", {},
                          text{to_string(s), " ", to_string(d), " ", to_string(info)});
        for (std::size_t slot = 1; slot < 5; ++slot)
            if (auto checked = must_hold(c, slot, scores.dtype); !checked) return checked;
        if (!(a.eta <= 1)) return c.fail(errc::bad_attribute, "Not support adaptive NMS: eta should not be greater than 1");
        tensor_meta rois{scores.dtype, Shape{-1, 4}, 1}, probs{scores.dtype, Shape{-1, 1}, 1};
        if (!c.building()) {
            const auto each = s.product(1, 4);
            if (each < 0 || each > std::int64_t{1} << 40)
                return c.fail(errc::overflow, "the dims of Scores are too large", {}, to_string(s));
            if (d[0] != s[0] || d.product(1, 4) != 4 * each || d[1] != 4 * s[1] || d[2] != s[2] || each == 0)
                return c.fail(errc::shape_mismatch, "BboxDeltas should hold 4 numbers for each score", to_string(s), to_string(d));
            for (const std::size_t slot : {3u, 4u})
                if (c.in(slot).dims.element_count() != static_cast<std::uint64_t>(4 * each))
                    return c.fail(errc::shape_mismatch, {"Input(", c.in_name(slot), ") should hold 4 numbers for each score of an image"},
                                  to_string(s), to_string(c.in(slot).dims));
            auto most = a.pre_nms_topN > 0 ? std::min<std::int64_t>(each, a.pre_nms_topN) : each;
            if (a.post_nms_topN > 0 && a.nms_thresh > 0) most = std::min<std::int64_t>(most, a.post_nms_topN);
            const auto rows = Shape{s[0], most}.product(0, 2);
            if (rows < 0) return c.fail(errc::overflow, "the dims of Scores multiply past 64 bits", {}, to_string(s));
            rois.dims[0] = probs.dims[0] = rows;
            rois.at_most = probs.at_most = true;
        }
        c.set_out(0, rois);
        c.set_out(1, probs);
        c.set_out(2, {DType::INT32, Shape{s[0]}});
        return {};
    }

    static result<void> run_with(const attributes& a, run_context& c, bool is_v2) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto& dims = c.in_dims(0);
            const auto images = static_cast<std::size_t>(dims[0]);
            const kernel::proposal_map map{static_cast<std::size_t>(dims[1]), static_cast<std::size_t>(dims[2] * dims[3])};
            const auto each = map.anchors * map.places, info_count = static_cast<std::size_t>(c.in_dims(2)[1]);
            LoD lod{{0}};
            for (std::size_t i = 0; i < images; ++i) {
                const auto info = c.in<T>(2).subspan(i * info_count, info_count);
                const kernel::proposing how{.most_before = a.pre_nms_topN,
                                            .most = a.post_nms_topN,
                                            .overlap = a.nms_thresh,
                                            .shrink = a.eta,
                                            .least_size = std::max(a.min_size, 1.0F),
                                            .pixels = !is_v2 || a.pixel_offset,
                                            .height = static_cast<float>(info[0]),
                                            .width = static_cast<float>(info[1]),
                                            .scale = is_v2 ? 0 : static_cast<float>(info[2])};
                auto found = kernel::propose<T>(how, map, c.in<T>(0).subspan(i * each, each), c.in<T>(1).subspan(4 * i * each, 4 * each),
                                                c.in<T>(3), c.in<T>(4));
                if (found.empty() && is_2x(c.program_version())) found.push_back({});
                auto row = static_cast<std::size_t>(lod[0].back());
                for (const auto& one : found) {
                    if (c.has_out(0)) std::copy(one.box.begin(), one.box.end(), c.out<T>(0).begin() + static_cast<std::ptrdiff_t>(row * 4));
                    if (c.has_out(1)) c.out<T>(1)[row] = one.score;
                    ++row;
                }
                if (c.has_out(2)) c.out<std::int32_t>(2)[i] = static_cast<std::int32_t>(found.size());
                if (c.declared_outputs().size() > 3 && c.has_out(3)) c.out<std::int64_t>(3)[i] = static_cast<std::int64_t>(found.size());
                lod[0].push_back(row);
            }
            const auto rows = static_cast<std::size_t>(lod[0].back());
            for (const std::size_t slot : {0u, 1u}) c.set_rows(slot, rows, images > 0 ? lod : LoD());
            return {};
        });
    }
};

}  // namespace detail

/// Takes ImInfo [N, 3]: height and width of the image, and the scale it was fed at.
struct generate_proposals : detail::any_generate_proposals {
    static constexpr std::string_view type = "generate_proposals";
    static constexpr std::array inputs = {slot{"Scores"}, slot{"BboxDeltas"}, slot{"ImInfo"}, slot{"Anchors"}, slot{"Variances"}};
    static constexpr std::array outputs = {slot{"RpnRois"}, slot{"RpnRoiProbs"}, slot{"RpnRoisNum", slot_arity::since_2x},
                                           slot{"RpnRoisLod", slot_arity::optional}};
    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto inferred = infer_with(a, c, 3);
        if (inferred) c.set_out(3, {DType::INT64, Shape{c.in(0).dims[0]}});
        return inferred;
    }
    static result<void> run(const attributes& a, run_context& c) { return run_with(a, c, false); }
};
/// Takes ImShape [N, 2], height and width of the image as it was fed.
struct generate_proposals_v2 : detail::any_generate_proposals {
    static constexpr std::string_view type = "generate_proposals_v2";
    static constexpr std::array inputs = {slot{"Scores"}, slot{"BboxDeltas"}, slot{"ImShape"}, slot{"Anchors"}, slot{"Variances"}};
    static constexpr std::array outputs = {slot{"RpnRois"}, slot{"RpnRoiProbs"}, slot{"RpnRoisNum", slot_arity::optional}};
    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_with(a, c, 2); }
    static result<void> run(const attributes& a, run_context& c) { return run_with(a, c, true); }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
