#ifndef WHERRY_EMBED_LOWER_LOSS_HPP
#define WHERRY_EMBED_LOWER_LOSS_HPP

#include <wherry/embed/lower/elementwise.hpp>
#include <wherry/embed/lower/reduce.hpp>
#include <wherry/embed/plan.hpp>
#include <wherry/version.hpp>

#include <cstdint>

/// Losses and their gradients. Source: exec/op/cross_entropy.hpp, exec/op/softmax_with_cross_entropy.hpp.
namespace wherry::inline WHERRY_ABI::embed::detail::lower {

/// Labels of [rows, classes] predictions; refuses others than one integer per row.
template <class P>
constexpr std::uint32_t read_label(P& p, std::uint32_t x) noexcept {
    const auto label = p.read("Label");
    if (!p.accepted()) return none;
    const auto& dims = p.at(x).dims;
    const auto rows = dims.product(0, dims.rank - 1);
    if (p.attr("soft_label", false) || (p.at(label).dtype != int64 && p.at(label).dtype != int32))
        return p.refuse(reason::unsupported_attribute), none;
    if (dims.rank < 2 || p.at(label).dims.count() != rows) return p.refuse(reason::shape_mismatch, p.at(label).dims.count(), rows), none;
    return label;
}

/// [rows, 1]: what x holds at the labels.
template <class P>
constexpr std::uint32_t pick(P& p, std::uint32_t x, std::uint32_t label) noexcept {
    shape out = p.at(x).dims;
    out.dims[out.rank - 1] = 1;
    auto& made = p.add_step(kind::pick, out);
    made.x = x, made.y = label, made.rows = out.count(), made.cols = p.at(x).dims.product(p.at(x).dims.rank - 1, p.at(x).dims.rank);
    return made.out;
}

/// cross_entropy, cross_entropy2, softmax_with_cross_entropy.
template <class P>
constexpr void cross_entropy(P& p) noexcept {
    const bool joined = p.is("softmax_with_cross_entropy");
    auto x = p.read_float(joined ? "Logits" : "X");
    if (!p.accepted()) return;
    const auto label = lower::read_label(p, x);
    if (!p.accepted()) return;
    if (joined) {
        const auto last = p.at(x).dims.rank - 1;
        if (p.axis(p.attr("axis", -1), last + 1) != last) return p.refuse(reason::unsupported_attribute);
        x = lower::softmax_along(p, x, last);
        p.write_if_there(x, "Softmax");
    }
    const auto matched = lower::pick(p, x, label);
    p.write_if_there(matched, "MatchX");
    p.write_if_there(lower::unary(p, matched, function::negative_log), joined ? "Loss" : "Y");
}

/// cross_entropy_grad and cross_entropy_grad2, which keeps what the loss picked.
template <class P>
constexpr void cross_entropy_grad(P& p) noexcept {
    const bool second = p.is("cross_entropy_grad2");
    const auto g_y = p.read_float("Y@GRAD"), label = p.read("Label");
    const auto matched_or_x = p.read_float(second ? "MatchX" : "X");
    if (!p.accepted()) return;
    const auto rows = p.at(g_y).dims.count();
    const auto desc = p.declared_output("X@GRAD");
    if (!p.accepted()) return;
    if (p.at(label).dims.count() != rows || desc.dims.product(0, desc.dims.rank - 1) != rows || p.attr("soft_label", false))
        return p.refuse(reason::shape_mismatch, p.at(label).dims.count(), rows);
    const auto matched = second ? matched_or_x : lower::pick(p, matched_or_x, label);
    auto& made = p.add_step(kind::spread, desc.dims);
    made.x = label, made.y = g_y, made.z = matched, made.rows = rows, made.cols = desc.dims.count() / rows;
    p.write(made.out, "X@GRAD");
}

template <class P>
constexpr void softmax_with_cross_entropy_grad(P& p) noexcept {
    const auto x = p.read_float("Softmax"), g_loss = p.read_float("Loss@GRAD");
    if (!p.accepted()) return;
    const auto label = lower::read_label(p, x);
    if (!p.accepted()) return;
    auto& made = p.add_step(kind::less_one, p.at(x).dims);
    made.x = x, made.y = label, made.z = g_loss;
    made.rows = p.at(g_loss).dims.count(), made.cols = p.at(x).dims.count() / made.rows;
    p.write(made.out, "Logits@GRAD");
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail::lower

#endif
