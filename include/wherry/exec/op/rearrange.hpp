#ifndef WHERRY_EXEC_OP_REARRANGE_HPP
#define WHERRY_EXEC_OP_REARRANGE_HPP

#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/arg.hpp>
#include <wherry/exec/op/assign.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/strided.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

/// Elements turned round, shifted, woven together, or summed up along an axis.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `flip`, and their defaults.
struct flip_attributes {
    sequence<std::int32_t> axis;
    sequence<std::int32_t> dims;  ///< its name before 2.0

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis, since_2x);
        attr("dims", self.dims);
    }
};
/// Attributes of `roll`, and their defaults.
struct roll_attributes {
    sequence<std::int64_t> shifts;
    sequence<std::int64_t> axis;
    sequence<std::int64_t> dims;  ///< its name before 2.0

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("shifts", self.shifts);
        attr("axis", self.axis, since_2x);
        attr("dims", self.dims);
    }
};
/// Attributes of `pixel_shuffle`, and their defaults.
struct pixel_shuffle_attributes {
    std::int32_t upscale_factor = 1;
    std::string data_format = "NCHW";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("upscale_factor", self.upscale_factor);
        attr("data_format", self.data_format, since_2x);
    }
};
/// Attributes of `cumsum`, and their defaults.
struct cumsum_attributes {
    std::int32_t axis = -1;
    bool flatten = false;
    bool exclusive = false;
    bool reverse = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
        attr("flatten", self.flatten, since_2x);
        attr("exclusive", self.exclusive);
        attr("reverse", self.reverse);
    }
};
/// Attributes of `tril_triu`, and their defaults.
struct tril_triu_attributes {
    std::int32_t diagonal = 0;
    bool lower = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("diagonal", self.diagonal);
        attr("lower", self.lower);
    }
};

namespace detail {

/// The axes that a list names, as bits.
template <class Number>
[[gnu::cold]] result<std::uint32_t> axes_named(const infer_context& c, const sequence<Number>& named, std::size_t rank) {
    std::uint32_t bits = 0;
    for (const auto number : named) {
        const auto axis = normalized_axis(number, rank);
        if (!axis) return c.fail(errc::bad_attribute, "an axis is out of range", text{"rank ", decimal(rank)}, decimal(number));
        bits |= std::uint32_t{1} << *axis;
    }
    return bits;
}

inline kernel::strided_loops flip_loops(const flip_attributes& a, const Shape& x) {
    const strides_of steps(x);
    std::uint32_t turned = 0;
    for (const auto number : a.axis.empty() ? a.dims : a.axis) turned |= std::uint32_t{1} << normalized_axis(number, x.rank()).value_or(0);
    kernel::strided_loops loops;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        const bool turn = (turned >> i & 1U) != 0;
        if (turn) loops.from_offset += (x[i] - 1) * steps[i];
        loops.add(x[i], turn ? -steps[i] : steps[i], steps[i]);
    }
    return loops;
}

/// From [n, c r r, h, w] to [n, c, h r, w r], in either layout.
inline kernel::strided_loops shuffle_loops(const pixel_shuffle_attributes& a, const Shape& x) {
    const bool channels_last = a.data_format == "NHWC";
    const std::int64_t r = a.upscale_factor;
    const auto n = x[0];
    const auto c = x[channels_last ? 3 : 1] / (r * r);
    const auto h = x[channels_last ? 1 : 2];
    const auto w = x[channels_last ? 2 : 3];
    const strides_of from(x);
    const strides_of to(channels_last ? Shape{n, h * r, w * r, c} : Shape{n, c, h * r, w * r});
    const std::size_t channel = channels_last ? 3 : 1;
    const std::size_t row = channels_last ? 1 : 2;
    kernel::strided_loops loops;
    loops.add(n, from[0], to[0]);
    loops.add(c, r * r * from[channel], to[channel]);
    loops.add(h, from[row], r * to[row]);
    loops.add(r, r * from[channel], to[row]);
    loops.add(w, from[row + 1], r * to[row + 1]);
    loops.add(r, from[channel], to[row + 1]);
    return loops;
}
[[gnu::cold]] inline result<void> check_shuffle(const infer_context& c, const pixel_shuffle_attributes& a, std::size_t rank) {
    if (rank != 4)
        return c.fail(errc::shape_mismatch,
                      {"Input should be a 4-D tensor of format [N, C, H, W] or [N, H, W, C], but got ", decimal(rank), "."});
    if (a.upscale_factor < 1 || a.upscale_factor > 32768)
        return c.fail(errc::bad_attribute, "upscale_factor should be larger than 0.", "1 to 32768", decimal(a.upscale_factor));
    if (a.data_format != "NCHW" && a.data_format != "NHWC")
        return c.fail(errc::bad_attribute, "data_format", "NCHW or NHWC", a.data_format);
    return {};
}

