#ifndef WHERRY_EXEC_OP_NORMALIZATION_HPP
#define WHERRY_EXEC_OP_NORMALIZATION_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/channels.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/normalization.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

namespace detail {

/// Images seen as [images, channels, count].
struct image_view {
    image_view(const Shape& dims, bool channels_are_last)
        : last(channels_are_last && dims.rank() > 2),
          images(static_cast<std::size_t>(dims[0])),
          channels(static_cast<std::size_t>(last ? dims.back() : dims[1])),
          count(static_cast<std::size_t>(last ? dims.product(1, dims.rank() - 1) : dims.product(2, dims.rank()))) {}
    bool last;
    std::size_t images, channels, count;
};

/// X must have a batch and channels, the named inputs a number of X's type for each channel. Gives the channels, -1 for unknown.
[[gnu::cold]] inline result<std::int64_t> check_channels(const infer_context& c, std::string_view layout, std::size_t most_dims,
                                                         std::initializer_list<std::size_t> slots) {
    const auto& x = c.in(0);
    if (x.dims.rank() < 2 || x.dims.rank() > most_dims)
        return c.fail(errc::shape_mismatch, "Input(X) should have a batch and channels", text{"2 to ", decimal(most_dims), " dims"},
                      to_string(x.dims));
    const auto channels = channels_last(layout) ? x.dims.back() : x.dims[1];
    for (const auto slot : slots) {
        if (!c.has_in(slot) || c.building()) continue;
        if (auto checked = must_hold(c, slot, x.dtype); !checked) return checked.failure();
        if (c.in(slot).dims.element_count() != static_cast<std::uint64_t>(channels))
            return c.fail(errc::shape_mismatch, {"Input(", c.in_name(slot), ") should have a number for each channel"}, decimal(channels),
                          to_string(c.in(slot).dims));
    }
    return channels;
}

template <class T>
const T* data_or_null(const run_context& c, std::size_t slot) {
    return c.has_in(slot) ? c.in<T>(slot).data() : nullptr;
}

/// Groups of channels of each image, scaled by the operator's inputs 1 and 2; kept(group, moments) for each.
template <class T, class Kept>
void normalize_groups(const run_context& c, const image_view& image, std::size_t groups, T epsilon, std::span<const T> x, std::span<T> y,
                      const Kept& kept) {
    const auto *scale = data_or_null<T>(c, 1), *bias = data_or_null<T>(c, 2);
    if (groups == 0) return;  // images without channels, each a group of its own
    const auto channels = image.channels / groups, size = channels * image.count;
    for (std::size_t at = 0; at < image.images * groups; ++at) {
        const auto first = at % groups * channels;
        kept(at, kernel::normalize_group<T>(channels, image.count, x.subspan(at * size, size), scale != nullptr ? scale + first : nullptr,
                                            bias != nullptr ? bias + first : nullptr, epsilon, y.subspan(at * size, size)));
    }
}

[[gnu::cold]] inline result<void> check_epsilon(const op_failure& c, float epsilon, float most) {
    if (epsilon >= 0.0F && epsilon <= most) return {};
    return c.fail(errc::bad_attribute, "'epsilon' is out of range", most < 1 ? "from 0 to 0.001" : "at least 0", std::to_string(epsilon));
}

}  // namespace detail

/// Attributes of `batch_norm`, and their defaults.
struct batch_norm_attributes {
    float momentum = 0.9F;
    float epsilon = 1e-5F;
    std::string data_layout = "NCHW";
    bool is_test = false;
    bool use_global_stats = false;
    bool trainable_statistics = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("momentum", self.momentum);
        attr("epsilon", self.epsilon);
        attr("data_layout", self.data_layout);
        attr("is_test", self.is_test);
        attr("use_global_stats", self.use_global_stats);
        attr("trainable_statistics", self.trainable_statistics);
    }
    /// Whether Mean and Variance are used rather than made.
    [[nodiscard]] bool given_statistics() const noexcept { return use_global_stats || (is_test && !trainable_statistics); }
};

