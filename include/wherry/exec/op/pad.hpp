#ifndef WHERRY_EXEC_OP_PAD_HPP
#define WHERRY_EXEC_OP_PAD_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/attribute_input.hpp>
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

/// Tensors with a margin: of one value, mirrored, or repeated.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `pad`, and their defaults.
struct pad_attributes {
    sequence<std::int32_t> paddings;  ///< before and after, axis by axis
    float pad_value = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("paddings", self.paddings);
        attr("pad_value", self.pad_value);
    }
};
/// Attributes of `pad2d`, and their defaults.
struct pad2d_attributes : pad_attributes {
    std::string mode = "constant";
    std::string data_format = "NCHW";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        pad_attributes::visit(self, attr);
        attr("mode", self.mode);
        attr("data_format", self.data_format);
    }
};
/// Attributes of `pad3d`, and their defaults.
struct pad3d_attributes {
    sequence<std::int32_t> paddings;
    std::string mode = "constant";
    float value = 0;
    std::string data_format = "NCDHW";

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("paddings", self.paddings);
        attr("mode", self.mode);
        attr("value", self.value);
        attr("data_format", self.data_format);
    }
};

namespace detail {

enum class pad_mode : std::uint8_t { constant, reflect, replicate, circular };

/// Elements before and after each axis, and what they are.
struct margins {
    std::array<std::int64_t, max_rank> before{};
    std::array<std::int64_t, max_rank> after{};
    pad_mode mode = pad_mode::constant;
};

[[gnu::cold]] inline result<pad_mode> pad_mode_of(const op_failure& c, std::string_view name) {
    if (name == "constant") return pad_mode::constant;
    if (name == "reflect") return pad_mode::reflect;
    if (name == "replicate" || name == "edge") return pad_mode::replicate;
    if (name == "circular") return pad_mode::circular;
    return c.fail(errc::bad_attribute, "mode should be one of constant, reflect, replicate, circular", {}, name);
}

/// The numbers of `paddings`, two for each of `axes`.
template <class Context>
[[gnu::cold]] result<margins> margins_of(const Context& c, const sequence<std::int64_t>& paddings, std::span<const std::size_t> axes,
                                         std::string_view mode) {
    auto read = pad_mode_of(c, mode);
    if (!read) return read.failure();
    if (paddings.size() != 2 * axes.size())
        return c.fail(errc::bad_attribute, "the number of paddings should be two for each axis", decimal(2 * axes.size()),
                      decimal(paddings.size()));
    margins m{.mode = *read};
    for (std::size_t i = 0; i < axes.size(); ++i) {
        m.before[axes[i]] = paddings[2 * i];
        m.after[axes[i]] = paddings[2 * i + 1];
    }
    return m;
}

[[gnu::cold]] inline result<Shape> padded_dims(const infer_context& c, const Shape& x, const margins& m) {
    constexpr std::int64_t most = std::int64_t{1} << 31;
    Shape out = x;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        const auto before = m.before[i];
        const auto after = m.after[i];
        if (before < 0 || after < 0 || before > most || after > most)
            return c.fail(errc::bad_attribute, "a padding should not be negative", ">= 0", decimal(std::min(before, after)));
        if (x[i] < 0) continue;
        const auto widest = std::max(before, after);
        if (m.mode == pad_mode::reflect && widest > 0 && widest >= x[i])
            return c.fail(errc::bad_attribute, "The size of the padding in reflect mode should be less than the axis", decimal(x[i]),
                          decimal(widest));
        if (m.mode != pad_mode::constant && x[i] == 0 && widest > 0)
            return c.fail(errc::shape_mismatch, "an axis without elements has nothing to repeat", ">= 1", "0");
        if (x[i] > most) return c.fail(errc::overflow, "a padded dim is too large", {}, decimal(x[i]));
        out[i] = before + x[i] + after;
    }
    return out;
}

/// From X to its place in Out.
inline kernel::strided_loops pad_loops(const margins& m, const Shape& x, const Shape& out) {
    const strides_of from(x);
    const strides_of to(out);
    kernel::strided_loops loops;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        loops.to_offset += m.before[i] * to[i];
        loops.add(x[i], from[i], to[i]);
    }
    return loops;
}

/// Which element of an axis of `size` is at `at`, counted from where X begins.
inline std::int64_t source_of(pad_mode mode, std::int64_t at, std::int64_t size) noexcept {
    if (mode == pad_mode::reflect) return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
    if (mode == pad_mode::replicate) return std::clamp<std::int64_t>(at, 0, size - 1);
    return (at % size + size) % size;
}
/// Calls use(place in X, place in Out) for each element of Out.
template <class Use>
void each_padded(const margins& m, const Shape& x, const Shape& out, const Use& use) {
    const strides_of from(x);
    std::array<std::int64_t, max_rank> at{};
    const auto count = out.count();
    for (std::size_t o = 0; o < count; ++o) {
        std::int64_t place = 0;
        for (std::size_t i = 0; i < x.rank(); ++i) place += source_of(m.mode, at[i] - m.before[i], x[i]) * from[i];
        use(static_cast<std::size_t>(place), o);
        for (auto i = x.rank(); i-- > 0;) {
            if (++at[i] < out[i]) break;
            at[i] = 0;
        }
    }
}

