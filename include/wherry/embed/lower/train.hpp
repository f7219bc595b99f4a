#ifndef WHERRY_EMBED_LOWER_TRAIN_HPP
#define WHERRY_EMBED_LOWER_TRAIN_HPP

#include <wherry/embed/plan.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <cstdint>

/// Operators of a training program beside gradients: fill_constant, which starts them, and sgd. Source: exec/op/fill_constant.hpp, exec/op/sgd.hpp.
namespace wherry::inline WHERRY_ABI::embed::detail::lower {

template <class P>
constexpr void fill_constant(P& p) noexcept {
    list_of<std::int64_t> given;
    p.attr("shape", given);
    if (p.attr("dtype", std::int32_t{fp32}) != fp32 || p.has("ValueTensor") || p.has("ShapeTensor") || given.size > max_rank)
        return p.refuse(reason::unsupported_attribute);
    shape out;
    for (std::size_t i = 0; i < given.size; ++i) {
        if (given.values[i] < 1) return p.refuse(reason::shape_mismatch);
        out.push(given.values[i]);
    }
    auto& made = p.add_step(kind::fill, out);
    made.cols = out.count(), made.p = p.attr("value", 0.0F);
    p.write(made.out);
}

template <class P>
constexpr void sgd(P& p) noexcept {
    const auto param = p.read_float("Param"), grad = p.read_float("Grad"), rate = p.read_float("LearningRate");
    if (!p.accepted()) return;
    if (!(p.at(param).dims == p.at(grad).dims) || p.at(rate).dims.count() != 1)
        return p.refuse(reason::shape_mismatch, p.at(param).dims.count(), p.at(grad).dims.count());
    if (p.output("ParamOut") != p.input("Param")) return p.refuse(reason::unsupported_attribute);
    auto& made = p.made.steps[p.made.step_count++];
    made.what = kind::sgd, made.x = made.out = param, made.y = grad, made.z = rate, made.cols = p.at(param).dims.count();
}

}  // namespace wherry::inline WHERRY_ABI::embed::detail::lower

#endif
