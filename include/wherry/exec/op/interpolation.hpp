#ifndef WHERRY_EXEC_OP_INTERPOLATION_HPP
#define WHERRY_EXEC_OP_INTERPOLATION_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/channels.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/walk.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/interpolation.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// `Scale` is float in the operators of 1.x, a list of them in those of 2.x.
template <class Scale>
struct interpolation_attributes {
    std::string data_layout = "NCHW";
    std::int32_t out_d = 0, out_h = 0, out_w = 0;
    Scale scale{};
    std::string interp_method = "bilinear";
    bool align_corners = true;
    std::int32_t align_mode = 1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("data_layout", self.data_layout);
        attr("out_d", self.out_d);
        attr("out_h", self.out_h);
        attr("out_w", self.out_w);
        attr("scale", self.scale);
        attr("interp_method", self.interp_method);
        attr("align_corners", self.align_corners);
        attr("align_mode", self.align_mode);
    }
};

namespace detail {

using scales = sequence<float>;
inline scales listed_scale(float scale, std::size_t rank) { return scale > 0 ? scales(rank, scale) : scales(); }
inline scales listed_scale(const scales& scale, std::size_t) { return scale; }

/// Floats of an input while planning; nothing where they are not known.
[[gnu::cold]] inline std::optional<scales> known_floats(const infer_context& c, std::size_t slot) {
    const auto& found = c.in(slot);
    if (c.building() || found.dtype != DType::FP32 || found.value.size() != found.dims.count() * sizeof(float)) return std::nullopt;
    const auto numbers = elements_of<float>(found.value);
    return scales(numbers.begin(), numbers.end());
}
[[gnu::cold]] inline std::optional<scales> known_floats(const run_context& c, std::size_t slot) {
    if (c.in_dtype(slot) != DType::FP32) return std::nullopt;
    const auto numbers = c.in<float>(slot);
    return scales(numbers.begin(), numbers.end());
}

/// A positive scale for each of `rank` dims, or none. Errors: bad_attribute, unsupported for one that is not known before the program runs.
template <class Context>
[[gnu::cold]] result<scales> scales_of(const Context& c, const scales& attribute, std::size_t rank) {
    auto found = attribute;
    if (c.has_in(3)) {
        auto known = known_floats(c, 3);
        if (!known)
            return c.fail(errc::unsupported, "Input(Scale) decides a shape and is not known before the program runs, or is not float");
        found = *std::move(known);
        if (found.size() == 1) found = scales(rank, found[0]);
    }
    if (found.empty()) return found;
    if (found.size() != rank)
        return c.fail(errc::bad_attribute, "scale should be a number for each dim, or an input of one", decimal(rank),
                      decimal(found.size()));
    for (const auto number : found)
        if (!(number > 0) || number > 65536)
            return c.fail(errc::bad_attribute, "scale should be greater than 0", "up to 65536", std::to_string(number));
    return found;
}

struct interpolation_kind {
    std::size_t least_rank, most_rank, taps;  ///< dims of an image
};

template <class Attributes>
[[gnu::cold]] result<void> infer_interpolation(const Attributes& a, infer_context& c, const interpolation_kind& kind) {
    const auto& x = c.in(0);
    const bool last = a.data_layout != "NCHW";  // the reference takes every other word for that, NCDHW too
    const auto rank = x.dims.rank() < 2 ? 0 : x.dims.rank() - 2;
    if (rank < kind.least_rank || rank > kind.most_rank)
        return c.fail(errc::shape_mismatch, "Input(X) has a wrong number of dims to be resized",
                      text{decimal(kind.least_rank + 2), " to ", decimal(kind.most_rank + 2)}, to_string(x.dims));
    if (a.align_mode < 0 || a.align_mode > 1)
        return c.fail(errc::bad_attribute, "align_mode should be 0 or 1", "0, 1", decimal(a.align_mode));
    const auto image = spatial_dims(x.dims, last);
    Shape out;
    const std::array<std::int32_t, 3> sizes{a.out_d, a.out_h, a.out_w};
    for (std::size_t i = 0; i < rank; ++i) {
        // one dim is the width, two are height and width
        const auto size = sizes[3 - rank + i];
        out.push_back(size > 0 ? size : -1);
    }
    const auto set = [&](const sequence<std::int64_t>& numbers) -> result<void> {
        if (numbers.size() != rank)
            return c.fail(errc::shape_mismatch, "a size for each dim of the image is needed", decimal(rank), decimal(numbers.size()));
        for (std::size_t i = 0; i < rank; ++i) out[i] = numbers[i];
        return {};
    };
    const bool computed = c.has_in(1) || c.has_in(2) || c.has_in(3);
    if (c.building() && computed) {
        for (std::size_t i = 0; i < rank; ++i) out[i] = -1;
    } else if (c.has_in(2)) {
        auto numbers = numbers_of_each(c, 2, sequence<std::int64_t>());
        if (!numbers) return numbers.failure();
        if (auto done = set(*numbers); !done) return done;
    } else {
        auto by = scales_of(c, listed_scale(a.scale, rank), rank);
        if (!by) return by.failure();
        for (std::size_t i = 0; i < by->size(); ++i)
            out[i] = image[i] < 0 ? -1 : image[i] > 1 << 24 ? 0 : static_cast<std::int64_t>(static_cast<float>(image[i]) * (*by)[i]);
        if (c.has_in(1)) {
            auto numbers = whole_numbers(c, 1);
            if (!numbers) return numbers.failure();
            if (auto done = set(*numbers); !done) return done;
        }
    }
    for (std::size_t i = 0; i < rank; ++i)
        if (!c.building() && (out[i] < 1 || out[i] > 1 << 24 || image[i] < 1 || image[i] > 1 << 24))
            return c.fail(errc::bad_attribute, "the dims of an image and of what it is resized to should be greater than 0",
                          "1 to 16777216", text{to_string(image), " to ", to_string(out)});
    c.set_out(0, x.with(image_dims(x.dims[0], last ? x.dims.back() : x.dims[1], out, last)));
    return {};
}

template <class Attributes>
result<void> run_interpolation(const Attributes& a, run_context& c, const interpolation_kind& kind, bool of_2x) {
    const bool last = a.data_layout != "NCHW";  // the reference takes every other word for that, NCDHW too
    const auto &x = c.in_dims(0), &y = c.out_dims(0);
    const auto from = spatial_dims(x, last), to = spatial_dims(y, last);
    const auto rank = from.rank();
    scales by;
    if (of_2x && !c.has_in(2)) {  // the ratio of 2.x is that of the numbers that were asked for, not of whole elements
        auto found = scales_of(c, listed_scale(a.scale, rank), rank);
        if (!found) return found.failure();
        by = *std::move(found);
    }
    using corners = kernel::resized_dim::corners;
    kernel::resized dims;
    for (std::size_t i = 0; i < rank; ++i) {
        const auto in = static_cast<float>(from[i]), out = static_cast<float>(to[i]);
        auto& dim = dims[3 - rank + i];
        dim.in = static_cast<std::size_t>(from[i]);
        dim.out = static_cast<std::size_t>(to[i]);
        dim.taps = kind.taps;
        const bool half_pixel = kind.taps == 4 || (kind.taps == 2 && a.align_mode == 0);
        dim.how = a.align_corners ? corners::aligned : half_pixel ? corners::half_pixel : corners::plain;
        dim.ratio = to[i] <= 1 ? 0.0F : a.align_corners ? (in - 1) / (out - 1) : by.empty() ? in / out : 1 / by[i];
    }
    const auto images = static_cast<std::size_t>(x[0]), channels = static_cast<std::size_t>(last ? x.back() : x[1]);
    return for_float(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        if (from == to) {
            std::copy(c.in<T>(0).begin(), c.in<T>(0).end(), c.out<T>(0).begin());
            return {};
        }
        return on_channels_first<T>(c, last, images, channels, channels, c.in<T>(0), c.out<T>(0), [&](auto seen, auto made) {
            if (!made.empty()) kernel::interpolate<T>(images * channels, dims, seen, made);
        });
    });
}

