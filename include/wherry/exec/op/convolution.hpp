#ifndef WHERRY_EXEC_OP_CONVOLUTION_HPP
#define WHERRY_EXEC_OP_CONVOLUTION_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/channels.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/walk.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/convolution.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of the convolutions, and their defaults.
template <std::size_t Rank>
struct convolution_attributes {
    sequence<std::int32_t> strides = sequence<std::int32_t>(Rank, 1);
    sequence<std::int32_t> paddings = sequence<std::int32_t>(Rank, 0);  ///< one for each dim, or two
    std::string padding_algorithm = "EXPLICIT";                         ///< or SAME, VALID
    sequence<std::int32_t> dilations = sequence<std::int32_t>(Rank, 1);
    std::int32_t groups = 1;
    std::string data_format = "AnyLayout";  ///< NHWC, NDHWC: channels last

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("strides", self.strides);
        attr("paddings", self.paddings);
        attr("padding_algorithm", self.padding_algorithm);
        attr("dilations", self.dilations);
        attr("groups", self.groups);
        attr("data_format", self.data_format);
    }
};

namespace detail {

/// The window of a convolution or of its transpose. Errors: shape_mismatch, those of `make_walk`.
template <class Attributes>
[[gnu::cold]] result<walk> filter_walk(const op_failure& c, std::size_t rank, const Attributes& a, const Shape& input,
                                       const Shape& filter) {
    if (input.rank() != rank + 2 || filter.rank() != rank + 2)
        return c.fail(errc::shape_mismatch, "Input and Filter of a convolution should have as many dims as it takes", decimal(rank + 2),
                      text{to_string(input), " ", to_string(filter)});
    const bool last = channels_last(a.data_format);
    return make_walk(c, spatial_dims(input, last), spatial_dims(filter, false), {a.strides, a.paddings, a.dilations, a.padding_algorithm});
}
/// Errors: bad_attribute, overflow.
[[gnu::cold]] inline result<void> check_groups(const infer_context& c, std::int32_t groups, const Shape& filter) {
    if (groups < 1) return c.fail(errc::bad_attribute, "groups should be at least 1", ">= 1", decimal(groups));
    if (filter[1] > std::int64_t{1} << 31) return c.fail(errc::overflow, "the dims of a Filter are too large", {}, to_string(filter));
    return {};
}
/// Runs a kernel of convolutions or of their transposes: `run.operator()<T>(shape, x, filter, out)`. `filters`: channels of the output.
template <class Attributes, class Kernel>
result<void> run_convolution(const run_context& c, const kernel::window& window, const Attributes& a, std::int64_t filters, Kernel run) {
    const auto size = [](std::int64_t n) { return static_cast<std::size_t>(n); };
    const auto& input = c.in_dims(0);
    const bool last = channels_last(a.data_format);
    const kernel::convolution_shape shape{size(input[0]), size(last ? input.back() : input[1]), size(filters), size(a.groups), window};
    return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        return on_channels_first<T>(c, last, shape.images, shape.channels, shape.filters, c.in<T>(0), c.out<T>(0),
                                    [&](auto x, auto out) { run.template operator()<T>(shape, x, c.in<T>(1), out); });
    });
}

/// Extents of a convolution, from dims and attributes. Errors: bad_attribute, shape_mismatch, overflow.
template <std::size_t Rank>
[[gnu::cold]] result<walk> convolution_walk(const op_failure& c, const convolution_attributes<Rank>& a, const Shape& input,
                                            const Shape& filter) {
    auto made = filter_walk(c, Rank, a, input, filter);
    if (!made) return made;
    for (std::size_t i = 0; i < Rank; ++i) {
        const auto& at = made->along[i];
        if (at.in < 0 || at.size < 0) {
            made->place(i, -1);
            continue;
        }
        if (at.size == 0) return c.fail(errc::shape_mismatch, "the window of a Filter has no elements", "> 0", to_string(filter));
        const auto room = at.in + at.before + at.after - (at.dilation * (at.size - 1) + 1);
        if (room < 0)
            return c.fail(errc::shape_mismatch, "the output's size should be greater than 0: the window is larger than the padded Input",
                          to_string(filter), to_string(input));
        made->place(i, room / at.stride + 1);
    }
    return made;
}

}  // namespace detail

/// Convolution of images, or of volumes.
/// Shapes: Input [N, C, H, W] (or [N, H, W, C]), Filter [M, C / groups, h, w]; Output [N, M, H', W'] (or [N, H', W', M]). conv3d: D, H, W.
/// Errors: bad_attribute, shape_mismatch, overflow, dtype_mismatch. With channels last it allocates copies.
/// Source: paddle operators `conv2d`, `depthwise_conv2d`, `conv3d`.
template <std::size_t Rank>
struct convolution {
    static constexpr std::array inputs = {slot{"Input"}, slot{"Filter"}};
    static constexpr std::array outputs = {slot{"Output"}};
    using attributes = convolution_attributes<Rank>;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::must_hold(c, 1, c.in(0).dtype); !checked) return checked;
        const auto &input = c.in(0).dims, &filter = c.in(1).dims;
        auto walk = detail::convolution_walk(c, a, input, filter);
        if (!walk) return walk.failure();
        const bool last = channels_last(a.data_format);
        const auto channels = last ? input.back() : input[1];
        if (auto checked = detail::check_groups(c, a.groups, filter); !checked) return checked;
        if (channels >= 0 && filter[1] >= 0 && channels != filter[1] * a.groups)
            return c.fail(errc::shape_mismatch, "the number of input's channels should be equal to filter's channels * groups",
                          text{decimal(filter[1]), " * ", decimal(a.groups)}, decimal(channels));
        if (filter[0] >= 0 && filter[0] % a.groups != 0)
            return c.fail(errc::shape_mismatch, "the number of output's channels (filter's first dim) should be divisible by groups",
                          text{"a multiple of ", decimal(a.groups)}, decimal(filter[0]));
        c.set_out(0, {c.in(0).dtype, image_dims(input[0], filter[0], walk->out, last)});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto& filter = c.in_dims(1);
        const auto walk = detail::convolution_walk(c, a, c.in_dims(0), filter);
        if (!walk) return walk.failure();
        return detail::run_convolution(c, walk->window, a, filter[0],
                                       []<class T>(const auto& shape, kernel::input<T> x, kernel::input<T> weights, std::span<T> out) {
                                           kernel::convolution<T>(shape, x, weights, out);
                                       });
    }
};

/// Over images [N, C, H, W], or NHWC. Source: paddle operator `conv2d`.
struct conv2d : convolution<2> {
    static constexpr std::string_view type = "conv2d";
};
/// conv2d with a group for each channel. Source: paddle operator `depthwise_conv2d`.
struct depthwise_conv2d : convolution<2> {
    static constexpr std::string_view type = "depthwise_conv2d";
};
/// Over volumes [N, C, D, H, W], or NDHWC. Source: paddle operator `conv3d`.
struct conv3d : convolution<3> {
    static constexpr std::string_view type = "conv3d";
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
