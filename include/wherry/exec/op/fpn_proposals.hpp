#ifndef WHERRY_EXEC_OP_FPN_PROPOSALS_HPP
#define WHERRY_EXEC_OP_FPN_PROPOSALS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/lod.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/roi_images.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/exec/plan_rest.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

/// Regions of an image shared out to the levels of a feature pyramid by their size, and put together again.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `distribute_fpn_proposals`, and their defaults.
struct distribute_fpn_proposals_attributes {
    std::int32_t min_level = 0, max_level = 0, refer_level = 0, refer_scale = 0;
    bool pixel_offset = true;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("min_level", self.min_level);
        attr("max_level", self.max_level);
        attr("refer_level", self.refer_level);
        attr("refer_scale", self.refer_scale);
        attr("pixel_offset", self.pixel_offset, since_2x);
    }
};
/// Attributes of `collect_fpn_proposals`, and their defaults.
struct collect_fpn_proposals_attributes {
    std::int32_t post_nms_topN = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("post_nms_topN", self.post_nms_topN);
    }
};

/// Shapes: FpnRois [n, 4] with LoD or RoisNum [images]; MultiFpnRois one [k, 4] for each level with LoD, RestoreIndex [n, 1] (where each row
/// of FpnRois is among all levels), MultiLevelRoIsNum one [images] for each level. Errors: bad_attribute, bad_lod, shape_mismatch,
/// dtype_mismatch, bad_argument for regions of no size. Source: paddle operator `distribute_fpn_proposals`.
struct distribute_fpn_proposals {
    static constexpr std::string_view type = "distribute_fpn_proposals";
    static constexpr bool reads_lod = true;
    static constexpr auto rest = WHERRY_ABI::detail::leave_rest;
    static constexpr std::array inputs = {slot{"FpnRois"}, slot{"RoisNum", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"MultiFpnRois", slot_arity::many}, slot{"RestoreIndex"},
                                           slot{"MultiLevelRoIsNum", slot_arity::any}};
    using attributes = distribute_fpn_proposals_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& rois = c.in(0);
        if (rois.dims.rank() != 2 || rois.dims[1] != 4)
            return c.fail(errc::shape_mismatch, "FpnRois should be [n, 4]", "[n, 4]", to_string(rois.dims));
        if (a.min_level < 0 || a.max_level < a.min_level || a.max_level > 1000 || a.refer_scale < 1)
            return c.fail(errc::bad_attribute, "max_level should not be lower than min_level, and refer_scale greater than 0", {},
                          text{decimal(a.min_level), " to ", decimal(a.max_level)});
        const auto levels = static_cast<std::size_t>(a.max_level - a.min_level + 1);
        if (c.out_count(0) != levels || (c.has_out(2) && c.out_count(2) != levels))
            return c.fail(errc::shape_mismatch, "MultiFpnRois should have a variable for each level", decimal(levels),
                          decimal(c.out_count(0)));
        auto images = c.building() ? result<std::int64_t>(-1) : detail::count_images(c, 0, 1);
        if (!images) return images.failure();
        tensor_meta each{rois.dtype, {rois.dims[0], 4}, 1};
        each.at_most = !c.building();
        if (c.building()) each.dims[0] = -1;
        for (std::size_t k = 0; k < levels; ++k) {
            c.set_out(0, each, k);
            c.set_out(2, {DType::INT32, {*images}}, k);
        }
        c.set_out(1, {DType::INT32, {rois.dims[0], 1}});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto rois = c.in<T>(0);
            auto offsets = detail::image_offsets(c, 0, 1);
            if (!offsets) return offsets.failure();
            const auto levels = static_cast<std::size_t>(a.max_level - a.min_level + 1);
            sequence<std::size_t> level_of(rois.size() / 4);
            sequence<std::size_t> counts(levels, 0);
            const T more = a.pixel_offset ? T(1) : T(0);
            for (std::size_t i = 0; i < level_of.size(); ++i) {
                const T* const box = rois.data() + 4 * i;
                const T area = box[2] < box[0] || box[3] < box[1] ? T(0) : (box[2] - box[0] + more) * (box[3] - box[1] + more);
                const T level =
                    std::floor(std::log2(std::sqrt(area) / static_cast<T>(a.refer_scale) + T(1e-6)) + static_cast<T>(a.refer_level));
                if (!(level == level)) return c.fail(errc::bad_argument, "a region is not a number", {}, decimal(i));
                const T within = std::clamp(level, static_cast<T>(a.min_level), static_cast<T>(a.max_level));
                level_of[i] = static_cast<std::size_t>(within) - static_cast<std::size_t>(a.min_level);
                ++counts[level_of[i]];
            }
            std::size_t first = 0;  // row among all levels
            for (std::size_t k = 0; k < levels; ++k) {
                LoD lod{{0}};
                std::size_t row = 0;
                for (std::size_t s = 0; s + 1 < offsets->size(); ++s) {
                    for (auto i = static_cast<std::size_t>((*offsets)[s]); i < static_cast<std::size_t>((*offsets)[s + 1]); ++i) {
                        if (level_of[i] != k) continue;
                        if (c.has_out(0, k)) std::copy_n(rois.data() + 4 * i, 4, c.out<T>(0, k).data() + 4 * row);
                        if (c.has_out(1)) c.out<std::int32_t>(1)[i] = static_cast<std::int32_t>(first + row);
                        ++row;
                    }
                    if (c.has_out(2, k))
                        c.out<std::int32_t>(2, k)[s] = static_cast<std::int32_t>(row - static_cast<std::size_t>(lod[0].back()));
                    lod[0].push_back(row);
                }
                c.set_rows(0, row, std::move(lod), k);
                first += counts[k];
            }
            return {};
        });
    }
};