/// Y = (X - mean) / sqrt(variance + epsilon) Scale + Bias of each channel: by Mean and Variance in a test, else by those of the batch, of
/// which MeanOut and VarianceOut then keep running averages; SavedVariance is 1 / sqrt(variance + epsilon).
/// Shapes: X [N, C, ...] or [N, ..., C], 2 to 5 dims; the others [C]. Errors: bad_attribute, shape_mismatch, dtype_mismatch.
/// Source: paddle operators `batch_norm`, `sync_batch_norm`.
struct batch_norm {
    static constexpr std::string_view type = "batch_norm";
    static constexpr std::array inputs = {
        slot{"X"},        slot{"Scale", slot_arity::optional},         slot{"Bias", slot_arity::optional}, slot{"Mean"},
        slot{"Variance"}, slot{"MomentumTensor", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Y"},
                                           slot{"MeanOut", slot_arity::optional},
                                           slot{"VarianceOut", slot_arity::optional},
                                           slot{"SavedMean", slot_arity::optional},
                                           slot{"SavedVariance", slot_arity::optional},
                                           slot{"ReserveSpace", slot_arity::optional}};
    using attributes = batch_norm_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto channels = detail::check_channels(c, a.data_layout, 5, {1, 2, 3, 4});
        if (!channels) return channels.failure();
        if (auto checked = detail::check_epsilon(c, a.epsilon, 0.001F); !checked) return checked;
        if (c.has_in(5)) {
            if (auto checked = detail::must_hold(c, 5, DType::FP32); !checked) return checked;
            if (!c.building() && c.in(5).dims.element_count() != 1U)
                return c.fail(errc::shape_mismatch, "MomentumTensor should hold one number", "1", to_string(c.in(5).dims));
        }
        c.set_out(0, c.in(0).with(c.in(0).dims));
        for (std::size_t slot = 1; slot < 5; ++slot) c.set_out(slot, {c.in(0).dtype, Shape{*channels}});
        c.set_out(5, {c.in(0).dtype, Shape{0}});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const detail::image_view image(c.in_dims(0), channels_last(a.data_layout));
            sequence<kernel::moments<T>> found;
            if (auto made = c.make_room(found, a.given_statistics() ? 0 : image.channels); !made) return made;
            return on_channels_first<T>(c, image.last, image.images, image.channels, image.channels, c.in<T>(0), c.out<T>(0),
                                        [&](std::span<const T> x, std::span<T> y) { normalize<T>(a, c, image, found, x, y); });
        });
    }

  private:
    template <class T>
    static void normalize(const attributes& a, run_context& c, const detail::image_view& image, std::span<kernel::moments<T>> found,
                          std::span<const T> x, std::span<T> y) {
        const auto *scale = detail::data_or_null<T>(c, 1), *bias = detail::data_or_null<T>(c, 2);
        const auto old_mean = c.in<T>(3), old_variance = c.in<T>(4);
        const auto mean_out = c.out<T>(1), variance_out = c.out<T>(2), saved_mean = c.out<T>(3), saved_variance = c.out<T>(4);
        const auto epsilon = static_cast<T>(a.epsilon);
        const auto keep = [](std::span<T> to, std::size_t at, T value) {
            if (!to.empty()) to[at] = value;
        };
        const auto apply = [&](std::size_t channels, auto of, std::span<const T> from, std::span<T> to) {
            kernel::scale_channels<T>(
                image.images, channels, image.count, from,
                [&](std::size_t k) { return (scale != nullptr ? scale[k] : T(1)) / std::sqrt(of(k).variance + epsilon); },
                [&](std::size_t k, T by) { return (bias != nullptr ? bias[k] : T(0)) - of(k).mean * by; }, to);
        };
        const auto given = [&](std::size_t k) { return kernel::moments<T>{old_mean[k], old_variance[k]}; };
        if (a.given_statistics()) {
            apply(image.channels, given, x, y);
            for (std::size_t k = 0; k < image.channels; ++k) {
                keep(mean_out, k, old_mean[k]);
                keep(variance_out, k, old_variance[k]);
                keep(saved_mean, k, T(0));
                keep(saved_variance, k, T(0));
            }
            return;
        }
        if (image.images * image.count == 1) std::copy(x.begin(), x.end(), y.begin());  // as the reference does
        const auto momentum = c.has_in(5) ? static_cast<T>(c.in<float>(5)[0]) : static_cast<T>(a.momentum);
        for (std::size_t k = 0; k < image.channels; ++k) {
            found[k] = kernel::moments_of_channel<T>(image.images, image.channels, image.count, x, k);
            keep(saved_mean, k, found[k].mean);
            keep(saved_variance, k, T(1) / std::sqrt(found[k].variance + epsilon));
            keep(mean_out, k, old_mean[k] * momentum + found[k].mean * (T(1) - momentum));
            keep(variance_out, k, old_variance[k] * momentum + found[k].variance * (T(1) - momentum));
        }
        if (image.images * image.count != 1)
            apply(
                image.channels, [&](std::size_t k) { return found[k]; }, x, y);
    }
};
/// `batch_norm` over one device. Source: paddle operator `sync_batch_norm`.
struct sync_batch_norm : batch_norm {
    static constexpr std::string_view type = "sync_batch_norm";
};