/// Sums along a line of every element up to each, or before each (exclusive), from the other end (reverse).
template <class T>
void sum_up(const cumsum_attributes& a, const lines_of& lines, std::span<const T> x, std::span<T> out) {
    lines.each(lines.size, [&](std::size_t, std::size_t first, std::size_t) {
        T sum{};
        for (std::size_t k = 0; k < lines.size; ++k) {
            const auto at = first + (a.reverse ? lines.size - 1 - k : k) * lines.inner;
            const T value = x[at];
            const T before = sum;
            if constexpr (std::is_integral_v<T>)
                sum = static_cast<T>(static_cast<std::make_unsigned_t<T>>(sum) + static_cast<std::make_unsigned_t<T>>(value));
            else sum += value;
            out[at] = a.exclusive ? before : sum;
        }
    });
}
inline lines_of sum_lines(const cumsum_attributes& a, const Shape& x) {
    return a.flatten ? lines_of(x) : lines_of(x, normalized_axis(a.axis, x.rank()).value_or(0));
}

[[gnu::cold]] inline result<void> infer_like(infer_context& c, std::size_t slot) {
    c.set_out(0, c.in(slot).with(c.in(slot).dims));
    return {};
}
inline result<void> run_triangle(const tril_triu_attributes& a, run_context& c) {
    if (!c.has_out(0)) return {};
    const auto& dims = c.in_dims(0);
    const auto rows = dims[dims.rank() - 2];
    const auto columns = dims.back();
    const auto bytes = size_of(c.in_dtype(0));
    copy_elements(c, 0, 0);
    auto* at = c.out_bytes(0).data();
    for (std::int64_t m = dims.product(0, dims.rank() - 2); m > 0 && columns > 0; --m)
        for (std::int64_t i = 0; i < rows; ++i, at += static_cast<std::size_t>(columns) * bytes) {
            const auto border = i + a.diagonal;  // the column of the diagonal
            const auto first = a.lower ? std::clamp<std::int64_t>(border + 1, 0, columns) : 0;
            const auto last = a.lower ? columns : std::clamp<std::int64_t>(border, 0, columns);
            std::fill(at + static_cast<std::size_t>(first) * bytes, at + static_cast<std::size_t>(last) * bytes, std::byte{});
        }
    return {};
}
[[gnu::cold]] inline result<void> infer_triangle(infer_context& c) {
    if (c.in(0).dims.rank() < 2)
        return c.fail(errc::shape_mismatch, "Input(X)'s rank must be at least 2 in TrilTriuOp.", ">= 2", decimal(c.in(0).dims.rank()));
    return infer_like(c, 0);
}

}  // namespace detail

/// Some axes turned round. Any element type. Errors: bad_attribute. Source: paddle operator `flip`, which is its own gradient.
struct flip {
    static constexpr std::string_view type = "flip";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = flip_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto named = detail::axes_named(c, a.axis.empty() ? a.dims : a.axis, c.in(0).dims.rank());
        if (!named) return named.failure();
        return detail::infer_like(c, 0);
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        const auto& op = g.forward();
        g.append("flip").reads("X", detail::grad_names(op.output("Out"))).makes("Out", detail::grad_names(op.input("X")));
    }
    static result<void> run(const attributes& a, run_context& c) { return run_moves(c, 0, detail::flip_loops(a, c.in_dims(0))); }
};

