#ifndef WHERRY_LAYERS_COMMON_HPP
#define WHERRY_LAYERS_COMMON_HPP

#include <wherry/base/sequence.hpp>
#include <wherry/layers/builder.hpp>
#include <wherry/version.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
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
    return error{
        .code = errc::argument_dtype,
        .message = {"The data type of '", argument, "' in ", layer, " must be ", list, "'], but received ", name_of(var.dtype()), ". "},
        .variable = var.name(),
        .found = name_of(var.dtype())};
}
inline result<void> check_float(const Variable& var, std::string_view argument, std::string_view layer) {
    return check_dtype(var, argument, layer, {DType::FP16, DType::FP32, DType::FP64});
}

/// Errors: bad_argument for a variable of another kind.
inline result<void> check_kind(const Variable& var, VarKind kind, std::string_view layer) {
    if (var.kind() == kind) return {};
    return error{.code = errc::bad_argument, .message = "the layer takes another kind of variable", .variable = var.name(), .op = layer};
}

/// A layer of one operator with one input X and one output Out: most of them.
inline result<Variable> unary(Builder& b, std::string_view op, const Variable& x, sequence<Attr> attrs = {}, std::string_view name = {}) {
    const auto out = b.create_tmp(b.layer_name(op, name), x.dtype());
    if (auto added = b.append_op(op, {{"X", x}}, {{"Out", out}}, std::move(attrs)); !added) return added.failure();
    return out;
}

/// Appends the activation a layer was asked for; none for an empty name. Errors: unknown_op.
inline result<Variable> activated(Builder& b, const std::string& layer, const Variable& x, const std::string& act) {
    if (act.empty()) return x;
    const auto out = b.create_tmp(layer, x.dtype());
    if (auto added = b.append_op(act, {{"X", x}}, {{"Out", out}}); !added) return added.failure();
    return out;
}

}  // namespace wherry::inline WHERRY_ABI::layers

#endif
