#ifndef WHERRY_EMBED_LOWER_MOVE_HPP
#define WHERRY_EMBED_LOWER_MOVE_HPP

#include <wherry/embed/plan.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Operators that move or rename elements: feed, assign, reshape, flatten, lookup_table, concat. Source: exec/op/, the headers of their names.
namespace wherry::inline WHERRY_ABI::embed::detail::lower {

/// An input of the network, at the index that the program gives it.
template <class P>
constexpr void feed(P& p) noexcept {
    const auto variable = p.output("Out");
    if (variable == none) return p.refuse(reason::undeclared_variable);
    const auto col = p.attr("col", 0);
    p.add_input(variable, col < 0 ? max_ports : static_cast<std::size_t>(col));
}

/// The same elements under other dims: no step.
template <class P>
constexpr void alias(P& p, std::uint32_t x, const shape& dims, std::string_view slot = "Out") noexcept {
    const auto v = static_cast<std::uint32_t>(p.made.value_count++);
    p.made.values[v] = p.made.values[x];
    p.made.values[v].dims = dims;
    p.write(v, slot);
}

template <class P>
constexpr void assign(P& p) noexcept {
    const auto x = p.read("X");
    if (p.accepted()) lower::alias(p, x, p.at(x).dims);
}

/// reshape and reshape2.
template <class P>
constexpr void reshape(P& p) noexcept {
    if (p.has("Shape") || p.has("ShapeTensor")) return p.refuse(reason::unsupported_attribute);
    const auto x = p.read("X");
    if (!p.accepted()) return;
    const auto& dims = p.at(x).dims;
    list_of<std::int32_t> given;
    p.attr("shape", given);
    if (given.size > max_rank) return p.refuse(reason::too_many_dims, given.size, max_rank);
    shape out;
    std::size_t open = max_rank, known = 1;
    for (std::size_t i = 0; i < given.size; ++i) {
        std::int64_t dim = given.values[i];
        if (dim == 0 && i < dims.rank) dim = dims.dims[i];  // 0 keeps a dim
        if (dim == -1 && open == max_rank) open = i, dim = 1;
        if (dim < 1) return p.refuse(reason::shape_mismatch);
        known *= static_cast<std::size_t>(dim);
        out.push(dim);
    }
    if (open < max_rank) out.dims[open] = static_cast<std::int64_t>(dims.count() / known);
    if (out.count() != dims.count()) return p.refuse(reason::shape_mismatch, dims.count(), out.count());
    lower::alias(p, x, out);
}

/// flatten_contiguous_range.
template <class P>
constexpr void flatten(P& p) noexcept {
    const auto x = p.read("X");
    if (!p.accepted()) return;
    const auto& dims = p.at(x).dims;
    const auto from = p.axis(p.attr("start_axis", 1), dims.rank), to = p.axis(p.attr("stop_axis", 1), dims.rank);
    if (!p.accepted()) return;
    if (to < from) return p.refuse(reason::shape_mismatch, from, to);
    shape out;
    for (std::size_t i = 0; i < from; ++i) out.push(dims.dims[i]);
    out.push(static_cast<std::int64_t>(dims.product(from, to + 1)));
    for (auto i = to + 1; i < dims.rank; ++i) out.push(dims.dims[i]);
    lower::alias(p, x, out);
}

/// lookup_table, whose ids end in a dim of 1, and lookup_table_v2.
template <class P>
constexpr void lookup(P& p) noexcept {
    const auto ids = p.read("Ids"), table = p.read_float("W");
    if (!p.accepted()) return;
    if ((p.at(ids).dtype != int64 && p.at(ids).dtype != int32) || p.at(table).dims.rank != 2 || !p.is_param(table))
        return p.refuse(reason::unsupported_attribute);
    shape out = p.at(ids).dims;
    if (p.is("lookup_table")) {
        if (out.rank == 0 || out.dims[out.rank - 1] != 1) return p.refuse(reason::shape_mismatch, out.rank, 1);
        --out.rank;
    }
    out.push(p.at(table).dims.dims[1]);
    if (out.rank > max_rank) return p.refuse(reason::too_many_dims, out.rank, max_rank);
    auto& made = p.add_step(kind::lookup, out);
    made.x = ids, made.y = table;
    made.rows = p.at(ids).dims.count(), made.depth = static_cast<std::size_t>(p.at(table).dims.dims[0]);
    made.cols = static_cast<std::size_t>(p.at(table).dims.dims[1]);
    made.padding = p.attr("padding_idx", std::int64_t{-1});
    p.write(made.out);
}

template <class P>
constexpr void concat(P& p) noexcept {
    if (p.has("AxisTensor")) return p.refuse(reason::unsupported_attribute);
    const auto first = p.read_float("X");
    if (!p.accepted()) return;
    shape out = p.at(first).dims;
    const auto along = p.axis(p.attr("axis", 0), out.rank);
    for (std::size_t i = 1; p.accepted() && p.has("X", i); ++i) {
        const auto next = p.read_float("X", i);
        if (!p.accepted()) return;
        for (std::size_t d = 0; d < out.rank; ++d)
            if (p.at(next).dims.rank != out.rank || (d != along && p.at(next).dims.dims[d] != out.dims[d]))
                return p.refuse(reason::shape_mismatch, p.at(first).dims.count(), p.at(next).dims.count());
        out.dims[along] += p.at(next).dims.dims[along];
    }
    if (!p.accepted()) return;
    const auto joined = p.new_value(fp32, out);
    const auto row = out.product(along, out.rank);
    std::size_t offset = 0;
    for (std::size_t i = 0; p.has("X", i); ++i) {
        auto& made = p.made.steps[p.made.step_count++];
        made.what = kind::copy;
        made.x = p.read_float("X", i), made.out = joined;
        made.rows = out.product(0, along), made.depth = row, made.outer = offset;
        made.cols = p.at(made.x).dims.product(along, out.rank);
        offset += made.cols;
    }
    p.write(joined);
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail::lower

#endif
