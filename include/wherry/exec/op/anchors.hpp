#ifndef WHERRY_EXEC_OP_ANCHORS_HPP
#define WHERRY_EXEC_OP_ANCHORS_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/anchors.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Boxes around each element of a feature map that depend on its dims alone.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `anchor_generator`, and their defaults.
struct anchor_generator_attributes {
    sequence<float> anchor_sizes, aspect_ratios, variances, stride;
    float offset = 0.5F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("anchor_sizes", self.anchor_sizes);
        attr("aspect_ratios", self.aspect_ratios);
        attr("variances", self.variances);
        attr("stride", self.stride);
        attr("offset", self.offset);
    }
};
/// Attributes of `density_prior_box`, and their defaults.
struct density_prior_box_attributes {
    sequence<float> variances, fixed_sizes, fixed_ratios;
    sequence<std::int32_t> densities;
    bool clip = true, flatten_to_2d = false;
    float step_w = 0, step_h = 0, offset = 0.5F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("variances", self.variances);
        attr("clip", self.clip);
        attr("flatten_to_2d", self.flatten_to_2d);
        attr("step_w", self.step_w);
        attr("step_h", self.step_h);
        attr("offset", self.offset);
        attr("fixed_sizes", self.fixed_sizes);
        attr("fixed_ratios", self.fixed_ratios);
        attr("densities", self.densities);
    }
    [[nodiscard]] std::int64_t count() const {
        std::int64_t made = 0;
        for (const auto density : densities) made += std::int64_t{density} * density;
        return made * static_cast<std::int64_t>(fixed_ratios.size());
    }
};

namespace detail {

/// Lists of numbers greater than 0, one to 1000 each.
[[gnu::cold]] inline result<void> check_positive(const infer_context& c, std::string_view name, std::span<const float> numbers) {
    if (numbers.empty() || numbers.size() > 1000)
        return c.fail(errc::bad_attribute, {"attribute '", name, "' should hold 1 to 1000 numbers"}, {}, decimal(numbers.size()));
    if (!std::all_of(numbers.begin(), numbers.end(), [](float number) { return number > 0; }))
        return c.fail(errc::bad_attribute, {"each number of attribute '", name, "' should be greater than 0"});
    return {};
}
/// A feature map, an image that is as large or (`is_smaller`) larger, variances and steps. Errors: shape_mismatch, bad_attribute.
template <class Attributes>
[[gnu::cold]] result<void> check_priors(const Attributes& a, const infer_context& c, bool is_smaller) {
    const auto &map = c.in(0).dims, &image = c.in(1).dims;
    if (map.rank() != 4 || image.rank() != 4)
        return c.fail(errc::shape_mismatch, "Input and Image should be [N, C, H, W]", "4 dims", to_string(map));
    if (!c.building() && (map[2] > image[2] - is_smaller || map[3] > image[3] - is_smaller))
        return c.fail(errc::shape_mismatch, {"the feature map should ", is_smaller ? "be smaller" : "not be larger", " than the image"},
                      to_string(image), to_string(map));
    if (auto checked = check_positive(c, "variances", a.variances); !checked) return checked;
    if (a.variances.size() != 4) return c.fail(errc::bad_attribute, "variances should hold 4 numbers", "4", decimal(a.variances.size()));
    if (!(a.step_w >= 0) || !(a.step_h >= 0)) return c.fail(errc::bad_attribute, "step_w and step_h should not be less than 0");
    return {};
}
/// Boxes and their variances have the same dims.
[[gnu::cold]] inline void set_boxes(infer_context& c, const Shape& dims) {
    c.set_out(0, {c.in(0).dtype, dims});
    c.set_out(1, {c.in(0).dtype, dims});
}
/// Each row of an output gets the same four numbers.
template <class T>
void repeat_variances(std::span<T> out, std::span<const float> variances) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<T>(variances[i % 4]);
}

}  // namespace detail

