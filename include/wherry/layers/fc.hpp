#ifndef WHERRY_LAYERS_FC_HPP
#define WHERRY_LAYERS_FC_HPP

#include <wherry/base/number.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/base/shape.hpp>
#include <wherry/exec/op/elementwise.hpp>
#include <wherry/exec/op/mul.hpp>
#include <wherry/exec/op/sum.hpp>
#include <wherry/layers/common.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace wherry::inline WHERRY_ABI::layers {

/// Options of `fc`.
template <carries C = carries::gradients>
struct fc_options {
    std::int64_t size = 0;                             ///< units
    std::int32_t num_flatten_dims = 1;                 ///< dims that count as rows; -1: all but the last
    sequence<ParamAttr> param_attr{};                  ///< one for all inputs, or one each
    std::optional<ParamAttr> bias_attr = ParamAttr{};  ///< none: no bias
    act_name<C> act{};                                 ///< "relu"; none: nothing
    std::string name{};
};

/// Fully connected: act(sum of x_i * w_i + bias).
/// Shapes: each input [a..., b...] split at num_flatten_dims; weight [prod(b), size]; bias and result [a..., size].
/// Errors: argument_dtype, dtype_mismatch (inputs differ), bad_dims (a weight dim is unknown, 0 or too large),
/// bad_argument (no input, another number of weights), shape_mismatch, unknown_op (activation). Source: fluid.layers.fc.
template <carries C>
result<Variable> fc(Builder<C>& b, std::span<const Variable> inputs, const fc_options<C>& options) {
    if (inputs.empty()) return failure(errc::bad_argument, "fc needs at least one input");
    const auto layer = b.layer_name("fc", options.name);
    const auto dtype = inputs[0].dtype();
    for (const auto& input : inputs)
        if (input.dtype() != dtype)
            return failure(errc::dtype_mismatch,
                           {"Data Type mismatch: ", decimal(static_cast<int>(dtype)), " to ", decimal(static_cast<int>(input.dtype()))})
                .of_variable(input.name())
                .expected(name_of(dtype))
                .found(name_of(input.dtype()));
    if (auto checked = check_float(inputs[0], "input", "fc"); !checked) return checked.failure();
    if (options.param_attr.size() > 1 && options.param_attr.size() != inputs.size())
        return failure(errc::bad_argument, "parameter number mismatch");

    auto flatten = options.num_flatten_dims;
    sequence<Variable> products;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const auto& input = inputs[i];
        const auto shape = Shape::from(input.shape());
        if (!shape) return shape.failure().of_variable(input.name());
        if (flatten == -1) flatten = static_cast<std::int32_t>(shape->rank()) - 1;
        const auto height = shape->product(static_cast<std::size_t>(std::max(flatten, 0)), shape->rank());  // -1: unknown, or too large
        const auto attr = options.param_attr.empty() ? ParamAttr{} : options.param_attr[options.param_attr.size() == 1 ? 0 : i];
        const auto weight = b.create_parameter(layer, attr, Shape{height, options.size}, dtype, initializer::Xavier{});
        if (!weight) return weight.failure();
        const auto product = b.create_tmp(layer, dtype);
        if (auto added = b.template append<op::mul>({{"X", input}, {"Y", *weight}}, {{"Out", product}},
                                                    {make_attr("x_num_col_dims", flatten), make_attr("y_num_col_dims", std::int32_t{1})});
            !added)
            return added.failure();
        products.push_back(product);
    }
    auto out = products[0];
    if (products.size() > 1) {
        out = b.create_tmp(layer, dtype);
        if (auto added = b.template append<op::sum>({{"X", products}}, {{"Out", out}}); !added) return added.failure();
    }
    if (options.bias_attr) {
        const auto dims = Shape::from(out.shape().subspan(static_cast<std::size_t>(flatten)));
        const auto bias = b.create_parameter(layer, *options.bias_attr, *dims, dtype, initializer::Constant{0}, true);
        if (!bias) return bias.failure();
        const auto biased = b.create_tmp(layer, dtype);
        if (auto added =
                b.template append<op::elementwise_add>({{"X", out}, {"Y", *bias}}, {{"Out", biased}}, {make_attr("axis", flatten)});
            !added)
            return added.failure();
        out = biased;
    }
    return activated(b, layer, out, options.act);
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
