#ifndef WHERRY_EXEC_OP_SLICE_HPP
#define WHERRY_EXEC_OP_SLICE_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/strided.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `slice`, and their defaults.
struct slice_attributes {
    sequence<std::int32_t> axes;
    sequence<std::int32_t> starts;
    sequence<std::int32_t> ends;
    sequence<std::int32_t> infer_flags;
    sequence<std::int32_t> decrease_axis;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axes", self.axes);
        attr("starts", self.starts);
        attr("ends", self.ends);
        attr("infer_flags", self.infer_flags);
        attr("decrease_axis", self.decrease_axis);
    }
};
/// Attributes of `strided_slice`, and their defaults.
struct strided_slice_attributes : slice_attributes {
    sequence<std::int32_t> strides;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        slice_attributes::visit(self, attr);
        attr("strides", self.strides);
    }
};

namespace detail {

/// Which elements of each axis: `count` of them from `start`, `step` apart.
struct window {
    Shape count;
    std::array<std::int64_t, max_rank> start{};
    std::array<std::int64_t, max_rank> step{};
};

/// From the whole array to the window, whose elements lie without gaps.
inline kernel::strided_loops window_loops(const window& w, const Shape& whole) {
    const strides_of from(whole);
    const strides_of to(w.count);
    kernel::strided_loops loops;
    for (std::size_t i = 0; i < whole.rank(); ++i) {
        loops.from_offset += w.start[i] * from[i];
        loops.add(w.count[i], w.step[i] * from[i], to[i]);
    }
    return loops;
}

/// Numbers that say where a window starts and ends and in which steps.
struct window_numbers {
    sequence<std::int64_t> axes;
    sequence<std::int64_t> starts;
    sequence<std::int64_t> ends;
    sequence<std::int64_t> steps;
};

/// Neighbours from start to end, both cut to the axis; those from the end are counted backwards.
template <class Context>
[[gnu::cold]] result<void> take_slice(const Context& c, window& w, std::size_t axis, std::int64_t start, std::int64_t end) {
    const auto size = w.count[axis];
    const auto place = [size](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size); };
    w.start[axis] = place(start);
    if (place(end) < place(start) || (place(end) == place(start) && !is_2x(c.program_version())))
        return c.fail(errc::bad_attribute, is_2x(c.program_version())
                                               ? text{"When step > 0, end should be greater than start, but received end = ",
                                                      decimal(place(end)), ", start = ", decimal(place(start)), "."}
                                               : text{"end should greater than start"});
    w.count[axis] = place(end) - w.start[axis];
    return {};
}
/// Every step-th element; backwards for a negative step (before 2.0 those that counting forwards from the end would meet), where an end of -1 in 2.x is before the first one.
template <class Context>
[[gnu::cold]] result<void> take_steps(const Context& c, window& w, std::size_t axis, std::int64_t start, std::int64_t end,
                                      std::int64_t step) {
    const auto size = w.count[axis];
    if (step == 0) return c.fail(errc::bad_attribute, "stride index in StridedSlice operator is 0.");
    if (start < 0) start = std::max<std::int64_t>(start + size, 0);
    if (end < 0 && !(end == -1 && step < 0)) {
        end += size;
        if (is_2x(c.program_version())) end = std::max<std::int64_t>(end, 0);
    }
    const auto shift = step < 0 ? 1 : 0;
    if (step < 0 ? start < end : start > end)
        return c.fail(errc::bad_attribute, "The start index and end index are invalid for their corresponding stride.");
    const auto low = std::max<std::int64_t>(0, std::min(start, end) + shift);
    const auto high = std::min(size, std::max(start, end) + shift);
    const auto distance = step < 0 ? -step : step;
    w.start[axis] = step < 0 ? std::max<std::int64_t>(high - 1, 0) : std::min(low, size);
    w.step[axis] = step;
    w.count[axis] = high > low ? (high - low - 1) / distance + 1 : 0;
    if (step < 0 && w.count[axis] > 0 && !is_2x(c.program_version())) w.start[axis] = low + (w.count[axis] - 1) * distance;
    return {};
}