/// Attributes of `affine_channel`, and their defaults.
struct affine_channel_attributes {
    std::string data_layout = "AnyLayout";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("data_layout", self.data_layout);
    }
};

/// Out = X Scale + Bias of each channel.
/// Shapes: X [N, C, ...] or [N, ..., C]; Scale and Bias [C]. Errors: shape_mismatch, dtype_mismatch. Source: paddle operator `affine_channel`.
struct affine_channel {
    static constexpr std::string_view type = "affine_channel";
    static constexpr std::array inputs = {slot{"X"}, slot{"Scale"}, slot{"Bias"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = affine_channel_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::check_channels(c, a.data_layout, max_rank, {1, 2}); !checked) return checked.failure();
        c.set_out(0, c.in(0).with(c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const detail::image_view image(c.in_dims(0), channels_last(a.data_layout));
            const auto scale = c.in<T>(1), bias = c.in<T>(2);
            return on_channels_first<T>(c, image.last, image.images, image.channels, image.channels, c.in<T>(0), c.out<T>(0),
                                        [&](auto x, auto out) {
                                            kernel::scale_channels<T>(
                                                image.images, image.channels, image.count, x, [&](std::size_t k) { return scale[k]; },
                                                [&](std::size_t k, T) { return bias[k]; }, out);
                                        });
        });
    }
};

/// Attributes of `layer_norm`, and their defaults.
struct layer_norm_attributes {
    float epsilon = 1e-5F;
    std::int32_t begin_norm_axis = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("epsilon", self.epsilon);
        attr("begin_norm_axis", self.begin_norm_axis);
    }
};

/// Each row, all dims from begin_norm_axis on, gets mean 0 and variance 1, then Scale and Bias of each element.
/// Shapes: X [..., n...], Scale and Bias of as many elements as a row, or absent; Mean and Variance [...], in 1.x flat.
/// Errors: bad_attribute, shape_mismatch, dtype_mismatch. Source: paddle operator `layer_norm`.
struct layer_norm {
    static constexpr std::string_view type = "layer_norm";
    static constexpr std::array inputs = {slot{"X"}, slot{"Scale", slot_arity::optional}, slot{"Bias", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Y"}, slot{"Mean", slot_arity::optional}, slot{"Variance", slot_arity::optional}};
    using attributes = layer_norm_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        const auto rank = x.dims.rank();
        if (a.begin_norm_axis < 1 || static_cast<std::size_t>(a.begin_norm_axis) >= rank)
            return c.fail(errc::bad_attribute, "'begin_norm_axis' should be greater than zero and less than the rank of Input(X)",
                          text{"1 to ", decimal(rank), " - 1"}, decimal(a.begin_norm_axis));
        if (auto checked = detail::check_epsilon(c, a.epsilon, 0.001F); !checked) return checked;
        const auto axis = static_cast<std::size_t>(a.begin_norm_axis);
        const auto width = x.dims.product(axis, rank);
        for (const std::size_t slot : {1U, 2U}) {
            if (!c.has_in(slot) || c.building()) continue;
            if (auto checked = detail::must_hold(c, slot, x.dtype); !checked) return checked;
            if (c.in(slot).dims.element_count() != static_cast<std::uint64_t>(width))
                return c.fail(errc::shape_mismatch, {"Input(", c.in_name(slot), ") should have a number for each element of a row"},
                              decimal(width), to_string(c.in(slot).dims));
        }
        c.set_out(0, x.with(x.dims));
        Shape rows{x.dims.product(0, axis)};
        if (detail::is_2x(c.program_version())) rows = *Shape::from(x.dims.dims().first(axis));
        for (const std::size_t slot : {1U, 2U}) c.set_out(slot, {x.dtype, rows});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            const auto& dims = c.in_dims(0);
            const auto axis = static_cast<std::size_t>(a.begin_norm_axis);
            const auto rows = static_cast<std::size_t>(dims.product(0, axis)),
                       width = static_cast<std::size_t>(dims.product(axis, dims.rank()));
            const auto mean = c.out<T>(1), variance = c.out<T>(2);
            for (std::size_t r = 0; r < rows; ++r) {
                const auto found = kernel::normalize_row<T>(c.in<T>(0).subspan(r * width, width), detail::data_or_null<T>(c, 1),
                                                            detail::data_or_null<T>(c, 2), static_cast<T>(a.epsilon),
                                                            c.out<T>(0).subspan(r * width, width));
                if (!mean.empty()) mean[r] = found.mean;
                if (!variance.empty()) variance[r] = found.variance;
            }
            return {};
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
