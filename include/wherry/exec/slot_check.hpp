#ifndef WHERRY_EXEC_SLOT_CHECK_HPP
#define WHERRY_EXEC_SLOT_CHECK_HPP

#include <wherry/base/result.hpp>
#include <wherry/base/sequence.hpp>
#include <wherry/exec/gradient.hpp>
#include <wherry/exec/slot.hpp>
#include <wherry/program/operator.hpp>
#include <wherry/program/variable.hpp>
#include <wherry/version.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace wherry::inline WHERRY_ABI {

/// The variables of an operator's declared slots: flattened, with the range of each slot.
struct bound_slots {
    sequence<slot_range> ranges;
    sequence<const std::string*> names;  ///< they are the operator's
};

/// Binds what an operator names in its slots to the slots that are declared.
/// Errors: unsupported for a slot that is not declared, missing_slot for too few or too many variables.
[[gnu::cold]] inline result<bound_slots> bind_slots(std::span<const slot> declared, const Operator::slots& used) {
    for (const auto& held : used)
        if (!held.arguments.empty() &&
            std::none_of(declared.begin(), declared.end(), [&](const slot& s) { return s.name == held.parameter; }))
            return failure(errc::unsupported, "an operator uses a slot that is not known here").of_variable(held.parameter);
    bound_slots bound;
    bound.ranges.reserve(declared.size());
    bound.names.reserve(declared.size());
    for (const auto& known : declared) {
        const auto arity = known.arity;
        const auto first = bound.names.size();
        const auto held = std::find_if(used.begin(), used.end(), [&](const auto& one) { return one.parameter == known.name; });
        if (held != used.end())
            for (const auto& variable : held->arguments) bound.names.push_back(&variable);
        const auto count = bound.names.size() - first;
        const bool empty =
            count == 0 || (arity == slot_arity::one && (bound.names[first]->empty() || *bound.names[first] == empty_var_name));
        if (empty && (arity == slot_arity::one || arity == slot_arity::many))
            return failure(errc::missing_slot, "an operator lacks a slot that it needs").of_variable(known.name);
        if (count > 1 && arity != slot_arity::many && arity != slot_arity::any)
            return failure(errc::missing_slot, "a slot holds more variables than it takes")
                .of_variable(known.name)
                .expected("1")
                .found(count);
        bound.ranges.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(count)});
    }
    return bound;
}

namespace detail {
/// The reference's words for an input without a value. `var` may be empty.
[[gnu::cold]] inline error not_initialized(const Operator& op, std::string_view slot, const Variable& var, const std::string& name) {
    const auto place = std::string(slot) + "(" + name + ")";
    return {.code = errc::not_initialized,
            .message = var && var.persistable()
                           ? "The Input variable " + place +
                                 " has not been initialized. You may need to confirm if you put exe.run(startup_program) after "
                                 "optimizer.minimize function."
                           : "The Tensor in the " + op.type() + " Op's Input Variable " + place + " is not initialized.",
            .variable = name,
            .op = op.type()};
}
}  // namespace detail

}  // namespace wherry::inline WHERRY_ABI

#endif
