#ifndef WHERRY_LAYERS_MATH_HPP
#define WHERRY_LAYERS_MATH_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/op/clip.hpp>
#include <wherry/exec/op/dropout.hpp>
#include <wherry/exec/op/matmul.hpp>
#include <wherry/exec/op/scale.hpp>
#include <wherry/exec/op/softmax.hpp>
#include <wherry/exec/op/sum.hpp>
#include <wherry/layers/common.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Layers without parameters that compute element by element, or over axes. Source: fluid.layers.
namespace wherry::inline WHERRY_ABI::layers {

/// A function of each element: `activation<op::relu>(b, x)`; op::tanh, op::sigmoid, op::sqrt, op::square.
template <OperatorPolicy Op, carries C>
result<Variable> activation(Builder<C>& b, const Variable& x, std::string_view name = {}) {
    if (auto checked = check_float(x, "x", Op::type); !checked) return checked.failure();
    return unary<Op>(b, x, {}, name);
}

/// exp(x) / sum of exp over an axis. Shapes: any, kept.
template <carries C>
result<Variable> softmax(Builder<C>& b, const Variable& input, std::int32_t axis = -1, std::string_view name = {}) {
    if (auto checked = check_float(input, "input", "softmax"); !checked) return checked.failure();
    return unary<op::softmax>(b, input, {make_attr("axis", axis), make_attr("use_cudnn", false)}, name);
}

/// Options of `elementwise`.
template <carries C = carries::gradients>
struct elementwise_options {
    std::int32_t axis = -1;  ///< where Y's dims start among X's; -1: at the right
    act_name<C> act{};
    std::string name{};
};

/// `elementwise<op::elementwise_add>(b, x, y)` and its kin: _sub, _mul, _div, _max, _min. Y is broadcast along X.
/// Errors: shape_mismatch, unknown_op (activation); dtype_mismatch when it is run.
template <OperatorPolicy Op, carries C>
result<Variable> elementwise(Builder<C>& b, const Variable& x, const Variable& y, const elementwise_options<C>& options = {}) {
    const auto layer = b.layer_name(Op::type, options.name);
    const auto out = b.create_tmp(layer, x.dtype());
    if (auto added = b.template append<Op>({{"X", x}, {"Y", y}}, {{"Out", out}}, {make_attr("axis", options.axis)}); !added)
        return added.failure();
    return activated(b, layer, out, options.act);
}

/// Options of `scale`.
template <carries C = carries::gradients>
struct scale_options {
    float scale = 1;
    float bias = 0;
    bool bias_after_scale = true;
    act_name<C> act{};
    std::string name{};
};

/// scale * x + bias, or scale * (x + bias).
template <carries C>
result<Variable> scale(Builder<C>& b, const Variable& x, const scale_options<C>& options = {}) {
    const auto layer = b.layer_name("scale", options.name);
    const auto out = b.create_tmp(layer, x.dtype());
    if (auto added = b.template append<op::scale>(
            {{"X", x}}, {{"Out", out}},
            {make_attr("scale", options.scale), make_attr("bias", options.bias), make_attr("bias_after_scale", options.bias_after_scale)});
        !added)
        return added.failure();
    return activated(b, layer, out, options.act);
}

/// Elementwise sum of variables of one shape. Source: fluid.layers.sums and sum.
template <carries C>
result<Variable> sum(Builder<C>& b, const sequence<Variable>& x) {
    if (x.empty()) return failure(errc::bad_argument, "sum needs at least one input");
    const auto out = b.create_tmp(b.layer_name("sum"), x[0].dtype());
    if (auto added = b.template append<op::sum>({{"X", x}}, {{"Out", out}}); !added) return added.failure();
    return out;
}

/// Options of `reduce`.
struct reduce_options {
    sequence<std::int32_t> dim{};  ///< axes to sum over; none: all of them
    bool keep_dim = false;
    std::string name{};
};

/// `reduce<op::reduce_sum>(b, x)` or op::reduce_mean. Shapes: all axes give [1].
template <OperatorPolicy Op, carries C>
result<Variable> reduce(Builder<C>& b, const Variable& input, const reduce_options& options = {}) {
    const bool all = options.dim.empty() || options.dim.size() == input.shape().size();
    return unary<Op>(b, input,
                     {make_attr("dim", options.dim.empty() ? sequence<std::int32_t>{0} : options.dim),
                      make_attr("keep_dim", options.keep_dim), make_attr("reduce_all", all)},
                     options.name);
}

/// Options of `matmul`.
struct matmul_options {
    bool transpose_x = false;
    bool transpose_y = false;
    float alpha = 1;
    std::string name{};
};

/// alpha * X * Y over the last two dims, the others broadcast.
template <carries C>
result<Variable> matmul(Builder<C>& b, const Variable& x, const Variable& y, const matmul_options& options = {}) {
    const auto out = b.create_tmp(b.layer_name("matmul", options.name), x.dtype());
    if (auto added = b.template append<op::matmul>({{"X", x}, {"Y", y}}, {{"Out", out}},
                                                   {make_attr("transpose_X", options.transpose_x),
                                                    make_attr("transpose_Y", options.transpose_y), make_attr("alpha", options.alpha)});
        !added)
        return added.failure();
    return out;
}

/// x limited to [min, max].
template <carries C>
result<Variable> clip(Builder<C>& b, const Variable& x, float min, float max, std::string_view name = {}) {
    return unary<op::clip>(b, x, {make_attr("min", min), make_attr("max", max)}, name);
}

/// Options of `dropout`.
struct dropout_options {
    float dropout_prob = 0.5F;
    bool is_test = false;
    std::optional<std::int32_t> seed{};
    std::string dropout_implementation = "downgrade_in_infer";  ///< or "upscale_in_train"
    std::string name{};
};

/// Zeroes elements at random while training.
template <carries C>
result<Variable> dropout(Builder<C>& b, const Variable& x, const dropout_options& options) {
    if (auto checked = check_float(x, "x", "dropout"); !checked) return checked.failure();
    const auto layer = b.layer_name("dropout", options.name);
    const auto out = b.create_tmp(layer, x.dtype());
    const auto mask = b.create_tmp(layer, DType::UINT8);
    mask.set_stop_gradient(true);
    auto seed = options.seed;
    if (!seed && b.main().random_seed() != 0) seed = b.main().random_seed();
    if (auto added = b.template append<op::dropout>({{"X", x}}, {{"Out", out}, {"Mask", mask}},
                                                    {make_attr("dropout_prob", options.dropout_prob), make_attr("is_test", options.is_test),
                                                     make_attr("fix_seed", seed.has_value()), make_attr("seed", seed.value_or(0)),
                                                     make_attr("dropout_implementation", options.dropout_implementation)});
        !added)
        return added.failure();
    return out;
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
