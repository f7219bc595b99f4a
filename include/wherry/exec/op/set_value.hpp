#ifndef WHERRY_EXEC_OP_SET_VALUE_HPP
#define WHERRY_EXEC_OP_SET_VALUE_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/error.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op/slice.hpp>
#include <wherry/exec/op/strided.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/kernel/strided.hpp>
#include <wherry/program/attribute.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace wherry::inline WHERRY_ABI::op {

/// A list of numbers whose type the file tells: one of the two is empty.
struct any_numbers {
    sequence<std::int64_t> whole;
    sequence<double> real;

    [[nodiscard]] std::size_t size() const noexcept { return whole.size() + real.size(); }
    template <class T>
    [[nodiscard]] T at(std::size_t i) const {
        return whole.empty() ? static_cast<T>(real[i]) : static_cast<T>(whole[i]);
    }
};

/// Attributes of `set_value`, and their defaults. 2.5 and later have `values`, versions before a list for each element type.
struct set_value_attributes {
    sequence<std::int64_t> axes, starts, ends, steps, decrease_axes, none_axes, shape;
    std::array<any_numbers, 6> values;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axes", self.axes);
        attr("starts", self.starts);
        attr("ends", self.ends);
        attr("steps", self.steps);
        attr("decrease_axes", self.decrease_axes);
        attr("none_axes", self.none_axes);
        attr("shape", self.shape);
        constexpr std::array<std::string_view, 6> names{"values",       "bool_values", "int32_values",
                                                        "int64_values", "fp32_values", "fp64_values"};
        for (std::size_t i = 0; i < names.size(); ++i) attr(names[i], self.values[i], since_2x);
    }
    [[nodiscard]] const any_numbers& given() const {
        return *std::max_element(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
    }
};

namespace detail {

struct value_window {
    kernel::strided_loops loops;  ///< from the value, broadcast, to the window
};

/// The window that is set, and how the value is repeated in it.
template <class Context>
[[gnu::cold]] result<value_window> set_window(const set_value_attributes& a, const Context& c, const Shape& x, const Shape& value) {
    window_numbers numbers;
    numbers.axes = a.axes;
    const std::array<std::pair<sequence<std::int64_t>*, const sequence<std::int64_t>*>, 3> lists{
        std::pair{&numbers.starts, &a.starts}, std::pair{&numbers.ends, &a.ends}, std::pair{&numbers.steps, &a.steps}};
    for (std::size_t i = 0; i < lists.size(); ++i) {
        auto found = numbers_of_each(c, 2 + i, *lists[i].second);
        if (!found) return found.failure();
        *lists[i].first = *std::move(found);
    }
    auto w = window_of(c, numbers, x, true);
    if (!w) return w.failure();
    // the axes of the window as the value sees them: those that an index chose are gone, and axes of 1 come before the axes that None was written before
    std::array<bool, max_rank> gone{};
    for (const auto number : a.decrease_axes) {
        const auto axis = normalized_axis(number, x.rank());
        if (!axis || w->count[*axis] != 1) return c.fail(errc::bad_attribute, "decrease_axes should name axes of one element");
        gone[*axis] = true;
    }
    const strides_of steps(x);
    sequence<std::pair<std::int64_t, std::int64_t>> seen;  // count, and elements of x between neighbours
    std::size_t none = 0;
    for (std::size_t i = 0; i <= x.rank(); ++i) {
        for (; none < a.none_axes.size() && (i == x.rank() || std::cmp_less_equal(a.none_axes[none], i)); ++none) seen.push_back({1, 0});
        if (i < x.rank() && !gone[i]) seen.push_back({w->count[i], w->step[i] * steps[i]});
    }
    if (seen.size() > 2 * max_rank) return c.fail(errc::bad_attribute, "none_axes are too many", {}, decimal(a.none_axes.size()));
    const auto misfit = [&] {
        return c.fail(errc::shape_mismatch, "the value that is set cannot be broadcast to the elements that are chosen", {},
                      to_string(value));
    };
    std::size_t extra = 0;  // leading ones
    while (value.rank() - extra > seen.size()) {
        if (value[extra] != 1) return misfit();
        ++extra;
    }
    const strides_of from(value);
    value_window made;
    for (std::size_t i = 0; i < x.rank(); ++i) made.loops.to_offset += w->start[i] * steps[i];
    const auto missing = seen.size() - (value.rank() - extra);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const bool held = i >= missing && value[i - missing + extra] != 1;
        if (held && value[i - missing + extra] != seen[i].first) return misfit();
        made.loops.add(seen[i].first, held ? from[i - missing + extra] : 0, seen[i].second);
    }
    return made;
}

}  // namespace detail

