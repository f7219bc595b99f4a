#ifndef WHERRY_EXEC_OP_ARG_HPP
#define WHERRY_EXEC_OP_ARG_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/base/text.hpp>
#include <wherry/exec/op/attribute_input.hpp>
#include <wherry/exec/op/check.hpp>
#include <wherry/exec/op_list.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>

/// Positions of elements: the largest, the smallest, all in order, the first few.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `arg`, and their defaults.
struct arg_attributes {
    std::int64_t axis = -1;
    bool keepdims = false;
    bool flatten = false;
    std::int32_t dtype = -1;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
        attr("keepdims", self.keepdims);
        attr("flatten", self.flatten, since_2x);
        attr("dtype", self.dtype);
    }
};
/// Attributes of `argsort`, and their defaults.
struct argsort_attributes {
    std::int32_t axis = -1;
    bool descending = false;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis);
        attr("descending", self.descending);
    }
};
/// Attributes of `top_k_v2`, and their defaults.
struct top_k_v2_attributes {
    std::int32_t k = 1;
    std::int32_t axis = -1;
    bool largest = true;
    bool sorted = true;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("k", self.k);
        attr("axis", self.axis);
        attr("largest", self.largest);
        attr("sorted", self.sorted);
    }
};

namespace detail {

/// A tensor as lines along an axis: `outer` times `inner` of them, whose elements are `inner` apart.
struct lines_of {
    std::size_t outer = 1;
    std::size_t size = 1;
    std::size_t inner = 1;

    lines_of(const Shape& x, std::size_t axis)
        : outer(static_cast<std::size_t>(x.product(0, axis))),
          size(axis < x.rank() ? static_cast<std::size_t>(x[axis]) : 1),
          inner(axis < x.rank() ? static_cast<std::size_t>(x.product(axis + 1, x.rank())) : 1) {}
    /// All elements as one line.
    explicit lines_of(const Shape& x) : size(x.count()) {}

    /// Calls use(number of the line, where its first element is, where that of a line of `width` elements is).
    template <class Use>
    void each(std::size_t width, const Use& use) const {
        for (std::size_t o = 0; o < outer; ++o)
            for (std::size_t i = 0; i < inner; ++i) use(o * inner + i, o * size * inner + i, o * width * inner + i);
    }
};

/// Whether x comes before y: NaN is larger than any number.
template <class T>
bool comes_before(T x, T y, bool descending) noexcept {
    if constexpr (std::floating_point<T>) {
        const bool x_is_none = x != x;
        const bool y_is_none = y != y;
        if (x_is_none || y_is_none) return descending ? x_is_none && !y_is_none : y_is_none && !x_is_none;
    }
    return descending ? x > y : x < y;
}

[[gnu::cold]] inline result<void> infer_arg(const arg_attributes& a, infer_context& c) {
    const auto& x = c.in(0).dims;
    const auto dtype = a.dtype < 0 ? DType::INT64 : static_cast<DType>(a.dtype);
    if (dtype != DType::INT32 && dtype != DType::INT64)
        return c.fail(errc::bad_attribute, "The attribute of dtype in argmin/argmax must be [int32] or [int64]", "int32 or int64",
                      decimal(a.dtype));
    const auto axis = normalized_axis(a.axis, x.rank());
    if (!axis && !a.flatten && !(x.rank() == 0 && (a.axis == 0 || a.axis == -1)))
        return c.fail(errc::bad_attribute, {"'axis'(", decimal(a.axis), ") must be less than Rank(X)(", decimal(x.rank()), ")."});
    if (!c.building() && (a.flatten ? x.count() == 0 : axis && x[*axis] == 0))
        return c.fail(errc::shape_mismatch, "there is no largest or smallest of no elements", ">= 1", to_string(x));
    Shape out;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        if (!a.flatten && i != axis) out.push_back(x[i]);
        else if (a.keepdims) out.push_back(1);
    }
    if (out.rank() == 0 && x.rank() > 0 && !a.keepdims) out = scalar_dims(c);
    c.set_out(0, {dtype, out});
    return {};
}
inline result<void> run_arg(const arg_attributes& a, run_context& c, bool largest) {
    if (!c.has_out(0)) return {};
    const auto& x = c.in_dims(0);
    const auto lines = a.flatten ? lines_of(x) : lines_of(x, normalized_axis(a.axis, x.rank()).value_or(0));
    return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        const auto from = c.in<T>(0);
        const auto find = [&](auto out) {
            lines.each(1, [&](std::size_t, std::size_t first, std::size_t to) {
                std::size_t best = 0;
                T value = from[first];
                for (std::size_t k = 1; k < lines.size; ++k) {
                    const T other = from[first + k * lines.inner];
                    if (largest ? other > value : other < value) {
                        best = k;
                        value = other;
                    }
                }
                out[to] = static_cast<typename decltype(out)::element_type>(best);
            });
        };
        if (c.out_dtype(0) == DType::INT32) find(c.out<std::int32_t>(0));
        else find(c.out<std::int64_t>(0));
        return {};
    });
}