/// The value as an element; one that integers do not hold is the nearest that 32 bits do.
template <class T>
T as_element(float value) noexcept {
    if constexpr (std::is_integral_v<T>) value = value == value ? std::clamp(value, -2147483520.0F, 2147483520.0F) : 0.0F;
    return static_cast<T>(value);
}

inline result<void> run_pad(run_context& c, const margins& m, float value) {
    if (!c.has_out(0)) return {};
    const auto& x = c.in_dims(0);
    const auto& out = c.out_dims(0);
    return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        const auto to = c.out<T>(0);
        if (m.mode == pad_mode::constant) {
            std::fill(to.begin(), to.end(), as_element<T>(value));
            return run_moves(c, 0, pad_loops(m, x, out));
        }
        const auto from = c.in<T>(0);
        each_padded(m, x, out, [&](std::size_t f, std::size_t t) { to[t] = from[f]; });
        return {};
    });
}
/// X@GRAD from Out@GRAD in that slot.
inline result<void> run_pad_grad(run_context& c, std::size_t slot, const margins& m) {
    if (!c.has_out(0)) return {};
    const auto& x = c.out_dims(0);
    const auto& out = c.in_dims(slot);
    if (m.mode == pad_mode::constant) return run_moves(c, slot, pad_loops(m, x, out).reversed());
    return for_number(c, c.in_dtype(slot), [&]<class T>() -> result<void> {
        const auto from = c.in<T>(slot);
        const auto to = c.out<T>(0);
        std::fill(to.begin(), to.end(), T{});
        each_padded(m, x, out, [&](std::size_t f, std::size_t t) { to[f] += from[t]; });
        return {};
    });
}
[[gnu::cold]] inline result<void> infer_pad(infer_context& c, const result<margins>& m) {
    if (!m) return m.failure();
    auto out = padded_dims(c, c.in(0).dims, *m);
    if (!out) return out.failure();
    c.set_out(0, m->before[0] == 0 && m->after[0] == 0 ? c.in(0).with(*out) : tensor_meta{c.in(0).dtype, *out});
    return {};
}

/// The margins of pad2d: above, below, left, right. Slot 1 may hold them.
template <class Context>
[[gnu::cold]] result<margins> image_margins(const Context& c, const pad2d_attributes& a, std::size_t rank) {
    if (rank != 4) return c.fail(errc::shape_mismatch, "The size of Input(X)'s dimension should be equal to 4", "4", decimal(rank));
    auto paddings = listed_numbers(c, 1, 1, a.paddings);
    if (!paddings) return paddings.failure();
    if (a.data_format != "NCHW" && a.data_format != "NHWC")
        return c.fail(errc::bad_attribute, "data_format", "NCHW or NHWC", a.data_format);
    const std::size_t first = a.data_format == "NCHW" ? 2 : 1;
    const std::array axes{first, first + 1};
    return margins_of(c, *paddings, axes, a.mode);
}
/// The margins of pad3d: left, right, above, below, front, back.
template <class Context>
[[gnu::cold]] result<margins> volume_margins(const Context& c, const pad3d_attributes& a, std::size_t rank) {
    if (rank != 5) return c.fail(errc::shape_mismatch, "The size of Input(X)'s dimension should be equal to 5", "5", decimal(rank));
    auto paddings = listed_numbers(c, 1, 1, a.paddings);
    if (!paddings) return paddings.failure();
    if (a.data_format != "NCDHW" && a.data_format != "NDHWC")
        return c.fail(errc::bad_attribute, "data_format", "NCDHW or NDHWC", a.data_format);
    const std::size_t first = a.data_format == "NCDHW" ? 2 : 1;
    const std::array axes{first + 2, first + 1, first};
    return margins_of(c, *paddings, axes, a.mode);
}
template <class Context>
[[gnu::cold]] result<margins> all_margins(const Context& c, const pad_attributes& a, std::size_t rank) {
    const std::array<std::size_t, max_rank> axes{0, 1, 2, 3, 4, 5, 6, 7, 8};
    return margins_of(c, sequence<std::int64_t>(a.paddings.begin(), a.paddings.end()), std::span(axes).first(rank), "constant");
}

}  // namespace detail

