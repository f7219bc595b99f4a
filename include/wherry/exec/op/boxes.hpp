#ifndef WHERRY_EXEC_OP_BOXES_HPP
#define WHERRY_EXEC_OP_BOXES_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/anchors.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/boxes.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `prior_box`, and their defaults.
struct prior_box_attributes {
    sequence<float> min_sizes, max_sizes, aspect_ratios, variances;
    bool flip = true, clip = true, min_max_aspect_ratios_order = false;
    float step_w = 0, step_h = 0, offset = 0.5F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("min_sizes", self.min_sizes);
        attr("max_sizes", self.max_sizes);
        attr("aspect_ratios", self.aspect_ratios);
        attr("variances", self.variances);
        attr("flip", self.flip);
        attr("clip", self.clip);
        attr("step_w", self.step_w);
        attr("step_h", self.step_h);
        attr("offset", self.offset);
        attr("min_max_aspect_ratios_order", self.min_max_aspect_ratios_order);
    }

    /// 1 and the given ratios, with `flip` their inverses, none twice.
    [[nodiscard]] sequence<float> ratios() const {
        sequence<float> made(1, 1.0F);
        for (const auto ratio : aspect_ratios) {
            if (std::any_of(made.begin(), made.end(), [ratio](float held) { return std::abs(ratio - held) < 1e-6F; })) continue;
            made.push_back(ratio);
            if (flip) made.push_back(1.0F / ratio);
        }
        return made;
    }
    [[nodiscard]] std::size_t count() const { return ratios().size() * min_sizes.size() + max_sizes.size(); }
};

/// Boxes of given sizes and ratios around each element of a feature map, as shares of the image.
/// Shapes: Input [N, C, H, W], Image [N, C, h, w]; Boxes and Variances [H, W, boxes of an element, 4]. Errors: bad_attribute, shape_mismatch,
/// dtype_mismatch. Source: paddle operator `prior_box`.
struct prior_box {
    static constexpr std::string_view type = "prior_box";
    static constexpr std::array inputs = {slot{"Input"}, slot{"Image"}};
    static constexpr std::array outputs = {slot{"Boxes"}, slot{"Variances"}};
    using attributes = prior_box_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_priors(a, c, false); !checked) return checked;
        if (auto checked = detail::check_positive(c, "min_sizes", a.min_sizes); !checked) return checked;
        if (!a.aspect_ratios.empty())
            if (auto checked = detail::check_positive(c, "aspect_ratios", a.aspect_ratios); !checked) return checked;
        const auto wrong = [&](std::string_view what) { return c.fail(errc::bad_attribute, what); };
        if (!a.max_sizes.empty() && a.max_sizes.size() != a.min_sizes.size())
            return wrong("the number of min_sizes and max_sizes must be equal");
        for (std::size_t i = 0; i < a.max_sizes.size(); ++i)
            if (!(a.max_sizes[i] > a.min_sizes[i])) return wrong("max_sizes[i] should be greater than min_sizes[i]");
        const auto& map = c.in(0).dims;
        detail::set_boxes(c, {map[2], map[3], static_cast<std::int64_t>(a.count()), 4});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto &map = c.in_dims(0), &image = c.in_dims(1);
            const auto image_height = static_cast<T>(image[2]), image_width = static_cast<T>(image[3]);
            const bool given = a.step_w != 0 && a.step_h != 0;
            const T step_x = given ? static_cast<T>(a.step_w) : image_width / static_cast<T>(map[3]);
            const T step_y = given ? static_cast<T>(a.step_h) : image_height / static_cast<T>(map[2]);
            const auto ratios = a.ratios();
            sequence<T> halves;  // width and height of each box
            const auto add = [&](T width, T height) {
                halves.push_back(width / 2);
                halves.push_back(height / 2);
            };
            for (std::size_t s = 0; s < a.min_sizes.size(); ++s) {
                const T least = static_cast<T>(a.min_sizes[s]);
                const auto larger = [&] {
                    if (a.max_sizes.empty()) return;
                    const T size = std::sqrt(least * static_cast<T>(a.max_sizes[s]));
                    add(size, size);
                };
                if (a.min_max_aspect_ratios_order) {
                    add(least, least);
                    larger();
                }
                for (const auto ratio : ratios) {
                    if (a.min_max_aspect_ratios_order && std::abs(ratio - 1.0F) < 1e-6F) continue;
                    add(least * static_cast<T>(std::sqrt(ratio)), least / static_cast<T>(std::sqrt(ratio)));
                }
                if (!a.min_max_aspect_ratios_order) larger();
            }
            auto box = c.out<T>(0);
            std::size_t at = 0;
            for (std::int64_t h = 0; h < map[2]; ++h)
                for (std::int64_t w = 0; w < map[3]; ++w)
                    for (std::size_t i = 0; i < halves.size() && !box.empty(); i += 2, at += 4) {
                        const T x = (static_cast<T>(w) + static_cast<T>(a.offset)) * step_x,
                                y = (static_cast<T>(h) + static_cast<T>(a.offset)) * step_y;
                        const std::array<T, 4> corners{(x - halves[i]) / image_width, (y - halves[i + 1]) / image_height,
                                                       (x + halves[i]) / image_width, (y + halves[i + 1]) / image_height};
                        for (std::size_t k = 0; k < 4; ++k) box[at + k] = a.clip ? std::clamp(corners[k], T(0), T(1)) : corners[k];
                    }
            detail::repeat_variances(c.out<T>(1), a.variances);
            return {};
        });
    }
};