/// The first `width` elements of each line in order, and where they stood; equal ones stay in order.
inline result<void> run_sorted(run_context& c, std::size_t axis, std::size_t width, bool descending) {
    const detail::lines_of lines(c.in_dims(0), axis);
    return for_number(c, c.in_dtype(0), [&]<class T>() -> result<void> {
        const auto from = c.in<T>(0);
        const auto out = c.out<T>(0);
        const auto places = c.out<std::int64_t>(1);
        sequence<std::int64_t> order;
        if (auto made = c.make_room(order, lines.size); !made) return made;
        lines.each(width, [&](std::size_t, std::size_t first, std::size_t to) {
            std::iota(order.begin(), order.end(), std::int64_t{0});
            const auto at = [&](std::int64_t k) { return from[first + static_cast<std::size_t>(k) * lines.inner]; };
            const auto before = [&](std::int64_t i, std::int64_t k) {
                return comes_before(at(i), at(k), descending) || (!comes_before(at(k), at(i), descending) && i < k);
            };
            if (width == lines.size) std::sort(order.begin(), order.end(), before);
            else std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(width), order.end(), before);
            for (std::size_t k = 0; k < width; ++k) {
                if (!out.empty()) out[to + k * lines.inner] = at(order[k]);
                if (!places.empty()) places[to + k * lines.inner] = order[k];
            }
        });
        return {};
    });
}
/// X@GRAD is Out@GRAD where the elements stood. Slots: X, Indices, Out@GRAD.
[[gnu::cold]] inline result<void> infer_sorted_grad(infer_context& c, std::int32_t number) {
    const auto& x = c.in(0);
    const auto axis = normalized_axis(number, x.dims.rank());
    if (!axis) return c.fail(errc::bad_attribute, "the axis is out of range", text{"rank ", decimal(x.dims.rank())}, decimal(number));
    if (auto checked = must_hold(c, 1, DType::INT64); !checked) return checked;
    auto dims = x.dims;
    if (!c.building()) {
        if (c.in(1).dims.rank() == dims.rank()) dims[*axis] = c.in(1).dims[*axis];
        for (const std::size_t slot : {1u, 2u})
            if (c.in(slot).dims != dims)
                return c.fail(errc::shape_mismatch, "Indices and Out@GRAD should have the dims of X but for the axis", to_string(dims),
                              to_string(c.in(slot).dims));
    }
    c.set_out(0, {c.in(2).dtype, x.dims});
    return {};
}
inline result<void> run_sorted_grad(run_context& c, std::int32_t number) {
    const auto axis = normalized_axis(number, c.in_dims(0).rank()).value_or(0);
    const lines_of lines(c.in_dims(0), axis);
    const auto width = static_cast<std::size_t>(c.in_dims(1)[axis]);
    const auto places = c.in<std::int64_t>(1);
    for (const auto place : places)
        if (place < 0 || static_cast<std::size_t>(place) >= lines.size)
            return c.fail(errc::index_out_of_range, "an index is outside the axis", text{"[0, ", decimal(lines.size), ")"}, decimal(place));
    return for_float(c, c.in_dtype(2), [&]<class T>() -> result<void> {
        const auto g = c.in<T>(2);
        const auto out = c.out<T>(0);
        std::fill(out.begin(), out.end(), T{});
        if (!c.has_out(0)) return {};
        lines.each(width, [&](std::size_t, std::size_t first, std::size_t from) {
            for (std::size_t k = 0; k < width; ++k)
                out[first + static_cast<std::size_t>(places[from + k * lines.inner]) * lines.inner] += g[from + k * lines.inner];
        });
        return {};
    });
}

}  // namespace detail

