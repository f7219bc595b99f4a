#ifndef WHERRY_LAYERS_COMMON_HPP
#define WHERRY_LAYERS_COMMON_HPP

#include <wherry/base/dtype.hpp>
#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/layers/act_name.hpp>
#include <wherry/layers/builder.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wherry::inline WHERRY_ABI::layers {

/// Checks the element type of a layer's argument. Errors: argument_dtype, in the reference's words.
inline result<void> check_dtype(const Variable& var, std::string_view argument, std::string_view layer,
                                std::initializer_list<DType> allowed) {
    std::string list;
    for (const auto dtype : allowed) {
        if (dtype == var.dtype()) return {};
        list += list.empty() ? "['" : "', '";
        list += name_of(dtype);
    }
    return failure(errc::argument_dtype,
                   {"The data type of '", argument, "' in ", layer, " must be ", list, "'], but received ", name_of(var.dtype()), ". "})
        .of_variable(var.name())
        .found(name_of(var.dtype()));
}
inline result<void> check_float(const Variable& var, std::string_view argument, std::string_view layer) {
    return check_dtype(var, argument, layer, {DType::FP16, DType::FP32, DType::FP64});
}

/// Errors: bad_argument for a variable of another kind.
inline result<void> check_kind(const Variable& var, VarKind kind, std::string_view layer) {
    if (var.kind() == kind) return {};
    return failure(errc::bad_argument, "the layer takes another kind of variable").of_variable(var.name()).of_op(layer);
}

namespace detail {
inline result<Variable> unary(const BuilderBase& b, const op_info& op, std::string_view layer, const Variable& x, sequence<Attr> attrs) {
    const auto out = b.create_tmp(layer, x.dtype());
    if (auto added = b.append_op(op, {{"X", x}}, {{"Out", out}}, std::move(attrs)); !added) return added.failure();
    return out;
}
}  // namespace detail

/// A layer of one operator with one input X and one output Out, as most of them are: `unary<op::relu>(b, x)`.
template <OperatorPolicy Op, carries C>
result<Variable> unary(Builder<C>& b, const Variable& x, sequence<Attr> attrs = {}, std::string_view name = {}) {
    return detail::unary(b, implementation_of<Op, C>, b.layer_name(Op::type, name), x, std::move(attrs));
}

/// Appends the activation a layer was asked for; none for an empty name. Errors: unknown_op.
template <carries C>
result<Variable> activated(Builder<C>& b, const std::string& layer, const Variable& x, const std::type_identity_t<act_name<C>>& act) {
    if (act.empty()) return x;
    auto op = act.implementation();
    if (!op) return op.failure();
    return detail::unary(b, **op, layer, x, {});
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
