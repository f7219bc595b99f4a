#ifndef WHERRY_EXEC_OP_POOL_HPP
#define WHERRY_EXEC_OP_POOL_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/channels.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/walk.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/pooling.hpp>
#include <wherry/version.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `pool`, and their defaults.
template <std::size_t Rank>
struct pool_attributes {
    std::string pooling_type;      ///< max or avg
    sequence<std::int32_t> ksize;  ///< the window; with `adaptive` the dims of the result
    bool global_pooling = false;   ///< the window is the image
    sequence<std::int32_t> strides = sequence<std::int32_t>(Rank, 1);
    sequence<std::int32_t> paddings = sequence<std::int32_t>(Rank, 0);
    bool exclusive = true;  ///< padding is not counted in an average
    bool adaptive = false;
    bool ceil_mode = false;  ///< a last window that reaches beyond the padded image counts, too
    std::string data_format = "NCHW";
    std::string padding_algorithm = "EXPLICIT";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("pooling_type", self.pooling_type);
        attr("ksize", self.ksize);
        attr("global_pooling", self.global_pooling);
        attr("strides", self.strides);
        attr("paddings", self.paddings);
        attr("exclusive", self.exclusive);
        attr("adaptive", self.adaptive);
        attr("ceil_mode", self.ceil_mode);
        attr("data_format", self.data_format);
        attr("padding_algorithm", self.padding_algorithm);
    }
};

namespace detail {

/// Extents of a pooling. Errors: bad_attribute, shape_mismatch, overflow.
template <std::size_t Rank>
[[gnu::cold]] result<walk> pool_walk(const op_failure& c, const pool_attributes<Rank>& a, const Shape& input) {
    if (input.rank() != Rank + 2)
        return c.fail(errc::shape_mismatch, "the input of a pooling should have a batch, channels and the dims it pools", decimal(Rank + 2),
                      to_string(input));
    const auto image = spatial_dims(input, channels_last(a.data_format));
    Shape size;
    if (a.global_pooling) size = image;
    else {
        if (auto checked = check_each(c, "ksize", a.ksize, Rank, 1); !checked) return checked.failure();
        for (const auto dim : a.ksize) size.push_back(dim);
    }
    const bool covers = a.global_pooling || a.adaptive;
    const sequence<std::int32_t> none(Rank, 0);
    auto made = make_walk(c, image, size, {a.strides, covers ? none : a.paddings, {}, covers ? "" : a.padding_algorithm});
    if (!made) return made;
    for (std::size_t i = 0; i < Rank; ++i) {
        const auto& at = made->along[i];
        if (a.adaptive && !a.global_pooling) {
            if (at.in == 0) return c.fail(errc::shape_mismatch, "nothing can be pooled into parts", "> 0", to_string(input));
            made->place(i, at.size);
        } else if (at.in < 0) {
            made->place(i, a.global_pooling ? 1 : -1);
        } else {
            if (at.before >= at.size && at.before > 0)
                return c.fail(errc::bad_attribute, "the padding of a pooling should be less than its window", decimal(at.size),
                              decimal(at.before));
            const auto room = at.in + at.before + at.after - at.size;
            if (room < 0 || at.size == 0)
                return c.fail(errc::shape_mismatch,
                              "the output's size should be greater than 0: the window is larger than the padded input", to_string(size),
                              to_string(input));
            made->place(i, (room + (a.ceil_mode ? at.stride - 1 : 0)) / at.stride + 1);
        }
    }
    return made;
}

}  // namespace detail

/// The largest element or the mean of each window. Only averages are `adaptive`: for max the reference gives that many places of a plain
/// window (what its layers call adaptive max pooling is another operator).
/// Shapes: X [N, C, H, W] (or [N, H, W, C]), Out [N, C, H', W']. pool3d: D, H, W. Errors: bad_attribute, shape_mismatch, overflow,
/// dtype_mismatch. With channels last it allocates copies. Source: paddle operators `pool2d`, `pool3d`.
template <std::size_t Rank>
struct pool {
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = pool_attributes<Rank>;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        if (a.pooling_type != "max" && a.pooling_type != "avg")
            return c.fail(errc::bad_attribute, "pooling_type should be max or avg", "max, avg", a.pooling_type);
        const auto walk = detail::pool_walk(c, a, x.dims);
        if (!walk) return walk.failure();
        const bool last = channels_last(a.data_format);
        c.set_out(0, x.with(image_dims(x.dims[0], last ? x.dims.back() : x.dims[1], walk->out, last)));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto& x = c.in_dims(0);
        const auto walk = detail::pool_walk(c, a, x);
        if (!walk) return walk.failure();
        const bool last = channels_last(a.data_format);
        const auto images = static_cast<std::size_t>(x[0]), channels = static_cast<std::size_t>(last ? x.back() : x[1]);
        using pooling = kernel::pooling_shape;
        const pooling s{.planes = images * channels,
                        .window = walk->window,
                        .of = a.pooling_type == "max" ? pooling::kind::max : pooling::kind::average,
                        .by = a.exclusive                          ? pooling::divisor::inside
                              : detail::is_2x(c.program_version()) ? pooling::divisor::padded
                                                                   : pooling::divisor::window,
                        .adaptive = a.adaptive && !a.global_pooling && a.pooling_type == "avg"};
        return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            return on_channels_first<T>(c, last, images, channels, channels, c.in<T>(0), c.out<T>(0),
                                        [&](auto from, auto to) { kernel::pooling<T>(s, from, to); });
        });
    }
};

/// Over images [N, C, H, W], or NHWC. Source: paddle operator `pool2d`.
struct pool2d : pool<2> {
    static constexpr std::string_view type = "pool2d";
};
/// Over volumes [N, C, D, H, W], or NDHWC. Source: paddle operator `pool3d`.
struct pool3d : pool<3> {
    static constexpr std::string_view type = "pool3d";
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
