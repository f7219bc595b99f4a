#ifndef WHERRY_EXEC_OP_GATHER_HPP
#define WHERRY_EXEC_OP_GATHER_HPP

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
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// Parts of a tensor that indices choose. Every index is looked at before it is used.
namespace wherry::inline WHERRY_ABI::op {

/// Attributes of `gather`, and their defaults.
struct gather_attributes {
    std::int32_t axis = 0;
    bool overwrite = true;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("axis", self.axis, since_2x);
        attr("overwrite", self.overwrite);
    }
};
/// Attributes of `index_select`, and their defaults.
struct index_select_attributes {
    std::int32_t dim = 0;

    template <class Self, class Visitor>
    static void visit(Self& self, Visitor& attr) {
        attr("dim", self.dim);
    }
};

namespace detail {

/// X as [outer, size, inner] around an axis; indices choose among `size`.
struct chosen_rows {
    std::size_t outer = 1;
    std::int64_t size = 1;
    std::size_t inner = 1;

    chosen_rows(const Shape& x, std::size_t axis)
        : outer(static_cast<std::size_t>(x.product(0, axis))),
          size(x[axis]),
          inner(static_cast<std::size_t>(x.product(axis + 1, x.rank()))) {}
};

[[gnu::cold]] inline result<void> must_be_indices(const infer_context& c, std::size_t slot) {
    const auto dtype = c.in(slot).dtype;
    if (c.building() || dtype == DType::INT32 || dtype == DType::INT64) return {};
    return c.fail(errc::dtype_mismatch,
                  {"Input(", c.in_name(slot), ") holds the wrong type, it holds ", name_of(dtype), ", but desires to be int32 or int64"});
}
[[gnu::cold]] inline failure index_is_none(const run_context& c, std::int64_t index, std::int64_t size) {
    return c.fail(errc::index_out_of_range,
                  {"The element of Index must be less than the size of dim of X, but received index is ", decimal(index), "."},
                  text{"[0, ", decimal(size), ")"}, decimal(index));
}

/// Calls use(i-th row of the chosen, row of X) in order; no index is negative.
template <class Use>
result<void> each_chosen(const run_context& c, std::size_t slot, std::int64_t size, const Use& use) {
    const auto all = [&](const auto& indices) -> result<void> {
        for (const std::int64_t index : indices)
            if (index < 0 || index >= size) return index_is_none(c, index, size);
        for (std::size_t i = 0; i < indices.size(); ++i) use(i, static_cast<std::size_t>(indices[i]));
        return {};
    };
    return c.in_dtype(slot) == DType::INT32 ? all(c.in<std::int32_t>(slot)) : all(c.in<std::int64_t>(slot));
}
inline std::size_t index_count(const run_context& c, std::size_t slot) { return c.in_dims(slot).count(); }

inline result<void> run_chosen(run_context& c, const chosen_rows& rows, std::size_t slot) {
    if (!c.has_out(0)) return {};
    const auto bytes = rows.inner * size_of(c.in_dtype(0));
    const auto* const from = c.in_bytes(0).data();
    auto* const to = c.out_bytes(0).data();
    const auto count = index_count(c, slot);
    return each_chosen(c, slot, rows.size, [&](std::size_t i, std::size_t row) {
        if (bytes == 0) return;
        for (std::size_t o = 0; o < rows.outer; ++o)
            std::memcpy(to + (o * count + i) * bytes, from + (o * static_cast<std::size_t>(rows.size) + row) * bytes, bytes);
    });
}
/// Adds the rows of the gradient where they were taken from.
inline result<void> run_chosen_grad(run_context& c, const chosen_rows& rows, std::size_t slot, std::size_t gradient) {
    return for_number(c, c.in_dtype(gradient), [&]<class T>() -> result<void> {
        const auto out = c.out<T>(0);
        std::fill(out.begin(), out.end(), T{});
        if (!c.has_out(0)) return {};
        const auto* const from = c.in<T>(gradient).data();
        const auto count = index_count(c, slot);
        return each_chosen(c, slot, rows.size, [&](std::size_t i, std::size_t row) {
            for (std::size_t o = 0; o < rows.outer; ++o)
                for (std::size_t k = 0; k < rows.inner; ++k)
                    out[(o * static_cast<std::size_t>(rows.size) + row) * rows.inner + k] += from[(o * count + i) * rows.inner + k];
        });
    });
}

/// The attribute `axis`, or Input(Axis) in its place.
template <class Context>
[[gnu::cold]] result<std::size_t> gather_axis(const Context& c, const gather_attributes& a, std::size_t slot, std::size_t rank) {
    std::int64_t number = a.axis;
    if (c.has_in(slot)) {
        auto read = whole_numbers(c, slot);
        if (!read) return read.failure();
        if (read->size() != 1) return c.fail(errc::shape_mismatch, "Axis should hold one number", "1", decimal(read->size()));
        number = (*read)[0];
    }
    const auto axis = normalized_axis(number, rank);
    if (!axis) return c.fail(errc::bad_attribute, "axis is out of range", text{"rank ", decimal(rank)}, decimal(number));
    return *axis;
}
/// The dims of X with those of Index in place of an axis: one dim, or none for a single index of 2.x.
[[gnu::cold]] inline result<Shape> gathered_dims(const infer_context& c, const Shape& x, const Shape& index, std::size_t axis) {
    if (index.rank() > 2 || (index.rank() == 2 && !c.agree(index[1], 1)) || (index.rank() == 0 && !is_2x(c.program_version())))
        return c.fail(errc::shape_mismatch, "The index should be 1D, or 2D with a last dim of 1", "[n] or [n, 1]", to_string(index));
    Shape out;
    for (std::size_t i = 0; i < x.rank(); ++i) {
        if (i != axis) out.push_back(x[i]);
        else if (index.rank() > 0) out.push_back(index[0]);
    }
    return out;
}
/// The dims of Index but for the last one, which says how many axes of X it chooses from, and then the others of X.
[[gnu::cold]] inline result<Shape> nd_dims(const infer_context& c, const Shape& x, const Shape& index) {
    if (index.rank() == 0) return c.fail(errc::shape_mismatch, "Input(Index) should have one dim at least", ">= 1", "0");
    const auto depth = index.back();
    if (depth < 0 || depth > static_cast<std::int64_t>(x.rank()))
        return c.fail(errc::shape_mismatch, "Input(Index).shape[-1] should be no greater than Input(X).rank", decimal(x.rank()),
                      decimal(depth));
    sequence<std::int64_t> out(index.begin(), index.end() - 1);
    for (auto i = static_cast<std::size_t>(depth); i < x.rank(); ++i) out.push_back(x[i]);
    return Shape::from(out);
}
/// Calls use(i-th part of the chosen, part of X).
template <class Use>
result<void> each_nd(const run_context& c, const Shape& x, const Use& use) {
    const auto depth = static_cast<std::size_t>(c.in_dims(1).back());
    const auto all = [&](const auto& indices) -> result<void> {
        const auto count =
            depth == 0 ? c.in_dims(1).product(0, c.in_dims(1).rank() - 1) : static_cast<std::int64_t>(indices.size() / depth);
        for (const bool writes : {false, true})
            for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
                std::int64_t place = 0;
                for (std::size_t d = 0; d < depth; ++d) {
                    const std::int64_t index = indices[i * depth + d];
                    if (index < 0 || index >= x[d]) return index_is_none(c, index, x[d]);
                    place = place * x[d] + index;
                }
                if (writes) use(i, static_cast<std::size_t>(place));
            }
        return {};
    };
    return c.in_dtype(1) == DType::INT32 ? all(c.in<std::int32_t>(1)) : all(c.in<std::int64_t>(1));
}
inline std::size_t nd_part(const run_context& c, const Shape& x) {
    return static_cast<std::size_t>(x.product(static_cast<std::size_t>(c.in_dims(1).back()), x.rank()));
}

}  // namespace detail