/// Attributes of `box_coder`, and their defaults.
struct box_coder_attributes {
    std::string code_type = "encode_center_size";
    bool box_normalized = true;
    std::int32_t axis = 0;
    sequence<float> variance;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("code_type", self.code_type);
        attr("box_normalized", self.box_normalized);
        attr("axis", self.axis);
        attr("variance", self.variance);
    }
};

/// Boxes as they differ from prior ones, or back.
/// Shapes: PriorBox [M, 4], PriorBoxVar the same or absent; encoding: TargetBox [N, 4], OutputBox [N, M, 4]; decoding: TargetBox [N, M, 4] (or
/// [M, N, 4] with axis 1), OutputBox the same. Errors: bad_attribute, shape_mismatch, dtype_mismatch. Source: paddle operator `box_coder`.
struct box_coder {
    static constexpr std::string_view type = "box_coder";
    static constexpr std::array inputs = {slot{"PriorBox"}, slot{"PriorBoxVar", slot_arity::optional}, slot{"TargetBox"}};
    static constexpr std::array outputs = {slot{"OutputBox"}};
    using attributes = box_coder_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto &prior = c.in(0).dims, &target = c.in(2).dims;
        const bool encode = a.code_type == "encode_center_size";
        if (!encode && a.code_type != "decode_center_size")
            return c.fail(errc::bad_attribute, "unknown code_type", "encode_center_size, decode_center_size", a.code_type);
        if (a.axis < 0 || a.axis > 1) return c.fail(errc::bad_attribute, "axis should be 0 or 1", "0, 1", decimal(a.axis));
        if (!a.variance.empty() && a.variance.size() != 4)
            return c.fail(errc::bad_attribute, "variance should hold 4 numbers", "4", decimal(a.variance.size()));
        if (!a.variance.empty() && c.has_in(1))
            return c.fail(errc::bad_attribute, "Input(PriorBoxVar) and attribute variance should not both be given");
        const auto misfit = [&](std::string_view what) { return c.fail(errc::shape_mismatch, what, to_string(prior), to_string(target)); };
        if (prior.rank() != 2 || !infer_context::agree(prior[1], 4)) return misfit("PriorBox should be [M, 4]");
        if (auto checked = detail::must_hold(c, 2, c.in(0).dtype); !checked) return checked;
        if (c.has_in(1)) {
            if (auto checked = detail::must_match(c, 1, 0); !checked) return checked;
            if (!c.building() && c.in(1).dims != prior) return misfit("PriorBoxVar should have the dims of PriorBox");
        }
        if (encode) {
            if (target.rank() != 2 || !infer_context::agree(target[1], 4)) return misfit("TargetBox should be [N, 4]");
            c.set_out(0, c.in(2).with(Shape{target[0], prior[0], 4}));
            return {};
        }
        if (target.rank() != 3 || !infer_context::agree(target[2], 4) || !infer_context::agree(target[a.axis == 0 ? 1 : 0], prior[0]))
            return misfit("TargetBox should have a code for each PriorBox");
        c.set_out(0, c.in(2).with(target));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const bool encode = a.code_type == "encode_center_size", pixels = !a.box_normalized;
            const auto prior = c.in<T>(0), target = c.in<T>(2);
            const auto out = c.out<T>(0);
            const auto given = c.has_in(1) ? c.in<T>(1) : std::span<const T>();
            std::array<T, 4> same{1, 1, 1, 1};
            for (std::size_t i = 0; i < a.variance.size(); ++i) same[i] = static_cast<T>(a.variance[i]);
            const auto& dims = c.out_dims(0);
            const auto rows = static_cast<std::size_t>(dims[0]), cols = static_cast<std::size_t>(dims[1]);
            for (std::size_t i = 0; i < rows; ++i)
                for (std::size_t j = 0; j < cols; ++j) {
                    const std::size_t by = encode || a.axis == 0 ? j : i, at = (i * cols + j) * 4;
                    const T* const variance = given.empty() ? same.data() : given.data() + by * 4;
                    if (encode) kernel::encode_box(target.data() + i * 4, prior.data() + by * 4, variance, pixels, out.data() + at);
                    else kernel::decode_box(target.data() + at, prior.data() + by * 4, variance, pixels, out.data() + at);
                }
            return {};
        });
    }
};

