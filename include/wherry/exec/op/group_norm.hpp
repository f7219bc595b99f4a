#ifndef WHERRY_EXEC_OP_GROUP_NORM_HPP
#define WHERRY_EXEC_OP_GROUP_NORM_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/normalization.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/normalization.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `group_norm`, and their defaults.
struct group_norm_attributes {
    float epsilon = 1e-5F;
    std::int32_t groups = 1;
    std::string data_layout = "NCHW";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("epsilon", self.epsilon);
        attr("groups", self.groups);
        attr("data_layout", self.data_layout);
    }
};

/// The channels of each image, in groups that are normalised together, then Scale and Bias of each channel.
/// Shapes: X [N, C, ...] or [N, ..., C]; Scale and Bias [C] or absent; Mean and Variance [N, groups].
/// Errors: bad_attribute, shape_mismatch, dtype_mismatch. Source: paddle operator `group_norm`.
struct group_norm {
    static constexpr std::string_view type = "group_norm";
    static constexpr std::array inputs = {slot{"X"}, slot{"Scale", slot_arity::optional}, slot{"Bias", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Y"}, slot{"Mean", slot_arity::optional}, slot{"Variance", slot_arity::optional}};
    using attributes = group_norm_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto channels = detail::check_channels(c, a.data_layout, max_rank, {1, 2});
        if (!channels) return channels.failure();
        if (auto checked = detail::check_epsilon(c, a.epsilon, 1.0F); !checked) return checked;
        if (a.groups < 1 || (*channels >= 0 && *channels % a.groups != 0))
            return c.fail(errc::bad_attribute, "'groups' should be at least 1 and divide the channels", decimal(*channels),
                          decimal(a.groups));
        c.set_out(0, c.in(0).with(c.in(0).dims));
        for (const std::size_t slot : {1U, 2U}) c.set_out(slot, {c.in(0).dtype, Shape{c.in(0).dims[0], a.groups}});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const detail::image_view image(c.in_dims(0), channels_last(a.data_layout));
            const auto groups = static_cast<std::size_t>(a.groups);
            const auto mean = c.out<T>(1), variance = c.out<T>(2);
            return on_channels_first<T>(c, image.last, image.images, image.channels, image.channels, c.in<T>(0), c.out<T>(0),
                                        [&](auto x, auto y) {
                                            detail::normalize_groups<T>(c, image, groups, static_cast<T>(a.epsilon), x, y,
                                                                        [&](std::size_t at, const kernel::moments<T>& found) {
                                                                            if (!mean.empty()) mean[at] = found.mean;
                                                                            if (!variance.empty()) variance[at] = found.variance;
                                                                        });
                                        });
        });
    }
};

/// Attributes of `instance_norm`, and their defaults.
struct instance_norm_attributes {
    float epsilon = 1e-5F;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("epsilon", self.epsilon);
    }
};

/// Each channel of each image normalised for itself, then Scale and Bias of each channel.
/// Shapes: X [N, C, ...]; Scale and Bias [C] or absent; SavedMean and SavedVariance (1 / sqrt(variance + epsilon)) [N C].
/// Errors: bad_attribute, shape_mismatch, dtype_mismatch. Source: paddle operator `instance_norm`.
struct instance_norm {
    static constexpr std::string_view type = "instance_norm";
    static constexpr std::array inputs = {slot{"X"}, slot{"Scale", slot_arity::optional}, slot{"Bias", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Y"}, slot{"SavedMean", slot_arity::optional}, slot{"SavedVariance", slot_arity::optional}};
    using attributes = instance_norm_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto channels = detail::check_channels(c, "NCHW", 5, {1, 2});
        if (!channels) return channels.failure();
        if (auto checked = detail::check_epsilon(c, a.epsilon, 0.001F); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(0).dims));
        for (const std::size_t slot : {1U, 2U}) c.set_out(slot, {c.in(0).dtype, Shape{c.in(0).dims.product(0, 2)}});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const detail::image_view image(c.in_dims(0), false);
            const auto mean = c.out<T>(1), variance = c.out<T>(2);
            detail::normalize_groups<T>(c, image, image.channels, static_cast<T>(a.epsilon), c.in<T>(0), c.out<T>(0),
                                        [&](std::size_t at, const kernel::moments<T>& found) {
                                            if (!mean.empty()) mean[at] = found.mean;
                                            if (!variance.empty())
                                                variance[at] = T(1) / std::sqrt(found.variance + static_cast<T>(a.epsilon));
                                        });
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