/// Elements shifted along axes, those that leave come in again; without axes along all elements. Any element type.
/// Errors: bad_attribute; unsupported for shifts in a tensor. Source: paddle operators `roll`, `roll_grad`.
struct roll {
    static constexpr std::string_view type = "roll";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = roll_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return infer_from(a, c, 0); }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append("roll_grad").reads("X").reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) { return run_from(a, c, 0, false); }

    [[gnu::cold]] static result<void> infer_from(const attributes& a, infer_context& c, std::size_t slot) {
        const auto& axes = a.axis.empty() ? a.dims : a.axis;
        if (axes.empty() ? a.shifts.size() != 1 : axes.size() != a.shifts.size())
            return c.fail(errc::bad_attribute, "When dims.size() != 0, dims.size() should be equal to shifts.size()",
                          decimal(axes.empty() ? 1 : axes.size()), decimal(a.shifts.size()));
        auto named = detail::axes_named(c, axes, c.in(slot).dims.rank());
        if (!named) return named.failure();
        return detail::infer_like(c, slot);
    }
    static result<void> run_from(const attributes& a, run_context& c, std::size_t slot, bool back) {
        if (!c.has_out(0)) return {};
        const auto& axes = a.axis.empty() ? a.dims : a.axis;
        const auto whole = axes.empty() ? Shape{static_cast<std::int64_t>(c.in_dims(slot).count())} : c.in_dims(slot);
        std::array<std::int64_t, max_rank> by{};
        for (std::size_t i = 0; i < a.shifts.size(); ++i) {
            const auto axis = axes.empty() ? 0 : normalized_axis(axes[i], whole.rank()).value_or(0);
            const auto size = std::max<std::int64_t>(whole[axis], 1);
            const auto shift = a.shifts[i] % size;
            by[axis] = ((by[axis] + (back ? -shift : shift)) % size + size) % size;
        }
        const strides_of steps(whole);
        for (std::uint32_t part = 0; part < std::uint32_t{1} << whole.rank();
             ++part) {  // each axis in two pieces: what stays, what comes in
            kernel::strided_loops loops;
            for (std::size_t i = 0; i < whole.rank(); ++i) {
                const bool wrapped = (part >> i & 1U) != 0;
                loops.from_offset += wrapped ? (whole[i] - by[i]) * steps[i] : 0;
                loops.to_offset += wrapped ? 0 : by[i] * steps[i];
                loops.add(wrapped ? by[i] : whole[i] - by[i], steps[i], steps[i]);
            }
            if (auto moved = run_moves(c, slot, loops); !moved) return moved;
        }
        return {};
    }
};
/// The gradient of `roll`.
struct roll_grad {
    static constexpr std::string_view type = "roll_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = roll_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        if (auto checked = detail::must_have_dims(c, 1, c.in(0).dims); !checked) return checked;
        return roll::infer_from(a, c, 1);
    }
    static result<void> run(const attributes& a, run_context& c) { return roll::run_from(a, c, 1, true); }
};

/// The gradient of `pixel_shuffle`.
struct pixel_shuffle_grad {
    static constexpr std::string_view type = "pixel_shuffle_grad";
    static constexpr std::array inputs = {slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = pixel_shuffle_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& g = c.in(0).dims;
        if (auto checked = detail::check_shuffle(c, a, g.rank()); !checked) return checked;
        const std::size_t channel = a.data_format == "NCHW" ? 1 : 3;
        const std::int64_t r = a.upscale_factor;
        auto x = g;
        for (std::size_t i = 1; i < 4; ++i) {
            if (g[i] < 0) continue;
            if (i == channel ? g[i] > (std::int64_t{1} << 30) : g[i] % r != 0)
                return c.fail(errc::shape_mismatch, "Out@GRAD was not made by pixel_shuffle", {}, to_string(g));
            x[i] = i == channel ? g[i] * r * r : g[i] / r;
        }
        c.set_out(0, c.in(0).with(x));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return c.has_out(0) ? run_moves(c, 0, detail::shuffle_loops(a, c.out_dims(0)).reversed()) : result<void>();
    }
};