/// The window that an operator's numbers describe. An axis of unknown size gives one of unknown size.
template <class Context>
[[gnu::cold]] result<window> window_of(const Context& c, const window_numbers& n, const Shape& x, bool strided) {
    window w;
    w.count = x;
    w.step.fill(1);
    constexpr std::int64_t far = std::int64_t{1} << 40;  // beyond any axis, and nothing overflows
    for (const auto& [list, name] : {std::pair(&n.starts, "starts"), std::pair(&n.ends, "ends"), std::pair(&n.steps, "strides")})
        if (list->size() != n.axes.size() && (strided || list != &n.steps))
            return c.fail(errc::bad_attribute, {"The size of ", name, " must be equal to the size of axes."}, decimal(n.axes.size()),
                          decimal(list->size()));
    for (std::size_t i = 0; i < n.axes.size(); ++i) {
        const auto axis = normalized_axis(n.axes[i], x.rank());
        if (!axis)
            return c.fail(errc::bad_attribute, {"The axis value should be less than the rank of input, but received axes[", decimal(i),
                                                "] = ", decimal(n.axes[i]), ", rank of input is ", decimal(x.rank()), "."});
        if (x[*axis] < 0) continue;
        w.count[*axis] = x[*axis];
        const auto start = std::clamp(n.starts[i], -far, far);
        const auto end = std::clamp(n.ends[i], -far, far);
        auto taken = strided ? take_steps(c, w, *axis, start, end, std::clamp(n.steps[i], -far, far)) : take_slice(c, w, *axis, start, end);
        if (!taken) return taken.failure();
    }
    return w;
}

/// Dims without the axes of size 1 that `decrease` names.
template <class Number>
[[gnu::cold]] result<Shape> without_axes(const infer_context& c, const Shape& dims, const sequence<Number>& decrease) {
    std::uint32_t dropped = 0;
    for (const auto number : decrease) {
        const auto axis = normalized_axis(number, dims.rank());
        if (!axis || !c.agree(dims[*axis], 1))
            return c.fail(errc::bad_attribute,
                          {"Decrease dim should be 1, but now received ", axis ? decimal(dims[*axis]) : decimal(number), "."});
        dropped |= std::uint32_t{1} << *axis;
    }
    Shape out;
    for (std::size_t i = 0; i < dims.rank(); ++i)
        if ((dropped >> i & 1U) == 0) out.push_back(dims[i]);
    return out.rank() == 0 && dropped != 0 ? scalar_dims(c) : out;
}

/// The numbers of `slice`: inputs 1 to 4 may replace attributes.
template <class Context>
[[gnu::cold]] result<window> slice_window(const slice_attributes& a, const Context& c, const Shape& x) {
    window_numbers n{.axes = sequence<std::int64_t>(a.axes.begin(), a.axes.end()), .starts = {}, .ends = {}, .steps = {}};
    auto starts = listed_numbers(c, 1, 3, a.starts);
    if (!starts) return starts.failure();
    auto ends = listed_numbers(c, 2, 4, a.ends);
    if (!ends) return ends.failure();
    n.starts = *std::move(starts);
    n.ends = *std::move(ends);
    return window_of(c, n, x, false);
}
template <class Context>
[[gnu::cold]] result<window> strided_window(const strided_slice_attributes& a, const Context& c, const Shape& x) {
    window_numbers n{.axes = sequence<std::int64_t>(a.axes.begin(), a.axes.end()), .starts = {}, .ends = {}, .steps = {}};
    sequence<std::int64_t>* const to[] = {&n.starts, &n.ends, &n.steps};
    const sequence<std::int32_t>* const attributes[] = {&a.starts, &a.ends, &a.strides};
    for (std::size_t i = 0; i < 3; ++i) {
        auto listed = listed_numbers(c, 1 + i, 4 + i, *attributes[i]);
        if (!listed) return listed.failure();
        *to[i] = *std::move(listed);
    }
    return window_of(c, n, x, true);
}

/// Out is the window without the dropped axes. LoD stays where all rows do.
[[gnu::cold]] inline result<void> infer_window(const slice_attributes& a, infer_context& c, const result<window>& w) {
    if (!w) return w.failure();
    auto out = without_axes(c, w->count, a.decrease_axis);
    if (!out) return out.failure();
    const auto& x = c.in(0);
    const bool all_rows = std::none_of(a.axes.begin(), a.axes.end(), [](auto axis) { return axis == 0; });
    c.set_out(0, all_rows ? x.with(*out) : tensor_meta{x.dtype, *out});
    return {};
}
[[gnu::cold]] inline result<void> infer_window_grad(const slice_attributes& a, infer_context& c, std::size_t grad,
                                                    const result<window>& w) {
    if (!w) return w.failure();
    auto out = without_axes(c, w->count, a.decrease_axis);
    if (!out) return out.failure();
    if (auto checked = must_have_dims(c, grad, *out); !checked) return checked;
    c.set_out(0, c.in(0).with(c.in(grad).dtype, c.in(0).dims));
    return {};
}

}  // namespace detail

