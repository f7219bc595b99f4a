#ifndef WHERRY_MODEL_PARAMETER_VALUE_HPP
#define WHERRY_MODEL_PARAMETER_VALUE_HPP

#include <wherry/base/result.hpp>
#include <wherry/program/program.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/tensor/copied.hpp>
#include <wherry/tensor/scope.hpp>
#include <wherry/tensor/tensor.hpp>
#include <wherry/version.hpp>

#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// A copy of a Parameter's value. Errors: bad_argument (no Parameter), not_initialized. Source: fluid.io.get_parameter_value.
inline result<Tensor> get_parameter_value(const Variable& parameter, const Scope& scope) {
    if (!parameter || !parameter.is_parameter())
        return failure(errc::bad_argument, "The input variable is not parameter.")
            .of_variable(parameter ? std::string_view(parameter.name()) : std::string_view());
    const auto* const held = scope.find_var(parameter.name());
    if (held == nullptr || !held->is_initialized())
        return failure(errc::not_initialized, "the variable holds no value yet").of_variable(parameter.name());
    return copied(held->ref(parameter.name()));
}
/// The same by name, looked up in the program's first block. Errors: no_such_variable; as above.
inline result<Tensor> get_parameter_value_by_name(std::string_view name, const Program& program, const Scope& scope) {
    const auto found = program.global_block().find_var(name);
    if (!found) return failure(errc::no_such_variable, {"var ", name, " not in this block"}).of_variable(name);
    return get_parameter_value(found, scope);
}

}  // namespace wherry::inline WHERRY_ABI

#endif
