#ifndef WHERRY_EMBED_LOWER_PRODUCT_HPP
#define WHERRY_EMBED_LOWER_PRODUCT_HPP

#include <wherry/embed/plan.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Matrix products: mul, matmul, matmul_v2 and their gradients. Source: exec/op/mul.hpp, exec/op/matmul.hpp.
namespace wherry::inline WHERRY_ABI::embed::detail::lower {

/// Adds the product of x with one matrix: a layer where that is a parameter.
template <class P>
constexpr void dense(P& p, std::uint32_t x, std::uint32_t y, std::size_t rows, std::size_t depth, std::size_t cols,
                     const shape& dims) noexcept {
    const bool layer = p.is_param(y);
    const auto& weight = p.at(y);
    if (!layer && weight.dtype != fp32) return p.refuse(reason::unsupported_attribute);
    if (layer && p.options.quantized && weight.dtype == fp32) return p.refuse_variable(reason::params_not_int8, p.input("Y"), fp32, int8);
    // scales of int8 weights belong to the last dim, which must be the columns
    if (weight.dtype == int8 && static_cast<std::size_t>(weight.dims.dims[weight.dims.rank - 1]) != cols)
        return p.refuse(reason::unsupported_attribute);
    auto& made = p.add_step(layer ? kind::dense : kind::product, dims);
    made.x = x, made.y = y;
    made.rows = rows, made.depth = depth, made.cols = cols, made.outer = 1;
    p.made.macs += rows * depth * cols;
    p.write(made.out);
}

template <class P>
constexpr void mul(P& p) noexcept {
    const auto x = p.read_float("X"), y = p.read("Y");
    if (!p.accepted()) return;
    if (p.attr("scale_x", 1.0F) != 1 || p.attr("scale_out", 1.0F) != 1) return p.refuse(reason::unsupported_attribute);
    const auto &a = p.at(x).dims, &b = p.at(y).dims;
    const auto from = p.attr("x_num_col_dims", 1), to = p.attr("y_num_col_dims", 1);
    if (from < 1 || to < 1 || from >= static_cast<std::int64_t>(a.rank) || to >= static_cast<std::int64_t>(b.rank))
        return p.refuse(reason::shape_mismatch, a.rank, b.rank);
    const auto x_split = static_cast<std::size_t>(from), y_split = static_cast<std::size_t>(to);
    const auto depth = a.product(x_split, a.rank);
    if (depth != b.product(0, y_split)) return p.refuse(reason::shape_mismatch, depth, b.product(0, y_split));
    shape out;
    for (std::size_t i = 0; i < x_split; ++i) out.push(a.dims[i]);
    for (std::size_t i = y_split; i < b.rank; ++i) out.push(b.dims[i]);
    if (out.rank > max_rank) return p.refuse(reason::too_many_dims, out.rank, max_rank);
    lower::dense(p, x, y, a.product(0, x_split), depth, b.product(y_split, b.rank), out);
}

/// matmul and matmul_v2, which name their attributes differently.
template <class P>
constexpr void matmul(P& p) noexcept {
    const auto x = p.read_float("X"), y = p.read("Y");
    if (!p.accepted()) return;
    const bool second = p.is("matmul_v2");
    const bool tx = p.attr(second ? "trans_x" : "transpose_X", false), ty = p.attr(second ? "trans_y" : "transpose_Y", false);
    const float alpha = second ? 1 : p.attr("alpha", 1.0F);
    const auto &a = p.at(x).dims, &b = p.at(y).dims;
    if (a.rank < 2 || b.rank < 2) return p.refuse(reason::unsupported_attribute, a.rank, b.rank);
    const auto a_rows = a.product(a.rank - 2, a.rank - 1), a_cols = a.product(a.rank - 1, a.rank);
    const auto b_rows = b.product(b.rank - 2, b.rank - 1), b_cols = b.product(b.rank - 1, b.rank);
    const auto rows = tx ? a_cols : a_rows, depth = tx ? a_rows : a_cols, cols = ty ? b_rows : b_cols;
    if (depth != (ty ? b_cols : b_rows)) return p.refuse(reason::shape_mismatch, depth, ty ? b_cols : b_rows);
    const auto a_count = a.product(0, a.rank - 2), b_count = b.product(0, b.rank - 2);
    shape out = a.rank >= b.rank ? a : b;
    out.dims[out.rank - 2] = static_cast<std::int64_t>(rows);
    out.dims[out.rank - 1] = static_cast<std::int64_t>(cols);
    if (b.rank == 2 && !tx && !ty && alpha == 1) return lower::dense(p, x, y, a_count * rows, depth, cols, out);
    for (std::size_t i = 2; i < a.rank && i < b.rank; ++i)
        if (a.dims[i - 2] != b.dims[i - 2] && a.rank == b.rank) return p.refuse(reason::shape_mismatch, a_count, b_count);
    if (p.at(y).dtype != fp32 || (a.rank != b.rank && a.rank != 2 && b.rank != 2))
        return p.refuse(reason::unsupported_attribute, a.rank, b.rank);
    auto& made = p.add_step(kind::product, out);
    made.x = x, made.y = y, made.x_transposed = tx, made.y_transposed = ty, made.p = alpha;
    made.rows = rows, made.depth = depth, made.cols = cols, made.outer = a_count > b_count ? a_count : b_count;
    made.x_whole = a.rank > 2, made.y_whole = b.rank > 2;
    p.made.macs += made.outer * rows * depth * cols;
    p.write(made.out);
}

/// mul_grad and matmul_v2_grad: dX = dOut Y^T, dY = X^T dOut.
template <class P>
constexpr void product_grad(P& p) noexcept {
    const auto x = p.read_float("X"), y = p.read_float("Y"), g_out = p.read_float("Out@GRAD");
    if (!p.accepted()) return;
    const auto &a = p.at(x).dims, &b = p.at(y).dims;
    const auto split_at = p.is("mul_grad") ? p.attr("x_num_col_dims", 1) : static_cast<std::int64_t>(a.rank) - 1;
    const bool plain = b.rank == 2 && p.attr("y_num_col_dims", 1) == 1 && !p.attr("trans_x", false) && !p.attr("trans_y", false);
    if (!plain || split_at < 1 || split_at >= static_cast<std::int64_t>(a.rank)) return p.refuse(reason::unsupported_attribute);
    const auto rows = a.product(0, static_cast<std::size_t>(split_at)), depth = b.product(0, 1), cols = b.product(1, 2);
    if (a.count() != rows * depth || p.at(g_out).dims.count() != rows * cols)
        return p.refuse(reason::shape_mismatch, a.count(), rows * depth);
    const auto add = [&](const shape& out, std::uint32_t left, std::uint32_t right, std::string_view slot) -> step& {
        auto& made = p.add_step(kind::product, out);
        made.x = left, made.y = right, made.outer = 1, made.x_whole = made.y_whole = false;
        p.made.macs += rows * depth * cols;
        p.write(made.out, slot);
        return made;
    };
    if (p.output("Y@GRAD") != none) {
        auto& made = add(b, x, g_out, "Y@GRAD");
        made.x_transposed = true, made.rows = depth, made.depth = rows, made.cols = cols;
    }
    if (p.output("X@GRAD") != none) {
        auto& made = add(a, g_out, y, "X@GRAD");
        made.y_transposed = true, made.rows = rows, made.depth = cols, made.cols = depth;
    }
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail::lower

#endif