/// Shapes: MultiLevelRois several [k, 4], MultiLevelScores [k, 1], with LoD or MultiLevelRoIsNum [images] each; FpnRois [kept, 4] with LoD,
/// those of the best scores, image by image; RoisNum [images]. Errors: as above. Source: paddle operator `collect_fpn_proposals`.
struct collect_fpn_proposals {
    static constexpr std::string_view type = "collect_fpn_proposals";
    static constexpr bool reads_lod = true;
    static constexpr auto rest = WHERRY_ABI::detail::leave_rest;
    static constexpr std::array inputs = {slot{"MultiLevelRois", slot_arity::many}, slot{"MultiLevelScores", slot_arity::many},
                                          slot{"MultiLevelRoIsNum", slot_arity::any}};
    static constexpr std::array outputs = {slot{"FpnRois"}, slot{"RoisNum", slot_arity::since_2x}};
    using attributes = collect_fpn_proposals_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto levels = c.in_count(0);
        if (c.in_count(1) != levels || (c.has_in(2) && c.in_count(2) != levels))
            return c.fail(errc::shape_mismatch, "there should be scores for each level", decimal(levels), decimal(c.in_count(1)));
        if (a.post_nms_topN < 0)
            return c.fail(errc::bad_attribute, "post_nms_topN should not be less than 0", "0", decimal(a.post_nms_topN));
        const auto dtype = c.in(0).dtype;
        tensor_meta out{dtype, {a.post_nms_topN, 4}, 1};
        std::int64_t images = -1, rows = 0;
        for (std::size_t k = 0; k < levels; ++k) {
            const auto &rois = c.in(0, k), &scores = c.in(1, k);
            if (rois.dims.rank() != 2 || rois.dims[1] != 4 || scores.dims.rank() != 2 || scores.dims[1] != 1 ||
                !c.agree(rois.dims[0], scores.dims[0]))
                return c.fail(errc::shape_mismatch, "the regions of a level should be [n, 4], their scores [n, 1]", to_string(rois.dims),
                              to_string(scores.dims));
            if (c.building()) continue;
            for (const auto* held : {&rois, &scores})
                if (held->dtype != dtype) return detail::wrong_dtype(c, held->dtype, dtype);
            auto found = detail::count_images(c, 0, 2, k);
            if (!found) return found.failure();
            if (k > 0 && *found != images)
                return c.fail(errc::bad_lod, "each level should have the same images", decimal(images), decimal(*found));
            images = *found;
            rows += rois.dims[0];
        }
        if (!c.building()) out.dims[0] = std::min<std::int64_t>(rows, a.post_nms_topN);
        c.set_out(0, out);
        c.set_out(1, {DType::INT32, {images}});
        if (!c.building()) out.at_most = true, c.set_out(0, out);
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            struct region {
                T score;
                std::size_t image, level, row;
            };
            sequence<region> all;
            std::size_t images = 0;
            for (std::size_t k = 0; k < c.in_count(0); ++k) {
                auto offsets = detail::image_offsets(c, 0, 2, k);
                if (!offsets) return offsets.failure();
                images = offsets->size() - 1;
                for (std::size_t s = 0; s < images; ++s)
                    for (auto i = static_cast<std::size_t>((*offsets)[s]); i < static_cast<std::size_t>((*offsets)[s + 1]); ++i) {
                        const T score = c.in<T>(1, k)[i];
                        if (!(score == score)) return c.fail(errc::bad_argument, "a score is not a number", {}, decimal(i));
                        all.push_back({score, s, k, i});
                    }
            }
            const auto earlier = [](const region& x, const region& y) { return x.level != y.level ? x.level < y.level : x.row < y.row; };
            const auto better = [&](const region& x, const region& y) { return x.score != y.score ? x.score > y.score : earlier(x, y); };
            std::sort(all.begin(), all.end(), better);
            all.resize(std::min(all.size(), static_cast<std::size_t>(c.has_out(0) ? c.out_dims(0)[0] : 0)));
            std::sort(all.begin(), all.end(),
                      [&](const region& x, const region& y) { return x.image != y.image ? x.image < y.image : better(x, y); });
            LoD lod{{0}};
            std::size_t row = 0;
            for (std::size_t s = 0; s < images; ++s) {
                for (; row < all.size() && all[row].image == s; ++row)
                    if (c.has_out(0)) std::copy_n(c.in<T>(0, all[row].level).data() + 4 * all[row].row, 4, c.out<T>(0).data() + 4 * row);
                if (c.has_out(1)) c.out<std::int32_t>(1)[s] = static_cast<std::int32_t>(row - static_cast<std::size_t>(lod[0].back()));
                lod[0].push_back(row);
            }
            c.set_rows(0, row, std::move(lod));
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