/// Input@GRAD is Out@GRAD where the slice was, and 0 elsewhere.
struct slice_grad {
    static constexpr std::string_view type = "slice_grad";
    static constexpr std::array inputs = {slot{"Input"},
                                          slot{"StartsTensor", slot_arity::optional},
                                          slot{"EndsTensor", slot_arity::optional},
                                          slot{"StartsTensorList", slot_arity::any},
                                          slot{"EndsTensorList", slot_arity::any},
                                          slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"Input@GRAD"}};
    using attributes = slice_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        return detail::infer_window_grad(a, c, 5, detail::slice_window(a, c, c.in(0).dims));
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto w = detail::slice_window(a, c, c.in_dims(0));
        if (!w) return w.failure();
        return run_moves_into_zeros(c, 5, detail::window_loops(*w, c.in_dims(0)).reversed());
    }
};

/// Neighbours along some axes, from `starts` to before `ends`; negative ones are counted from the end. Any element type.
/// Shapes: Input [...]; Out as many dims, less those of decrease_axis. Errors: bad_attribute; unsupported for numbers that are computed from
/// what is fed. Source: paddle operators `slice`, `slice_grad`.
struct slice {
    static constexpr std::string_view type = "slice";
    static constexpr std::array inputs = {slot{"Input"}, slot{"StartsTensor", slot_arity::optional},
                                          slot{"EndsTensor", slot_arity::optional}, slot{"StartsTensorList", slot_arity::any},
                                          slot{"EndsTensorList", slot_arity::any}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = slice_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        return detail::infer_window(a, c, detail::slice_window(a, c, c.in(0).dims));
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        auto& made = g.append<slice_grad>().reads("Input").reads_grad("Out").makes_grad("Input");
        for (const auto* name : {"StartsTensor", "EndsTensor", "StartsTensorList", "EndsTensorList"}) made.reads(name);
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto w = detail::slice_window(a, c, c.in_dims(0));
        if (!w) return w.failure();
        return run_moves(c, 0, detail::window_loops(*w, c.in_dims(0)));
    }
};

/// Every so many elements along some axes, backwards for negative strides. Any element type.
/// Errors: bad_attribute; unsupported for numbers that are computed from what is fed. Source: paddle operator `strided_slice`.
struct strided_slice {
    static constexpr std::string_view type = "strided_slice";
    static constexpr std::array inputs = {slot{"Input"},
                                          slot{"StartsTensor", slot_arity::optional},
                                          slot{"EndsTensor", slot_arity::optional},
                                          slot{"StridesTensor", slot_arity::optional},
                                          slot{"StartsTensorList", slot_arity::any},
                                          slot{"EndsTensorList", slot_arity::any},
                                          slot{"StridesTensorList", slot_arity::any}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = strided_slice_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        return detail::infer_window(a, c, detail::strided_window(a, c, c.in(0).dims));
    }
    static void gradient(gradient_maker& g);
    static result<void> run(const attributes& a, run_context& c) {
        const auto w = detail::strided_window(a, c, c.in_dims(0));
        if (!w) return w.failure();
        return run_moves(c, 0, detail::window_loops(*w, c.in_dims(0)));
    }
};
struct strided_slice_grad {
    static constexpr std::string_view type = "strided_slice_grad";
    static constexpr auto inputs = [] {
        std::array<slot, 8> slots{};
        std::copy(strided_slice::inputs.begin(), strided_slice::inputs.end(), slots.begin());
        slots[7] = slot{"Out@GRAD"};
        return slots;
    }();
    static constexpr std::array outputs = {slot{"Input@GRAD"}};
    using attributes = strided_slice_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        return detail::infer_window_grad(a, c, 7, detail::strided_window(a, c, c.in(0).dims));
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto w = detail::strided_window(a, c, c.in_dims(0));
        if (!w) return w.failure();
        return run_moves_into_zeros(c, 7, detail::window_loops(*w, c.in_dims(0)).reversed());
    }
};

[[gnu::cold]] inline void strided_slice::gradient(gradient_maker& g) {
    auto& made = g.append<strided_slice_grad>().reads("Input").reads_grad("Out").makes_grad("Input");
    for (std::size_t i = 1; i < inputs.size(); ++i) made.reads(inputs[i].name);
}

}  // namespace wherry::inline WHERRY_ABI::op

#endif