/// Attributes of `yolo_box`, and their defaults.
struct yolo_box_attributes {
    sequence<std::int32_t> anchors;
    std::int32_t class_num = 1, downsample_ratio = 32;
    float conf_thresh = 0.01F, scale_x_y = 1.0F, iou_aware_factor = 0.5F;
    bool clip_bbox = true, iou_aware = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("anchors", self.anchors);
        attr("class_num", self.class_num);
        attr("conf_thresh", self.conf_thresh);
        attr("downsample_ratio", self.downsample_ratio);
        attr("clip_bbox", self.clip_bbox);
        attr("scale_x_y", self.scale_x_y);
        attr("iou_aware", self.iou_aware, since_2x);
        attr("iou_aware_factor", self.iou_aware_factor, since_2x);
    }
};

/// Boxes and scores of YOLO's head.
/// Shapes: X [N, anchors (5 + classes), H, W] (anchors (6 + classes) with iou_aware), ImgSize [N, 2] int32, height and width; Boxes
/// [N, anchors H W, 4], Scores [N, anchors H W, classes]. Errors: bad_attribute, shape_mismatch, dtype_mismatch.
/// Source: paddle operator `yolo_box`.
struct yolo_box {
    static constexpr std::string_view type = "yolo_box";
    static constexpr std::array inputs = {slot{"X"}, slot{"ImgSize"}};
    static constexpr std::array outputs = {slot{"Boxes"}, slot{"Scores"}};
    using attributes = yolo_box_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto &x = c.in(0).dims, &size = c.in(1).dims;
        if (x.rank() != 4 || size.rank() != 2 || !infer_context::agree(size[1], 2) || !infer_context::agree(size[0], x[0]))
            return c.fail(errc::shape_mismatch, "X of yolo_box should be [N, C, H, W], ImgSize [N, 2]", to_string(x), to_string(size));
        if (auto checked = detail::must_hold(c, 1, DType::INT32); !checked) return checked;
        if (a.anchors.empty() || a.anchors.size() % 2 != 0 || a.anchors.size() > 10'000)
            return c.fail(errc::bad_attribute, "anchors should hold pairs of numbers", {}, decimal(a.anchors.size()));
        if (a.class_num < 1 || a.class_num > 1'000'000 || a.downsample_ratio < 1)
            return c.fail(errc::bad_attribute, "class_num and downsample_ratio should be greater than 0", "> 0", decimal(a.class_num));
        if (a.iou_aware && !(a.iou_aware_factor >= 0 && a.iou_aware_factor <= 1))
            return c.fail(errc::bad_attribute, "iou_aware_factor should be from 0 to 1", "0 to 1", std::to_string(a.iou_aware_factor));
        const auto anchors = static_cast<std::int64_t>(a.anchors.size() / 2);
        const auto channels = anchors * ((a.iou_aware ? 6 : 5) + std::int64_t{a.class_num});
        if (!infer_context::agree(x[1], channels))
            return c.fail(errc::shape_mismatch, "X of yolo_box should have a channel for each number of each anchor", decimal(channels),
                          decimal(x[1]));
        const auto places = x.product(2, 4);
        if (places > std::int64_t{1} << 40) return c.fail(errc::overflow, "the dims of X are too large", {}, to_string(x));
        const auto boxes = places < 0 ? -1 : places * anchors;
        c.set_out(0, {c.in(0).dtype, Shape{x[0], boxes, 4}});
        c.set_out(1, {c.in(0).dtype, Shape{x[0], boxes, a.class_num}});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto& dims = c.in_dims(0);
            const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
            const kernel::yolo_grid grid{size(dims[2]),      size(dims[3]),
                                         size(a.class_num),  a.conf_thresh,
                                         a.scale_x_y,        static_cast<float>(a.downsample_ratio),
                                         a.clip_bbox,        a.iou_aware,
                                         a.iou_aware_factor, !detail::is_2x(c.program_version())};
            const auto x = c.in<T>(0);
            const auto to = c.out<T>(0), scores = c.out<T>(1);
            std::fill(to.begin(), to.end(), T{});
            std::fill(scores.begin(), scores.end(), T{});
            const auto images = size(dims[0]);
            for (std::size_t i = 0; i < images; ++i) {
                const auto image = c.in<std::int32_t>(1).subspan(2 * i, 2);
                const auto each = x.size() / images, each_box = to.size() / images, each_score = scores.size() / images;
                kernel::yolo_boxes<T>(grid, x.subspan(i * each, each), {a.anchors.data(), a.anchors.size()}, static_cast<T>(image[0]),
                                      static_cast<T>(image[1]), to.subspan(i * each_box, each_box),
                                      scores.subspan(i * each_score, each_score));
            }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
