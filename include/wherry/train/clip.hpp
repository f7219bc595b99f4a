#ifndef WHERRY_TRAIN_CLIP_HPP
#define WHERRY_TRAIN_CLIP_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/activation.hpp>
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

/// Scales all gradients down together so that their common norm is at most `clip_norm`.
/// Source: fluid.clip.GradientClipByGlobalNorm.
class GradientClipByGlobalNorm {
  public:
    explicit GradientClipByGlobalNorm(float norm = 1) : clip_norm(norm), append_(&GradientClipByGlobalNorm::append_clipping) {}

    float clip_norm;

    /// Appends the operators; each pair then names its clipped gradient.
    result<void> append(Builder<carries::kernels>& b, std::span<param_and_grad> pairs) const { return (this->*append_)(b, pairs); }

  private:
    result<void> append_clipping(Builder<carries::kernels>& b, std::span<param_and_grad> pairs) const {
        if (pairs.empty()) return {};
        const auto scope = b.scopes().enter("gradient_clip");
        const auto first_op = b.block().ops().size();
        const auto roles = [](const param_and_grad& pair) { return sequence<std::string>{pair.param.name(), pair.grad.name()}; };
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
            ratio = clip_ratio(b, squares);
            if (!ratio) return ratio.failure();
        }
        for (auto& pair : pairs) {
            const auto guard = b.optimizing(roles(pair));
            auto clipped = layers::elementwise<op::elementwise_mul>(b, pair.grad, *ratio);
            if (!clipped) return clipped.failure();
            pair.grad = *clipped;
        }
        // every operator made here names the clipped gradient of its parameter; source: _correct_clip_op_role_var
        auto& ops = b.block().ops();
        for (std::size_t i = first_op; i < ops.size(); ++i) {
            const auto names = ops[i].attr_or("op_role_var", sequence<std::string>{});
            for (const auto& pair : pairs)
                if (!names.empty() && names[0] == pair.param.name()) ops[i].set_attr(make_attr("op_role_var", roles(pair)));
        }
        return {};
    }
    /// A gradient of rows as a whole tensor.
    static result<Variable> whole_gradient(Builder<carries::kernels>& b, const Variable& grad) {
        if (grad.kind() != VarKind::SELECTED_ROWS) return grad;
        auto merged = layers::merge_selected_rows(b, grad);
        return merged ? layers::get_tensor_from_selected_rows(b, *merged) : merged;
    }

    /// clip_norm / max(clip_norm, sqrt(sum of squares))
    result<Variable> clip_ratio(Builder<carries::kernels>& b, const sequence<Variable>& squares) const {
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

    // Named where somebody asks for clipping: an optimizer whose options hold none compiles none of these operators.
    result<void> (GradientClipByGlobalNorm::*append_)(Builder<carries::kernels>&, std::span<param_and_grad>) const;
};

}  // namespace wherry::inline WHERRY_ABI

#endif