/// The gradient of `pad`.
struct pad_grad {
    static constexpr std::string_view type = "pad_grad";
    static constexpr std::array inputs = {slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = pad_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& g = c.in(0);
        auto m = detail::all_margins(c, a, g.dims.rank());
        if (!m) return m.failure();
        auto x = g.dims;
        for (std::size_t i = 0; i < x.rank(); ++i) {
            if (m->before[i] < 0 || m->after[i] < 0 || (g.dims[i] >= 0 && g.dims[i] < m->before[i] + m->after[i]))
                return c.fail(errc::shape_mismatch, "Out@GRAD is smaller than its margins", {}, to_string(g.dims));
            if (g.dims[i] >= 0) x[i] = g.dims[i] - m->before[i] - m->after[i];
        }
        c.set_out(0, {g.dtype, x});
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        auto m = detail::all_margins(c, a, c.in_dims(0).rank());
        if (!m) return m.failure();
        return detail::run_pad_grad(c, 0, *m);
    }
};

/// A margin of one value around a tensor. Element types: float, double, int32, int64.
/// Shapes: X [d...]; Out [before + d + after...]. Errors: bad_attribute, overflow, dtype_mismatch. Source: paddle operators `pad`, `pad_grad`.
struct pad {
    static constexpr std::string_view type = "pad";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = pad_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        return detail::infer_pad(c, detail::all_margins(c, a, c.in(0).dims.rank()));
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) { g.append<pad_grad>().reads_grad("Out").makes_grad("X"); }
    static result<void> run(const attributes& a, run_context& c) {
        auto m = detail::all_margins(c, a, c.in_dims(0).rank());
        if (!m) return m.failure();
        return detail::run_pad(c, *m, a.pad_value);
    }
};

namespace detail {
/// Margins around images or volumes. Margins is image_margins or volume_margins.
template <class Attributes, auto InferMargins, auto RunMargins, auto Value>
struct padded {
    static constexpr std::array inputs = {slot{"X"}, slot{"Paddings", slot_arity::optional}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = Attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        return infer_pad(c, InferMargins(c, a, c.in(0).dims.rank()));
    }
    static result<void> run(const attributes& a, run_context& c) {
        auto m = RunMargins(c, a, c.in_dims(0).rank());
        if (!m) return m.failure();
        return run_pad(c, *m, a.*Value);
    }
};
template <class Attributes, auto InferMargins, auto RunMargins>
struct padded_grad {
    static constexpr std::array inputs = {slot{"X"}, slot{"Paddings", slot_arity::optional}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = Attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto m = InferMargins(c, a, c.in(0).dims.rank());
        if (!m) return m.failure();
        auto out = padded_dims(c, c.in(0).dims, *m);
        if (!out) return out.failure();
        if (!c.building() && c.in(2).dims != *out)
            return c.fail(errc::shape_mismatch, "Input(Out@GRAD) does not have the dims of Out", to_string(*out), to_string(c.in(2).dims));
        c.set_out(0, c.in(0).with(c.in(2).dtype, c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        auto m = RunMargins(c, a, c.in_dims(0).rank());
        if (!m) return m.failure();
        return run_pad_grad(c, 2, *m);
    }
};
[[gnu::cold]] inline void gradient_of_padded(gradient_op& made) { made.reads("X").reads("Paddings").reads_grad("Out").makes_grad("X"); }
}  // namespace detail

/// The gradient of `pad2d`.
struct pad2d_grad : detail::padded_grad<pad2d_attributes, detail::image_margins<infer_context>, detail::image_margins<run_context>> {
    static constexpr std::string_view type = "pad2d_grad";
};
/// A margin around images: of a value, mirrored, or the edge repeated.
/// Shapes: X [n, c, h, w] or [n, h, w, c]; Out with h and w larger. Errors: bad_attribute, shape_mismatch, overflow, dtype_mismatch;
/// unsupported for Paddings computed from what is fed. Source: paddle operators `pad2d`, `pad2d_grad`.
struct pad2d : detail::padded<pad2d_attributes, detail::image_margins<infer_context>, detail::image_margins<run_context>,
                              &pad2d_attributes::pad_value> {
    static constexpr std::string_view type = "pad2d";
    [[gnu::cold]] static void gradient(gradient_maker& g) { detail::gradient_of_padded(g.append<pad2d_grad>()); }
};
struct pad3d_grad : detail::padded_grad<pad3d_attributes, detail::volume_margins<infer_context>, detail::volume_margins<run_context>> {
    static constexpr std::string_view type = "pad3d_grad";
};
/// The same around volumes, and `circular`. Shapes: X [n, c, d, h, w] or [n, d, h, w, c].
struct pad3d : detail::padded<pad3d_attributes, detail::volume_margins<infer_context>, detail::volume_margins<run_context>,
                              &pad3d_attributes::value> {
    static constexpr std::string_view type = "pad3d";
    [[gnu::cold]] static void gradient(gradient_maker& g) { detail::gradient_of_padded(g.append<pad3d_grad>()); }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
