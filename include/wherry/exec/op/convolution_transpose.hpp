#ifndef WHERRY_EXEC_OP_CONVOLUTION_TRANSPOSE_HPP
#define WHERRY_EXEC_OP_CONVOLUTION_TRANSPOSE_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/channels.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/convolution.hpp>
#include <wherry/exec/op/walk.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/convolution_transpose.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `convolution_transpose`, and their defaults.
template <std::size_t Rank>
struct convolution_transpose_attributes {
    sequence<std::int32_t> output_padding;  ///< more rows and columns after the result
    sequence<std::int32_t> output_size;     ///< instead of that: the result's dims
    std::int32_t groups = 1;
    sequence<std::int32_t> dilations = sequence<std::int32_t>(Rank, 1);
    sequence<std::int32_t> strides = sequence<std::int32_t>(Rank, 1);
    sequence<std::int32_t> paddings = sequence<std::int32_t>(Rank, 0);
    std::string data_format = "NCHW";
    std::string padding_algorithm = "EXPLICIT";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("output_padding", self.output_padding, since_2x);
        attr("output_size", self.output_size);
        attr("groups", self.groups);
        attr("dilations", self.dilations);
        attr("strides", self.strides);
        attr("paddings", self.paddings);
        attr("data_format", self.data_format);
        attr("padding_algorithm", self.padding_algorithm);
    }
};

namespace detail {

/// Extents of the convolution that this one is the transpose of: its image is the result here. Errors: as convolution_walk.
template <std::size_t Rank>
[[gnu::cold]] result<walk> transposed_walk(const op_failure& c, const convolution_transpose_attributes<Rank>& a, const Shape& input,
                                           const Shape& filter) {
    auto made = filter_walk(c, Rank, a, input, filter);
    if (!made) return made;
    for (const auto* attribute : {&a.output_size, &a.output_padding})
        if (!attribute->empty() && attribute->size() != Rank)
            return c.fail(errc::bad_attribute, "output_size and output_padding should have a number for each spatial dim", decimal(Rank),
                          decimal(attribute->size()));
    for (std::size_t i = 0; i < Rank; ++i) {
        auto& at = made->along[i];
        const auto places = at.in;
        if (places < 0 || at.size < 0) {
            at.in = a.output_size.empty() ? -1 : a.output_size[i];
            made->place(i, places);
            continue;
        }
        if (at.size == 0 || places == 0 || places > std::int64_t{1} << 31)
            return c.fail(errc::shape_mismatch, "the dims of Input and Filter should be greater than 0", {},
                          text{to_string(input), " ", to_string(filter)});
        const auto least = (places - 1) * at.stride - at.before - at.after + at.dilation * (at.size - 1) + 1;
        at.in = least;
        if (!a.output_size.empty()) {
            at.in = a.output_size[i];
            if (at.in < least || at.in >= least + at.stride)
                return c.fail(
                    errc::bad_attribute,
                    "output_size of Op(ConvTransposeOp) should not be less than the inferred output size, and less than it + stride",
                    decimal(least), decimal(at.in));
        } else if (!a.output_padding.empty()) {
            const std::int64_t more = a.output_padding[i];
            if (more < 0 || (more != 0 && more >= at.stride && more >= at.dilation))
                return c.fail(errc::bad_attribute, "output_padding of Op(ConvTransposeOp) should be less than stride or dilation",
                              decimal(at.stride), decimal(more));
            at.in += more;
        }
        if (at.in < 1) return c.fail(errc::shape_mismatch, "the output's size should be greater than 0", {}, decimal(at.in));
        made->place(i, places);
    }
    return made;
}

}  // namespace detail

/// The transpose of a convolution: each element of the input adds its filter to the output.
/// Shapes: Input [N, C, H, W] (or [N, H, W, C]), Filter [C, M / groups, h, w]; Output [N, M, H', W'] (or [N, H', W', M]).
/// Errors: bad_attribute, shape_mismatch, overflow, dtype_mismatch. Source: paddle operators `conv2d_transpose`,
/// `depthwise_conv2d_transpose`, `conv3d_transpose`.
template <std::size_t Rank>
struct convolution_transpose {
    static constexpr std::array inputs = {slot{"Input"}, slot{"Filter"}};
    static constexpr std::array outputs = {slot{"Output"}};
    using attributes = convolution_transpose_attributes<Rank>;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::must_hold(c, 1, c.in(0).dtype); !checked) return checked;
        const auto &input = c.in(0).dims, &filter = c.in(1).dims;
        auto walk = detail::transposed_walk(c, a, input, filter);
        if (!walk) return walk.failure();
        const bool last = channels_last(a.data_format);
        const auto channels = last ? input.back() : input[1];
        if (auto checked = detail::check_groups(c, a.groups, filter); !checked) return checked;
        if (channels >= 0 && filter[0] >= 0 && (channels != filter[0] || channels % a.groups != 0))
            return c.fail(errc::shape_mismatch,
                          "the number of input channels should be equal to filter's first dim, and divisible by groups", decimal(filter[0]),
                          decimal(channels));
        Shape out;
        for (const auto& at : walk->along) out.push_back(at.in);
        c.set_out(0, {c.in(0).dtype, image_dims(input[0], filter[1] < 0 ? -1 : filter[1] * a.groups, out, last)});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto& filter = c.in_dims(1);
        const auto walk = detail::transposed_walk(c, a, c.in_dims(0), filter);
        if (!walk) return walk.failure();
        return detail::run_convolution(c, walk->window, a, filter[1] * a.groups,
                                       []<class T>(const auto& shape, kernel::input<T> x, kernel::input<T> weights, std::span<T> out) {
                                           kernel::convolution_transpose<T>(shape, x, weights, out);
                                       });
    }
};

/// Paddle operator `conv2d_transpose`.
struct conv2d_transpose : convolution_transpose<2> {
    static constexpr std::string_view type = "conv2d_transpose";
};
/// Paddle operator `depthwise_conv2d_transpose`.
struct depthwise_conv2d_transpose : convolution_transpose<2> {
    static constexpr std::string_view type = "depthwise_conv2d_transpose";
};
/// Paddle operator `conv3d_transpose`.
struct conv3d_transpose : convolution_transpose<3> {
    static constexpr std::string_view type = "conv3d_transpose";
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