/// Boxes of given sizes and ratios around each element of a feature map, in pixels.
/// Shapes: Input [N, C, H, W]; Anchors and Variances [H, W, sizes times ratios, 4]. Errors: bad_attribute, shape_mismatch, dtype_mismatch.
/// Source: paddle operator `anchor_generator`.
struct anchor_generator {
    static constexpr std::string_view type = "anchor_generator";
    static constexpr std::array inputs = {slot{"Input"}};
    static constexpr std::array outputs = {slot{"Anchors"}, slot{"Variances"}};
    using attributes = anchor_generator_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0).dims;
        if (x.rank() != 4) return c.fail(errc::shape_mismatch, "The layout of input is NCHW.", "4 dims", to_string(x));
        if (auto checked = detail::check_positive(c, "anchor_sizes", a.anchor_sizes); !checked) return checked;
        if (auto checked = detail::check_positive(c, "aspect_ratios", a.aspect_ratios); !checked) return checked;
        if (auto checked = detail::check_positive(c, "stride", a.stride); !checked) return checked;
        if (auto checked = detail::check_positive(c, "variances", a.variances); !checked) return checked;
        if (a.stride.size() != 2 || a.variances.size() != 4)
            return c.fail(errc::bad_attribute, "stride should hold 2 numbers, variances 4", "2, 4", decimal(a.stride.size()));
        detail::set_boxes(c, {x[2], x[3], static_cast<std::int64_t>(a.anchor_sizes.size() * a.aspect_ratios.size()), 4});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto& x = c.in_dims(0);
            const kernel::anchor_sizes sizes{a.anchor_sizes, a.aspect_ratios, a.stride[0], a.stride[1], a.offset};
            if (c.has_out(0)) kernel::anchors(sizes, static_cast<std::size_t>(x[2]), static_cast<std::size_t>(x[3]), c.out<T>(0).data());
            detail::repeat_variances(c.out<T>(1), a.variances);
            return {};
        });
    }
};

/// Boxes of fixed sizes and ratios, several of each spread around an element, as shares of the image.
/// Shapes: Input [N, C, H, W], Image [N, C, h, w]; Boxes and Variances [H, W, boxes of an element, 4], or one list of all (flatten_to_2d).
/// Errors: bad_attribute, shape_mismatch, dtype_mismatch. Source: paddle operator `density_prior_box`.
struct density_prior_box {
    static constexpr std::string_view type = "density_prior_box";
    static constexpr std::array inputs = {slot{"Input"}, slot{"Image"}};
    static constexpr std::array outputs = {slot{"Boxes"}, slot{"Variances"}};
    using attributes = density_prior_box_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_priors(a, c, true); !checked) return checked;
        if (auto checked = detail::check_positive(c, "fixed_sizes", a.fixed_sizes); !checked) return checked;
        if (auto checked = detail::check_positive(c, "fixed_ratios", a.fixed_ratios); !checked) return checked;
        if (a.densities.size() != a.fixed_sizes.size())
            return c.fail(errc::bad_attribute, "densities should hold as many numbers as fixed_sizes", decimal(a.fixed_sizes.size()),
                          decimal(a.densities.size()));
        for (const auto density : a.densities)
            if (density < 1 || density > 1000)
                return c.fail(errc::bad_attribute, "densities should be from 1 to 1000", {}, decimal(density));
        const auto& map = c.in(0).dims;
        const Shape dims{map[2], map[3], a.count(), 4};
        detail::set_boxes(c, a.flatten_to_2d ? Shape{dims.product(0, 3), 4} : dims);
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto &map = c.in_dims(0), &image = c.in_dims(1);
            const kernel::dense_priors priors{a.fixed_sizes, a.fixed_ratios, a.densities, a.step_w, a.step_h, a.offset};
            if (c.has_out(0))
                kernel::dense_boxes(priors, static_cast<std::size_t>(map[2]), static_cast<std::size_t>(map[3]), static_cast<T>(image[2]),
                                    static_cast<T>(image[3]), c.out<T>(0).data());
            if (a.clip)
                for (auto& number : c.out<T>(0)) number = std::clamp(number, T(0), T(1));
            detail::repeat_variances(c.out<T>(1), a.variances);
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
