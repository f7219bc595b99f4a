#ifndef WHERRY_EMBED_LOWER_REDUCE_HPP
#define WHERRY_EMBED_LOWER_REDUCE_HPP

#include <wherry/embed/plan.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>

/// Operators along axes, and their gradients: softmax, mean, reduce_mean, reduce_sum. Source: exec/op/softmax.hpp, exec/op/reduce.hpp.
namespace wherry::inline WHERRY_ABI::embed::detail::lower {

/// Sizes of a step along axes [from, to).
constexpr void split(step& sizes, const shape& dims, std::size_t from, std::size_t to) noexcept {
    sizes.rows = dims.product(0, from);
    sizes.depth = dims.product(from, to);
    sizes.cols = dims.product(to, dims.rank);
}

/// Adds a softmax and returns the value it makes.
template <class P>
constexpr std::uint32_t softmax_along(P& p, std::uint32_t x, std::size_t axis) noexcept {
    auto& made = p.add_step(kind::softmax, p.at(x).dims);
    made.x = x;
    lower::split(made, p.at(x).dims, axis, axis + 1);
    return made.out;
}

template <class P>
constexpr void softmax(P& p) noexcept {
    const auto x = p.read_float("X");
    if (!p.accepted()) return;
    const auto along = p.axis(p.attr("axis", -1), p.at(x).dims.rank);
    if (p.accepted()) p.write(lower::softmax_along(p, x, along));
}

template <class P>
constexpr void softmax_grad(P& p) noexcept {
    const auto out = p.read_float("Out"), g_out = p.read_float("Out@GRAD");
    if (!p.accepted()) return;
    const auto& dims = p.at(out).dims;
    if (p.axis(p.attr("axis", -1), dims.rank) + 1 != dims.rank || !(dims == p.at(g_out).dims))
        return p.refuse(reason::unsupported_attribute);
    auto& made = p.add_step(kind::softmax_grad, dims);
    made.x = out, made.y = g_out;
    lower::split(made, dims, dims.rank - 1, dims.rank);
    p.write(made.out, "X@GRAD");
}

/// Adds the sum, or the mean, over axes [from, to).
template <class P>
constexpr void reduction(P& p, std::uint32_t x, const shape& out, std::size_t from, std::size_t to, bool mean) noexcept {
    auto& made = p.add_step(kind::reduce, out);
    made.x = x;
    lower::split(made, p.at(x).dims, from, to);
    made.p = mean ? 1 / static_cast<float>(made.depth) : 1;
    p.write(made.out);
}

template <class P>
constexpr void mean(P& p) noexcept {
    const auto x = p.read_float("X");
    if (!p.accepted()) return;
    shape out;
    out.push(1);
    lower::reduction(p, x, out, 0, p.at(x).dims.rank, true);
}

/// reduce_mean and reduce_sum, over neighbouring axes.
template <class P>
constexpr void reduce(P& p) noexcept {
    const auto x = p.read_float("X");
    if (!p.accepted()) return;
    const auto& dims = p.at(x).dims;
    list_of<std::int32_t> given;
    p.attr("dim", given);
    const bool all = p.attr("reduce_all", false) || given.size == 0;
    bool reduced[max_rank]{};
    for (std::size_t i = 0; i < max_rank; ++i) reduced[i] = all && i < dims.rank;
    for (std::size_t i = 0; i < given.size && i < max_rank && !all; ++i) reduced[p.axis(given.values[i], dims.rank)] = true;
    std::size_t from = 0, to = dims.rank;
    while (from < to && !reduced[from]) ++from;
    while (to > from && !reduced[to - 1]) --to;
    for (auto i = from; i < to; ++i)
        if (!reduced[i]) return p.refuse(reason::unsupported_attribute);
    shape out;
    for (std::size_t i = 0; i < dims.rank; ++i)
        if (!reduced[i] || p.attr("keep_dim", false)) out.push(reduced[i] ? 1 : dims.dims[i]);
    if (out.rank == 0) out.push(1);
    lower::reduction(p, x, out, from, to, p.is("reduce_mean"));
}

/// mean_grad, and reduce_mean_grad over all axes: each element of X gets the same share.
template <class P>
constexpr void mean_grad(P& p) noexcept {
    const auto x = p.read("X"), g_out = p.read_float("Out@GRAD");
    if (!p.accepted()) return;
    const auto count = p.at(x).dims.count();
    if (p.at(g_out).dims.count() != 1) return p.refuse(reason::unsupported_attribute);
    auto& shared = p.add_step(kind::unary, p.at(g_out).dims);
    shared.x = g_out, shared.f = function::affine, shared.p = 1 / static_cast<float>(count), shared.cols = 1;
    const auto share = shared.out;
    auto& zeros = p.add_step(kind::fill, p.at(x).dims);
    zeros.cols = count, zeros.p = 0;
    const auto zero = zeros.out;
    auto& made = p.add_step(kind::binary, p.at(x).dims);
    made.x = zero, made.y = share, made.f = function::add, made.y_whole = false, made.rows = count;
    p.write(made.out, "X@GRAD");
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail::lower

#endif