/// Images in other dims: as `SizeTensor`, `OutSize`, `scale` (a number, an input) or `out_h` and the like say, in this order.
/// Shapes: X [N, C, ...] or [N, ..., C]; Out the same with other dims. Errors: bad_attribute, shape_mismatch, dtype_mismatch, unsupported for
/// sizes that depend on what the program computes. Source: paddle operators `nearest_interp`, `linear_interp`, `bilinear_interp`,
/// `trilinear_interp`, `bicubic_interp`, and their _v2.
template <class Scale, std::size_t LeastRank, std::size_t MostRank, std::size_t Taps>
struct interpolation {
    static constexpr std::array inputs = {slot{"X"}, slot{"OutSize", slot_arity::optional}, slot{"SizeTensor", slot_arity::any},
                                          slot{"Scale", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = interpolation_attributes<Scale>;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        return infer_interpolation(a, c, {LeastRank, MostRank, Taps});
    }
    static result<void> run(const attributes& a, run_context& c) {
        return run_interpolation(a, c, {LeastRank, MostRank, Taps}, sizeof(Scale) != sizeof(float));
    }
};

}  // namespace detail

/// Paddle operator `nearest_interp`.
struct nearest_interp : detail::interpolation<float, 2, 3, 1> {
    static constexpr std::string_view type = "nearest_interp";
};
/// Paddle operator `linear_interp`.
struct linear_interp : detail::interpolation<float, 1, 1, 2> {
    static constexpr std::string_view type = "linear_interp";
};
/// Paddle operator `bilinear_interp`.
struct bilinear_interp : detail::interpolation<float, 2, 2, 2> {
    static constexpr std::string_view type = "bilinear_interp";
};
/// Paddle operator `trilinear_interp`.
struct trilinear_interp : detail::interpolation<float, 3, 3, 2> {
    static constexpr std::string_view type = "trilinear_interp";
};
/// Paddle operator `bicubic_interp`.
struct bicubic_interp : detail::interpolation<float, 2, 2, 4> {
    static constexpr std::string_view type = "bicubic_interp";
};
/// Paddle operator `nearest_interp_v2`.
struct nearest_interp_v2 : detail::interpolation<sequence<float>, 2, 3, 1> {
    static constexpr std::string_view type = "nearest_interp_v2";
};
/// Paddle operator `linear_interp_v2`.
struct linear_interp_v2 : detail::interpolation<sequence<float>, 1, 1, 2> {
    static constexpr std::string_view type = "linear_interp_v2";
};
/// Paddle operator `bilinear_interp_v2`.
struct bilinear_interp_v2 : detail::interpolation<sequence<float>, 2, 2, 2> {
    static constexpr std::string_view type = "bilinear_interp_v2";
};
/// Paddle operator `trilinear_interp_v2`.
struct trilinear_interp_v2 : detail::interpolation<sequence<float>, 3, 3, 2> {
    static constexpr std::string_view type = "trilinear_interp_v2";
};
/// Paddle operator `bicubic_interp_v2`.
struct bicubic_interp_v2 : detail::interpolation<sequence<float>, 2, 2, 4> {
    static constexpr std::string_view type = "bicubic_interp_v2";
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