/// The position of the largest element of each line, the first of equal ones. Element types: float, double, int32, int64.
/// Shapes: X [..., n, ...]; Out without that axis, or 1 there (keepdims); int64, or as `dtype` says. Errors: bad_attribute, shape_mismatch,
/// dtype_mismatch at run. Source: paddle operators `arg_max`, `arg_min`.
struct arg_max {
    static constexpr std::string_view type = "arg_max";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = arg_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return detail::infer_arg(a, c); }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_arg(a, c, true); }
};
/// The position of the smallest element, likewise.
struct arg_min : arg_max {
    static constexpr std::string_view type = "arg_min";
    static result<void> run(const attributes& a, run_context& c) { return detail::run_arg(a, c, false); }
};

/// The gradient of `argsort`.
struct argsort_grad {
    static constexpr std::string_view type = "argsort_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Indices"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = argsort_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return detail::infer_sorted_grad(c, a.axis); }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_sorted_grad(c, a.axis); }
};

/// The elements of each line in order, and where they stood. NaN counts as larger than any number.
/// Shapes: X, Out, Indices alike; Indices int64. Errors: bad_attribute, dtype_mismatch at run. Source: paddle operators `argsort`, `argsort_grad`.
struct argsort {
    static constexpr std::string_view type = "argsort";
    static constexpr std::array inputs = {slot{"X"}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"Indices"}};
    using attributes = argsort_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        if (!normalized_axis(a.axis, x.dims.rank()) && !(x.dims.rank() == 0 && (a.axis == 0 || a.axis == -1)))
            return c.fail(errc::bad_attribute,
                          {"axis ", decimal(a.axis), " must be less than the rank of Input(X) ", decimal(x.dims.rank())});
        c.set_out(0, x.with(x.dims));
        c.set_out(1, x.with(DType::INT64, x.dims));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<argsort_grad>().reads("X").reads("Indices").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) {
        const auto axis = normalized_axis(a.axis, c.in_dims(0).rank()).value_or(0);
        return detail::run_sorted(c, axis, detail::lines_of(c.in_dims(0), axis).size, a.descending);
    }
};

/// The gradient of `top_k_v2`.
struct top_k_v2_grad {
    static constexpr std::string_view type = "top_k_v2_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Indices"}, slot{"Out@GRAD"}, slot{"K", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = top_k_v2_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) { return detail::infer_sorted_grad(c, a.axis); }
    static result<void> run(const attributes& a, run_context& c) { return detail::run_sorted_grad(c, a.axis); }
};

/// The k largest (or smallest) elements of each line in order, and where they stood; K may hold k.
/// Shapes: X [..., n, ...], n >= k; Out and Indices [..., k, ...]. Errors: bad_attribute, shape_mismatch, dtype_mismatch at run; unsupported
/// for a K computed from what is fed. Source: paddle operators `top_k_v2`, `top_k_v2_grad`.
struct top_k_v2 {
    static constexpr std::string_view type = "top_k_v2";
    static constexpr std::array inputs = {slot{"X"}, slot{"K", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"Out"}, slot{"Indices"}};
    using attributes = top_k_v2_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        const auto axis = normalized_axis(a.axis, x.dims.rank());
        if (!axis)
            return c.fail(errc::bad_attribute, {"the axis of topk must be [-", decimal(x.dims.rank()), ", ", decimal(x.dims.rank()),
                                                "), but you set axis is ", decimal(a.axis)});
        std::int64_t k = a.k;
        if (c.has_in(1)) {
            auto read = detail::whole_numbers(c, 1);
            if (!read) return read.failure();
            k = read->size() == 1 ? (*read)[0] : 0;
        }
        if (k < 1)
            return c.fail(errc::bad_attribute,
                          {"the attribute of k in the topk must >= 1 or be a Tensor, but received ", decimal(k), " ."});
        if (x.dims[*axis] >= 0 && k > x.dims[*axis])
            return c.fail(errc::shape_mismatch, "input of topk must have >= k columns", decimal(k), decimal(x.dims[*axis]));
        auto dims = x.dims;
        dims[*axis] = k;
        c.set_out(0, x.with(dims));
        c.set_out(1, x.with(DType::INT64, dims));
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<top_k_v2_grad>().reads("X").reads("Indices").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) {
        const std::size_t there = c.has_out(0) ? 0 : 1;
        if (!c.has_out(there)) return {};
        const auto axis = normalized_axis(a.axis, c.in_dims(0).rank()).value_or(0);
        return detail::run_sorted(c, axis, static_cast<std::size_t>(c.out_dims(there)[axis]), a.largest);
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
