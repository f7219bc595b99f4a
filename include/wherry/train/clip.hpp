#ifndef WHERRY_TRAIN_CLIP_HPP
#define WHERRY_TRAIN_CLIP_HPP

#include <wherry/base/name_map.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/clip_by_norm.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/reduce.hpp>
#include <wherry/layers/array.hpp>
#include <wherry/layers/math.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/train/backward.hpp>
#include <wherry/version.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace wherry::inline WHERRY_ABI {

/// A rule that bounds gradients before they are used: one of the GradientClipBy... below, as an optimizer's options hold it.
/// It points to the code that appends its operators, so options that hold none compile none of them.
class GradientClip {
  public:
    /// Appends the operators; each pair then names its clipped gradient.
    result<void> append(Builder<carries::kernels>& b, std::span<param_and_grad> pairs) const {
        if (pairs.empty()) return {};
        const auto scope = b.scopes().enter("gradient_clip");
        const auto first_op = b.block().ops().size();
        if (auto appended = append_(b, pairs, low_, high_); !appended) return appended;
        // every operator made here names the clipped gradient of its parameter; source: _correct_clip_op_role_var
        name_map<const param_and_grad*> pair_of;
        for (const auto& pair : pairs) pair_of[pair.param.name()] = &pair;
        auto& ops = b.block().ops();
        for (std::size_t i = first_op; i < ops.size(); ++i) {
            const auto names = ops[i].attr_or("op_role_var", sequence<std::string>{});
            const auto* const pair = names.empty() ? nullptr : pair_of.find(names[0]);
            if (pair != nullptr) ops[i].set_attr(make_attr("op_role_var", roles(**pair)));
        }
        return {};
    }

  protected:
    using append_function = result<void>(Builder<carries::kernels>&, std::span<param_and_grad>, float low, float high);
    GradientClip(append_function* how, float low, float high) : append_(how), low_(low), high_(high) {}

    static sequence<std::string> roles(const param_and_grad& pair) { return {pair.param.name(), pair.grad.name()}; }
    /// Replaces each gradient by what `clipped(gradient)` appends.
    template <class Clipped>
    static result<void> each(Builder<carries::kernels>& b, std::span<param_and_grad> pairs, Clipped clipped) {
        for (auto& pair : pairs) {
            const auto guard = b.optimizing(roles(pair));
            auto made = clipped(pair.grad);
            if (!made) return made.failure();
            pair.grad = *std::move(made);
        }
        return {};
    }

  private:
    append_function* append_;
    float low_;
    float high_;
};

/// Keeps each element of a gradient between `min` and `max`; by default min is -max.
/// Source: fluid.clip.GradientClipByValue.
class GradientClipByValue : public GradientClip {
  public:
    explicit GradientClipByValue(float max) : GradientClipByValue(max, -max) {}
    GradientClipByValue(float max, float min) : GradientClip(&append_clipping, min, max) {}

  private:
    static result<void> append_clipping(Builder<carries::kernels>& b, std::span<param_and_grad> pairs, float min, float max) {
        return each(b, pairs, [&](const Variable& grad) { return layers::clip(b, grad, min, max); });
    }
};

/// Scales each gradient down so that its own norm is at most `clip_norm`.
/// Source: fluid.clip.GradientClipByNorm.
class GradientClipByNorm : public GradientClip {
  public:
    explicit GradientClipByNorm(float clip_norm = 1) : GradientClip(&append_clipping, 0, clip_norm) {}

  private:
    static result<void> append_clipping(Builder<carries::kernels>& b, std::span<param_and_grad> pairs, float, float norm) {
        return each(b, pairs,
                    [&](const Variable& grad) { return layers::unary<op::clip_by_norm>(b, grad, {make_attr("max_norm", norm)}); });
    }
};

/// Scales all gradients down together so that their common norm is at most `clip_norm`.
/// Source: fluid.clip.GradientClipByGlobalNorm.
class GradientClipByGlobalNorm : public GradientClip {
  public:
    explicit GradientClipByGlobalNorm(float clip_norm = 1) : GradientClip(&append_clipping, 0, clip_norm) {}

  private:
    static result<void> append_clipping(Builder<carries::kernels>& b, std::span<param_and_grad> pairs, float, float norm) {
        sequence<Variable> squares;
        for (const auto& pair : pairs) {
            const auto guard = b.optimizing(roles(pair));
            const auto whole = whole_gradient(b, pair.grad);
            if (!whole) return whole.failure();
            const auto square = layers::activation<op::square>(b, *whole);
            if (!square) return square.failure();
            const auto total = layers::reduce<op::reduce_sum>(b, *square);
            if (!total) return total.failure();
            squares.push_back(*total);
        }
        result<Variable> ratio = Variable();
        {
            const auto guard = b.optimizing(roles(pairs.back()));
            ratio = clip_ratio(b, squares, norm);
            if (!ratio) return ratio.failure();
        }
        return each(b, pairs, [&](const Variable& grad) { return layers::elementwise<op::elementwise_mul>(b, grad, *ratio); });
    }
    /// A gradient of rows as a whole tensor.
    static result<Variable> whole_gradient(Builder<carries::kernels>& b, const Variable& grad) {
        if (grad.kind() != VarKind::SELECTED_ROWS) return grad;
        auto merged = layers::merge_selected_rows(b, grad);
        return merged ? layers::get_tensor_from_selected_rows(b, *merged) : merged;
    }

    /// norm / max(norm, sqrt(sum of squares))
    static result<Variable> clip_ratio(Builder<carries::kernels>& b, const sequence<Variable>& squares, float clip_norm) {
        const auto sum = layers::sum(b, squares);
        if (!sum) return sum;
        const auto norm = layers::activation<op::sqrt>(b, *sum);
        if (!norm) return norm;
        const auto limit = layers::fill_constant(b, Shape{1}, norm->dtype(), clip_norm);
        if (!limit) return limit;
        const auto larger = layers::elementwise<op::elementwise_max>(b, *limit, *norm);
        if (!larger) return larger;
        return layers::elementwise<op::elementwise_div>(b, *limit, *larger);
    }
};

}  // namespace wherry::inline WHERRY_ABI

#endif