/// Channels woven into pixels. Any element type.
/// Shapes: X [n, c r r, h, w]; Out [n, c, h r, w r], or with the channels last. Errors: bad_attribute, shape_mismatch, overflow.
/// Source: paddle operators `pixel_shuffle`, `pixel_shuffle_grad`.
struct pixel_shuffle {
    static constexpr std::string_view type = "pixel_shuffle";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = pixel_shuffle_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0).dims;
        if (auto checked = detail::check_shuffle(c, a, x.rank()); !checked) return checked;
        const std::size_t channel = a.data_format == "NCHW" ? 1 : 3;
        const std::int64_t r = a.upscale_factor;
        auto out = x;
        for (std::size_t i = 1; i < 4; ++i) {
            if (x[i] < 0) continue;
            if (i == channel && x[i] % (r * r) != 0)
                return c.fail(errc::shape_mismatch, "The square of upscale_factor should divide the number of channel", decimal(r * r),
                              decimal(x[i]));
            if (i != channel && x[i] > (std::int64_t{1} << 40)) return c.fail(errc::overflow, "a dim is too large", {}, decimal(x[i]));
            out[i] = i == channel ? x[i] / (r * r) : x[i] * r;
        }
        c.set_out(0, c.in(0).with(out));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append<pixel_shuffle_grad>().reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) { return run_moves(c, 0, detail::shuffle_loops(a, c.in_dims(0))); }
};
/// Running sums along an axis, or along all elements. Element types: float, double, int32, int64.
/// Shapes: X and Out alike; flatten: Out [number of elements]. Errors: bad_attribute, dtype_mismatch at run.
/// Source: paddle operator `cumsum`, whose gradient in 1.8 is `cumsum` the other way.
struct cumsum {
    static constexpr std::string_view type = "cumsum";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = cumsum_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        const auto rank = std::to_string(x.dims.rank());
        if (!a.flatten && !normalized_axis(a.axis, x.dims.rank()) && !(x.dims.rank() == 0 && (a.axis == 0 || a.axis == -1)))
            return c.fail(errc::bad_attribute,
                          {"axis is out of range (expected to be in range of [-", rank, ", ", rank, "), but got ", decimal(a.axis), ")."});
        if (a.flatten) c.set_out(0, {x.dtype, {x.dims.is_concrete() ? static_cast<std::int64_t>(x.dims.count()) : -1}});
        else c.set_out(0, x.with(x.dims));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        const auto& op = g.forward();
        g.append("cumsum")
            .reads("X", detail::grad_names(op.output("Out")))
            .makes("Out", detail::grad_names(op.input("X")))
            .with(make_attr("reverse", !op.attr_or("reverse", false)));
    }
    static result<void> run(const attributes& a, run_context& c) {
        if (!c.has_out(0)) return {};
        return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
            detail::sum_up<T>(a, detail::sum_lines(a, c.in_dims(0)), c.in<T>(0), c.out<T>(0));
            return {};
        });
    }
};

/// The triangle of matrices below (lower) or above a diagonal; 0 elsewhere. Any element type.
/// Shapes: X and Out [..., m, n]. Errors: shape_mismatch. Source: paddle operators `tril_triu`, `tril_triu_grad`.
struct tril_triu {
    static constexpr std::string_view type = "tril_triu";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = tril_triu_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) { return detail::infer_triangle(c); }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append("tril_triu_grad").reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_triangle(a, c); }
};
struct tril_triu_grad : tril_triu {
    static constexpr std::string_view type = "tril_triu_grad";
    static constexpr std::array inputs = {slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
