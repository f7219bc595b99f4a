#ifndef WHERRY_LAYERS_LOSS_HPP
#define WHERRY_LAYERS_LOSS_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/exec/op/activation.hpp>
#include <wherry/exec/op/cross_entropy.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/mean.hpp>
#include <wherry/exec/op/softmax_with_cross_entropy.hpp>
#include <wherry/layers/common.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <string_view>

namespace wherry::inline WHERRY_ABI::layers {

/// Options of `cross_entropy`.
struct cross_entropy_options {
    bool soft_label = false;
    std::int32_t ignore_index = -100;  ///< a label that costs nothing
};

/// -log of the probability of the right class.
/// Shapes: input [N..., C] rows summing to 1; label [N..., 1] int64 in [0, C), or with soft_label [N..., C]; returns [N..., 1].
/// Errors: argument_dtype, shape_mismatch. Source: fluid.layers.cross_entropy (`cross_entropy2` for hard labels).
template <carries C>
result<Variable> cross_entropy(Builder<C>& b, const Variable& input, const Variable& label, const cross_entropy_options& options = {}) {
    if (auto checked = check_float(input, "input", "cross_entropy"); !checked) return checked.failure();
    const auto ignore = make_attr("ignore_index", options.ignore_index);
    if (options.soft_label) {
        const auto out = b.create_tmp(b.layer_name("cross_entropy"), input.dtype());
        if (auto added = b.template append<op::cross_entropy>({{"X", input}, {"Label", label}}, {{"Y", out}},
                                                              {make_attr("soft_label", true), ignore});
            !added)
            return added.failure();
        return out;
    }
    const auto layer = b.layer_name("cross_entropy2");
    const auto out = b.create_tmp(layer, input.dtype());
    const auto x_shape = b.create_tmp(layer, input.dtype());
    const auto match_x = b.create_tmp(layer, input.dtype());
    if (auto added = b.template append<op::cross_entropy2>({{"X", input}, {"Label", label}},
                                                           {{"Y", out}, {"MatchX", match_x}, {"XShape", x_shape}}, {ignore});
        !added)
        return added.failure();
    return out;
}

/// Options of `softmax_with_cross_entropy`.
struct softmax_with_cross_entropy_options {
    bool soft_label = false;
    std::int32_t ignore_index = -100;
    bool numeric_stable_mode = true;
    std::int32_t axis = -1;
};
/// The results of `softmax_with_cross_entropy`.
struct softmax_and_loss {
    Variable softmax;
    Variable loss;
};

/// Both at once, stable for large logits. Shapes: logits [N..., C]; label as for `cross_entropy`; softmax [N..., C], loss [N..., 1].
/// Errors: argument_dtype, shape_mismatch, bad_attribute. Source: fluid.layers.softmax_with_cross_entropy.
template <carries C>
result<softmax_and_loss> softmax_with_cross_entropy(Builder<C>& b, const Variable& logits, const Variable& label,
                                                    const softmax_with_cross_entropy_options& options = {}) {
    if (auto checked = check_float(logits, "logits", "softmax_with_cross_entropy"); !checked) return checked.failure();
    const auto layer = b.layer_name("softmax_with_cross_entropy");
    const softmax_and_loss out{b.create_tmp(layer, logits.dtype()), b.create_tmp(layer, logits.dtype())};
    if (auto added = b.template append<op::softmax_with_cross_entropy>(
            {{"Logits", logits}, {"Label", label}}, {{"Softmax", out.softmax}, {"Loss", out.loss}},
            {make_attr("soft_label", options.soft_label), make_attr("ignore_index", options.ignore_index),
             make_attr("numeric_stable_mode", options.numeric_stable_mode), make_attr("axis", options.axis)});
        !added)
        return added.failure();
    return out;
}

/// (input - label)^2. Shapes: both alike, so is the result. Source: fluid.layers.square_error_cost.
template <carries C>
result<Variable> square_error_cost(Builder<C>& b, const Variable& input, const Variable& label) {
    if (auto checked = check_dtype(input, "input", "square_error_cost", {DType::FP32, DType::FP64}); !checked) return checked.failure();
    const auto layer = b.layer_name("square_error_cost");
    const auto difference = b.create_tmp(layer, input.dtype());
    if (auto added = b.template append<op::elementwise_sub>({{"X", input}, {"Y", label}}, {{"Out", difference}}); !added)
        return added.failure();
    const auto out = b.create_tmp(layer, input.dtype());
    if (auto added = b.template append<op::square>({{"X", difference}}, {{"Out", out}}); !added) return added.failure();
    return out;
}

/// Mean of all elements. Shapes: any; returns [1]. Source: fluid.layers.mean.
template <carries C>
result<Variable> mean(Builder<C>& b, const Variable& x, std::string_view name = {}) {
    if (auto checked = check_float(x, "x", "mean"); !checked) return checked.failure();
    return unary<op::mean>(b, x, {}, name);
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
