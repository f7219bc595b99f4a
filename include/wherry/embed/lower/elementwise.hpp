#ifndef WHERRY_EMBED_LOWER_ELEMENTWISE_HPP
#define WHERRY_EMBED_LOWER_ELEMENTWISE_HPP

#include <wherry/embed/lower/move.hpp>
#include <wherry/embed/plan.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>

/// Functions of one element or two, and their gradients. Source: exec/op/activation.hpp, exec/op/elementwise.hpp and the like.
namespace wherry::inline WHERRY_ABI::embed::detail::lower {

/// Adds a function of each element of x and returns the value it makes.
template <class P>
constexpr std::uint32_t unary(P& p, std::uint32_t x, function f, float factor = 1, float other = 0) noexcept {
    auto& made = p.add_step(kind::unary, p.at(x).dims);
    made.x = x, made.f = f, made.p = factor, made.q = other, made.cols = p.at(x).dims.count();
    return made.out;
}

/// relu, tanh, sigmoid, sqrt, square: joined to the layer before it, where it can be.
template <function F, class P>
constexpr void activation(P& p) noexcept {
    const auto x = p.read_float("X");
    if (!p.accepted()) return;
    const auto layer = p.layer_before("X");
    if (layer == none) return p.write(lower::unary(p, x, F));
    p.made.steps[layer].f = F;
    p.write(x);
}

template <class P>
constexpr void scale(P& p) noexcept {
    if (p.has("ScaleTensor")) return p.refuse(reason::unsupported_attribute);
    const auto factor = p.attr("scale", 1.0F), bias = p.attr("bias", 0.0F);
    if (factor == 1 && bias == 0) return lower::assign(p);
    const auto x = p.read_float("X");
    const auto f = p.attr("bias_after_scale", true) ? function::affine : function::shifted;
    if (p.accepted()) p.write(lower::unary(p, x, f, factor, bias));
}

template <class P>
constexpr void clip(P& p) noexcept {
    if (p.has("Min") || p.has("Max")) return p.refuse(reason::unsupported_attribute);
    const auto x = p.read_float("X");
    if (p.accepted()) p.write(lower::unary(p, x, function::clip, p.attr("min", 0.0F), p.attr("max", 0.0F)));
}

/// dropout of a program that infers.
template <class P>
constexpr void dropout(P& p) noexcept {
    if (!p.attr("is_test", false)) return p.refuse(reason::unsupported_attribute);
    if (p.attr_is("dropout_implementation", "upscale_in_train")) return lower::assign(p);
    const auto x = p.read_float("X");
    if (p.accepted()) p.write(lower::unary(p, x, function::affine, 1 - p.attr("dropout_prob", 0.5F)));
}

/// The place of dims `few` among `many`: [rows, depth, cols] with depth elements of `few`. False where they do not.
constexpr bool align(const shape& many, const shape& few, std::int64_t axis, step& sizes) noexcept {
    if (few.rank > many.rank) return false;
    std::size_t from = axis < 0 ? many.rank - few.rank : static_cast<std::size_t>(axis), first = 0, end = few.rank;
    while (end > 0 && few.dims[end - 1] == 1) --end;
    while (first < end && few.dims[first] == 1) ++first, ++from;
    if (from + (end - first) > many.rank) return false;
    for (std::size_t i = first; i < end; ++i)
        if (few.dims[i] != many.dims[from + i - first]) return false;
    sizes.rows = many.product(0, from);
    sizes.depth = few.product(first, end);
    sizes.cols = many.product(from + end - first, many.rank);
    return true;
}

template <class P>
constexpr void binary(P& p, function f) noexcept {
    const auto x = p.read_float("X"), y = p.read_float("Y");
    if (!p.accepted()) return;
    const auto &a = p.at(x).dims, &b = p.at(y).dims;
    step sizes;
    const auto axis = p.attr("axis", -1);
    if (a == b) sizes.cols = a.count();
    else if (lower::align(a, b, axis, sizes)) sizes.y_whole = false;
    else if (lower::align(b, a, axis, sizes)) sizes.x_whole = false;
    else return p.refuse(reason::shape_mismatch, a.count(), b.count());
    const auto layer = f == function::add && p.is_param(y) && !sizes.y_whole && sizes.cols == 1 ? p.layer_before("X") : none;
    if (layer != none && p.made.steps[layer].z == none && sizes.depth == p.made.steps[layer].cols) {
        p.made.steps[layer].z = y;  // the bias of the layer
        return p.write(x);
    }
    auto& made = p.add_step(kind::binary, sizes.x_whole ? a : b);
    made.x = x, made.y = y, made.f = f, made.x_whole = sizes.x_whole, made.y_whole = sizes.y_whole;
    made.rows = sizes.rows, made.depth = sizes.depth, made.cols = sizes.cols;
    p.write(made.out);
}

/// elementwise_add and the like.
template <function F, class P>
constexpr void elementwise(P& p) noexcept {
    lower::binary(p, F);
}

template <class P>
constexpr void sum(P& p) noexcept {
    auto total = p.read_float("X");
    for (std::size_t i = 1; p.accepted() && p.has("X", i); ++i) {
        const auto next = p.read_float("X", i);
        if (!p.accepted()) return;
        if (!(p.at(next).dims == p.at(total).dims))
            return p.refuse(reason::shape_mismatch, p.at(total).dims.count(), p.at(next).dims.count());
        auto& made = p.add_step(kind::binary, p.at(total).dims);
        made.x = total, made.y = next, made.f = function::add, made.cols = p.at(total).dims.count();
        total = made.out;
    }
    if (p.accepted()) p.write(total);
}

/// relu_grad, tanh_grad, sigmoid_grad: functions of what the activation made.
template <function F, class P>
constexpr void activation_grad(P& p) noexcept {
    const auto out = p.read_float("Out"), g_out = p.read_float("Out@GRAD");
    if (!p.accepted()) return;
    if (!(p.at(out).dims == p.at(g_out).dims)) return p.refuse(reason::shape_mismatch, p.at(out).dims.count(), p.at(g_out).dims.count());
    auto& made = p.add_step(kind::binary, p.at(out).dims);
    made.x = out, made.y = g_out, made.f = F, made.cols = p.at(out).dims.count();
    p.write(made.out, "X@GRAD");
}

/// elementwise_add_grad, as the bias of a layer needs it: the sum over the rows.
template <class P>
constexpr void add_grad(P& p) noexcept {
    const auto g_out = p.read_float("Out@GRAD"), y = p.read_float("Y");
    if (!p.accepted()) return;
    step sizes;
    const bool equal = p.at(g_out).dims == p.at(y).dims;
    if (!equal && (!lower::align(p.at(g_out).dims, p.at(y).dims, p.attr("axis", -1), sizes) || sizes.cols != 1))
        return p.refuse(reason::unsupported_attribute);
    if (p.output("Y@GRAD") != none && equal) lower::alias(p, g_out, p.at(g_out).dims, "Y@GRAD");
    if (p.output("Y@GRAD") != none && !equal) {
        auto& made = p.add_step(kind::reduce, p.at(y).dims);
        made.x = g_out, made.depth = sizes.rows, made.cols = sizes.depth;
        p.write(made.out, "Y@GRAD");
    }
    if (p.output("X@GRAD") != none) lower::alias(p, g_out, p.at(g_out).dims, "X@GRAD");
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail::lower

#endif