/// A copy in which a window (`x[1:5:2, None] = value`) has other elements: those of ValueTensor or of an attribute, broadcast.
/// Shapes: Input and Out alike; ValueTensor broadcasts to the window. Errors: bad_attribute, shape_mismatch, dtype_mismatch; unsupported for
/// numbers of the window that are not known before. Source: paddle operator `set_value`.
struct set_value {
    static constexpr std::string_view type = "set_value";
    static constexpr std::array inputs = {slot{"Input"}, slot{"ValueTensor", slot_arity::optional},
                                          slot{"StartsTensorList", slot_arity::any}, slot{"EndsTensorList", slot_arity::any},
                                          slot{"StepsTensorList", slot_arity::any}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = set_value_attributes;

    [[gnu::cold]] static result<Shape> value_dims(const attributes& a, const infer_context& c) {
        if (c.has_in(1)) return c.in(1).dims;
        auto dims = detail::shape_from({a.shape.data(), a.shape.size()}, c.in(0).dtype, c);
        if (dims && dims->count() != a.given().size())
            return c.fail(errc::bad_attribute, "the values are not as many as 'shape' says", to_string(*dims), decimal(a.given().size()));
        return dims;
    }
    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        c.set_out(0, x);
        if (c.building()) return {};
        if (c.has_in(1))
            if (auto checked = detail::must_hold(c, 1, x.dtype); !checked) return checked;
        auto value = value_dims(a, c);
        if (!value) return value.failure();
        const auto known = detail::set_window(a, c, x.dims, *value);
        return known ? result<void>() : known.failure();
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto from = c.in_bytes(0);
        const auto to = c.out_bytes(0);
        if (to.empty()) return {};
        if (from.data() != to.data()) std::copy(from.begin(), from.end(), to.begin());
        Shape value;
        if (c.has_in(1)) value = c.in_dims(1);
        else
            for (const auto dim : a.shape) value.push_back(dim);
        const auto w = detail::set_window(a, c, c.in_dims(0), value);
        if (!w) return w.failure();
        if (c.has_in(1)) {
            kernel::copy_strided(w->loops, size_of(c.in_dtype(0)), c.in_bytes(1).data(), to.data());
            return {};
        }
        const auto set = [&]<class T>() -> result<void> {
            sequence<std::byte> values(a.given().size() * sizeof(T));
            for (std::size_t i = 0; i < a.given().size(); ++i)
                elements_of<T>(std::span(values.data(), values.size()))[i] = a.given().at<T>(i);
            kernel::copy_strided(w->loops, sizeof(T), values.data(), to.data());
            return {};
        };
        if (c.in_dtype(0) == DType::BOOL) return set.template operator()<bool>();
        return for_number(c, c.in_dtype(0), set);
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

/// Any list of numbers.
template <>
struct wherry::WHERRY_ABI::detail::attr_rule<wherry::WHERRY_ABI::op::any_numbers> {
    static constexpr AttrType type = AttrType::FLOAT64S;
    static void write(Attr& a, op::any_numbers v) { a.more->float64s = std::move(v.real); }
    static std::optional<op::any_numbers> read(const Attr& a) {
        op::any_numbers made;
        if (a.type == AttrType::LONGS) made.whole = a.more->longs;
        else if (a.type == AttrType::INTS) made.whole.assign(a.ints->begin(), a.ints->end());
        else if (a.type == AttrType::FLOATS) made.real.assign(a.floats->begin(), a.floats->end());
        else if (a.type == AttrType::FLOAT64S) made.real = a.more->float64s;
        else if (a.type != AttrType::SCALARS) return std::nullopt;
        for (const auto& one : a.more->scalars) {
            if (one.r) made.real.push_back(*one.r);
            else if (one.i) made.whole.push_back(*one.i);
            else if (one.b) made.whole.push_back(*one.b ? 1 : 0);
            else return std::nullopt;
        }
        if (!made.whole.empty() && !made.real.empty()) return std::nullopt;
        return made;
    }
};

#endif