/// The gradient of `gather`.
struct gather_grad {
    static constexpr std::string_view type = "gather_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Index"}, slot{"Out@GRAD"}, slot{"Axis", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = gather_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        auto axis = detail::gather_axis(c, a, 3, x.dims.rank());
        if (!axis) return axis.failure();
        if (auto checked = detail::must_be_indices(c, 1); !checked) return checked;
        auto out = detail::gathered_dims(c, x.dims, c.in(1).dims, *axis);
        if (!out) return out.failure();
        if (auto checked = detail::must_have_dims(c, 2, *out); !checked) return checked;
        c.set_out(0, x.with(c.in(2).dtype, x.dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        auto axis = detail::gather_axis(c, a, 3, c.in_dims(0).rank());
        if (!axis) return axis.failure();
        return detail::run_chosen_grad(c, {c.in_dims(0), *axis}, 1, 2);
    }
};

/// Parts of X along an axis, in the order of the indices. Any element type.
/// Shapes: X [..., n, ...]; Index [m], [m, 1], in 2.x []; Out [..., m, ...]. Errors: bad_attribute, shape_mismatch, dtype_mismatch;
/// index_out_of_range at run (nothing is written). Source: paddle operators `gather`, `gather_grad`.
struct gather {
    static constexpr std::string_view type = "gather";
    static constexpr std::array inputs = {slot{"X"}, slot{"Index"}, slot{"Axis", slot_arity::since_2x}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = gather_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        const auto& x = c.in(0);
        auto axis = detail::gather_axis(c, a, 2, x.dims.rank());
        if (!axis) return axis.failure();
        if (auto checked = detail::must_be_indices(c, 1); !checked) return checked;
        auto out = detail::gathered_dims(c, x.dims, c.in(1).dims, *axis);
        if (!out) return out.failure();
        c.set_out(0, {x.dtype, *out});
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        auto& made = g.append<gather_grad>().reads("X").reads("Index").reads_grad("Out").makes_grad("X");
        if (!g.forward().input("Axis").empty()) made.reads("Axis");
    }
    static result<void> run(const attributes& a, run_context& c) {
        auto axis = detail::gather_axis(c, a, 2, c.in_dims(0).rank());
        if (!axis) return axis.failure();
        return detail::run_chosen(c, {c.in_dims(0), *axis}, 1);
    }
};

namespace detail {
[[gnu::cold]] inline result<Shape> index_select_dims(const index_select_attributes& a, const infer_context& c) {
    const auto& x = c.in(0).dims;
    const auto axis = normalized_axis(a.dim, x.rank());
    if (!axis) return c.fail(errc::bad_attribute, "Attr(dim) is out of range", text{"rank ", decimal(x.rank())}, decimal(a.dim));
    if (auto checked = must_be_indices(c, 1); !checked) return checked.failure();
    if (c.in(1).dims.rank() == 0) return c.fail(errc::shape_mismatch, "Input(Index) should have one dim", "[n]", "[]");
    return gathered_dims(c, x, c.in(1).dims, *axis);
}
}  // namespace detail

/// The gradient of `index_select`.
struct index_select_grad {
    static constexpr std::string_view type = "index_select_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Index"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = index_select_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto out = detail::index_select_dims(a, c);
        if (!out) return out.failure();
        if (auto checked = detail::must_have_dims(c, 2, *out); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(2).dtype, c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::run_chosen_grad(c, {c.in_dims(0), normalized_axis(a.dim, c.in_dims(0).rank()).value_or(0)}, 1, 2);
    }
};

/// The same along `dim`.
/// Shapes: X [..., n, ...]; Index [m]; Out [..., m, ...]. Source: paddle operators `index_select`, `index_select_grad`.
struct index_select {
    static constexpr std::string_view type = "index_select";
    static constexpr std::array inputs = {slot{"X"}, slot{"Index"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = index_select_attributes;

    [[gnu::cold]] static result<void> infer(const attributes& a, infer_context& c) {
        auto out = detail::index_select_dims(a, c);
        if (!out) return out.failure();
        c.set_out(0, {c.in(0).dtype, *out});
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<index_select_grad>().reads("X").reads("Index").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes& a, run_context& c) {
        return detail::run_chosen(c, {c.in_dims(0), normalized_axis(a.dim, c.in_dims(0).rank()).value_or(0)}, 1);
    }
};

/// The gradient of `gather_nd`.
struct gather_nd_grad {
    static constexpr std::string_view type = "gather_nd_grad";
    static constexpr std::array inputs = {slot{"X"}, slot{"Index"}, slot{"Out@GRAD"}};
    static constexpr std::array outputs = {slot{"X@GRAD"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (auto checked = detail::must_be_indices(c, 1); !checked) return checked;
        auto out = detail::nd_dims(c, c.in(0).dims, c.in(1).dims);
        if (!out) return out.failure();
        if (auto checked = detail::must_have_dims(c, 2, *out); !checked) return checked;
        c.set_out(0, c.in(0).with(c.in(2).dtype, c.in(0).dims));
        return {};
    }
    static result<void> run(const attributes&, run_context& c) {
        return for_number(c, c.in_dtype(2), [&]<class T>() -> result<void> {
            const auto out = c.out<T>(0);
            std::fill(out.begin(), out.end(), T{});
            if (!c.has_out(0)) return {};
            const auto size = detail::nd_part(c, c.in_dims(0));
            const auto* const from = c.in<T>(2).data();
            return detail::each_nd(c, c.in_dims(0), [&](std::size_t i, std::size_t part) {
                for (std::size_t k = 0; k < size; ++k) out[part * size + k] += from[i * size + k];
            });
        });
    }
};

/// Parts of X that lists of indices choose, one index for each of the first axes.
/// Shapes: X [...]; Index [..., depth]; Out the dims of Index but for the last, then those of X from `depth` on.
/// Source: paddle operators `gather_nd`, `gather_nd_grad`.
struct gather_nd {
    static constexpr std::string_view type = "gather_nd";
    static constexpr std::array inputs = {slot{"X"}, slot{"Index"}};
    static constexpr std::array outputs = {slot{"Out"}};
    using attributes = no_attributes;

    [[gnu::cold]] static result<void> infer(const attributes&, infer_context& c) {
        if (auto checked = detail::must_be_indices(c, 1); !checked) return checked;
        auto out = detail::nd_dims(c, c.in(0).dims, c.in(1).dims);
        if (!out) return out.failure();
        c.set_out(0, {c.in(0).dtype, *out});
        return {};
    }
    [[gnu::cold]] static void gradient(gradient_maker& g) {
        g.append<gather_nd_grad>().reads("X").reads("Index").reads_grad("Out").makes_grad("X");
    }
    static result<void> run(const attributes&, run_context& c) {
        if (!c.has_out(0)) return {};
        const auto bytes = detail::nd_part(c, c.in_dims(0)) * size_of(c.in_dtype(0));
        const auto* const from = c.in_bytes(0).data();
        auto* const to = c.out_bytes(0).data();
        return detail::each_nd(c, c.in_dims(0), [&](std::size_t i, std::size_t part) {
            if (bytes != 0) std::memcpy(to + i * bytes, from + part * bytes, bytes);
        });
    }
};

}  // namespace wherry::inline WHERRY_ABI::op

#endif
